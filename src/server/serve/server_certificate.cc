#include "server/serve/server_certificate.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/durable_file.h"
#include "certificates/certificate.h"
#include "certificates/permitted_names.h"
#include "net/tls_context.h"

namespace gatehouse::server {
namespace {

using certificates::LocalAuthority;
using certificates::ServerFiles;
using certificates::ServerIdentity;

std::optional<ServerFiles> files_of(const Settings& settings) {
    if (settings.tls.certificate_file.empty()) return std::nullopt;
    return ServerFiles{settings.tls.certificate_file, settings.tls.private_key_file};
}

Result<void> check_authority(const std::string& file) {
    if (file.empty()) return {};
    const auto pem = read_file(file);
    if (!pem) return fail(pem.error());
    const auto certificate = certificates::parse_certificate_pem(*pem);
    if (certificate) return {};
    return fail(ErrorKind::InvalidInput,
                fmt::format("tls.ca {}: {}", file, certificate.error().message));
}

// OpenSSL has bounds of its own: on the size of keys, on digests.
Result<void> check_for_tls(const ServerIdentity& identity, const ServerFiles& files,
                           net::SecurityPolicy policy) {
    const auto refused = [&files](const Error& error) {
        return fail(error.kind, fmt::format("{}: {}", files.certificate.string(), error.message));
    };
    auto read = net::TlsIdentity::read(identity.chain_pem, identity.key_pem);
    if (!read) return refused(read.error());
    const auto context = net::TlsContext::make({.identity = std::move(*read), .policy = policy});
    if (!context) return refused(context.error());
    return {};
}

}  // namespace

ServerCertificate::ServerCertificate(const Settings& settings, LocalAuthority& authority,
                                     const Clock& clock)
    : settings_(settings), authority_(authority), clock_(clock), files_(files_of(settings)) {}

Result<std::unique_ptr<ServerCertificate>> ServerCertificate::make(const Settings& settings,
                                                                   LocalAuthority& authority,
                                                                   const Clock& clock) {
    std::unique_ptr<ServerCertificate> made(new ServerCertificate(settings, authority, clock));
    if (!made->files_) return made;
    if (auto read = made->refresh(); !read) return fail(std::move(read.error()));
    if (auto checked = check_authority(settings.tls.ca_file); !checked) {
        return fail(std::move(checked.error()));
    }
    return made;
}

std::shared_ptr<const ServerIdentity> ServerCertificate::identity() const {
    if (!files_) return authority_.server_identity();
    const std::scoped_lock lock(mutex_);
    return own_;
}

std::string ServerCertificate::authority_file() const {
    if (!files_) return authority_.root_certificate_path().string();
    const std::string& file = settings_.tls.ca_file;
    return file.empty() ? file : std::filesystem::absolute(file).string();
}

std::vector<std::string> ServerCertificate::uncovered() const {
    const auto shown = identity();
    std::vector<std::string> names;
    for (const std::string& name : settings_.endpoints) {
        const bool is_covered = certificates::is_ip_address(name)
                                    ? std::ranges::find(shown->names.ip_addresses, name) !=
                                          shown->names.ip_addresses.end()
                                    : shown->is_for(name);
        if (!is_covered) names.push_back(name);
    }
    return names;
}

Result<bool> ServerCertificate::refresh() {
    if (!files_) {
        const auto renewed = authority_.renew_if_due();
        if (!renewed) return fail(renewed.error());
        return *renewed == LocalAuthority::Renewal::Renewed;
    }
    auto read = certificates::read_server_files(*files_, clock_);
    if (!read) return fail(std::move(read.error()));
    if (auto checked = check_for_tls(*read, *files_, settings_.tls.policy); !checked) {
        return fail(std::move(checked.error()));
    }
    const std::scoped_lock lock(mutex_);
    const bool is_new =
        own_ == nullptr || own_->chain_pem != read->chain_pem || own_->key_pem != read->key_pem;
    if (is_new) own_ = std::make_shared<const ServerIdentity>(std::move(*read));
    return is_new;
}

Result<bool> ServerCertificate::cover_region(std::string_view region) {
    if (files_) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("the certificate {} is not for endpoints in region {}",
                                files_->certificate.string(), region));
    }
    const auto covered = authority_.cover_region(region);
    if (!covered) return fail(covered.error());
    return *covered == LocalAuthority::Renewal::Renewed;
}

}  // namespace gatehouse::server
