#include "server/serve/device_domains.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "authentication/password_authenticator.h"
#include "base/host_name.h"
#include "certificates/certificate.h"
#include "certificates/permitted_names.h"
#include "registry/domain_configuration_record.h"
#include "registry/endpoint_name.h"
#include "registry/imported_certificate_record.h"
#include "registry/imported_certificate_records.h"
#include "server/serve/device_endpoints.h"
#include "server/serve/tell_operator.h"

namespace gatehouse::server {
namespace {

using registry::DomainConfiguration;

// Whether what is served depends on a record of this kind.
bool concerns_domains(const storage::Kind& kind) {
    return kind == registry::domain_configuration_kind ||
           kind == registry::imported_certificate_kind;
}

bool concerns_domains(const storage::Change& change) {
    if (const auto* const put = std::get_if<storage::Put>(&change)) {
        return concerns_domains(put->key.kind);
    }
    const auto* const removed = std::get_if<storage::Remove>(&change);
    return removed != nullptr && concerns_domains(removed->key.kind);
}

std::vector<std::string> exact_names_of(const certificates::ServerIdentity& identity) {
    std::vector<std::string> names;
    for (const std::string& name : identity.names.dns) {
        if (!name.starts_with("*.")) names.push_back(canonical_host_name(name));
    }
    return names;
}

Result<net::TlsIdentity> read(const certificates::ServerIdentity& identity) {
    return net::TlsIdentity::read(identity.chain_pem, identity.key_pem);
}

}  // namespace

DeviceDomains::DeviceDomains(const Parts& parts)
    : parts_(parts), domains_(std::make_shared<const gateway::Domains>()) {}

Result<std::unique_ptr<DeviceDomains>> DeviceDomains::load(const Parts& parts) {
    std::unique_ptr<DeviceDomains> made(new DeviceDomains(parts));
    if (auto refreshed = made->refresh(); !refreshed) return fail(std::move(refreshed.error()));
    return made;
}

void DeviceDomains::note(const storage::Batch& batch) {
    const auto concerns = [](const storage::Change& change) { return concerns_domains(change); };
    if (std::ranges::none_of(batch.changes(), concerns)) return;
    if (const auto refreshed = refresh(); !refreshed) {
        tell_operator("the domain configurations are served as they were: " +
                      refreshed.error().describe());
    }
}

Result<void> DeviceDomains::refresh() {
    const std::scoped_lock lock(refreshing_);
    std::vector<DomainConfiguration> all;
    auto scanned =
        parts_.store.scan(registry::domain_configuration_kind, [&](const storage::Record& record) {
            auto read = registry::decode_domain_configuration(record);
            if (read && !is_served(*read)) return;
            if (read) return all.push_back(std::move(*read));
            tell_operator("a domain configuration is not served: " + read.error().describe());
        });
    if (!scanned) return scanned;
    ServedByName served;
    std::vector<gateway::DomainPtr> domains;
    Stapled stapled;
    for (DomainConfiguration& configuration : all) {
        std::string name = configuration.domain_name;
        const auto present = served_.find(name);
        Served one =
            serve(std::move(configuration), present == served_.end() ? nullptr : &present->second);
        domains.push_back(one.domain);
        if (one.stapled) stapled.push_back(one.stapled);
        served.emplace(std::move(name), std::move(one));
    }
    std::erase_if(issued_, [&](const auto& issued) { return !served.contains(issued.first); });
    served_ = std::move(served);
    domains_.replace(std::make_shared<const gateway::Domains>(std::move(domains)));
    stapled_.replace(std::make_shared<const Stapled>(std::move(stapled)));
    return {};
}

DeviceDomains::Served DeviceDomains::serve(DomainConfiguration configuration,
                                           const Served* present) {
    auto shown = certificate_of(configuration);
    const std::string stamp = shown ? shown->stamp : "none: " + shown.error().message;
    auto kept = std::make_shared<const DomainConfiguration>(std::move(configuration));
    auto stapled = shown ? stapled_of(kept, *shown, present) : nullptr;
    if (present != nullptr && present->stamp == stamp && present->stapled == stapled &&
        *present->domain->configuration == *kept) {
        return *present;
    }
    auto domain = std::make_shared<gateway::Domain>();
    domain->tenant = std::make_shared<const Tenant>(kept->tenant);
    domain->configuration = std::move(kept);
    const auto identity =
        shown ? shown->read() : Result<net::TlsIdentity>(std::unexpected(shown.error()));
    const auto is_shown = identity ? show(*domain, *identity, stapled) : fail(identity.error());
    if (!is_shown) {
        domain->tls = {};
        domain->certificate_problem = is_shown.error().message;
    }
    return {stamp, std::move(domain), std::move(stapled)};
}

std::shared_ptr<StapledDomain> DeviceDomains::stapled_of(
    gateway::DomainConfigurationPtr configuration, const Shown& shown, const Served* present) {
    if (!configuration->ocsp || !configuration->ocsp->enabled) return nullptr;
    StapledDomain::Facts facts{.configuration = std::move(configuration)};
    auto subject = certificates::ocsp_subject_of(shown.chain_pem);
    auto responder = authorized_responder(*facts.configuration);
    if (!subject) {
        facts.problem = subject.error().message;
    } else if (!responder) {
        facts.problem = responder.error().message;
    } else {
        facts.subject = std::move(*subject);
        facts.authorized_responder = std::move(*responder);
    }
    // The response that it has stays good.
    if (present != nullptr && present->stapled != nullptr && present->stapled->is_same(facts)) {
        return present->stapled;
    }
    return std::make_shared<StapledDomain>(std::move(facts), parts_.clock);
}

// Of no name: it signs, and is not shown. Empty: the issuer signs.
Result<Bytes> DeviceDomains::authorized_responder(const DomainConfiguration& configuration) {
    const std::string& arn = configuration.ocsp->responder_arn;
    if (arn.empty()) return Bytes();
    const registry::ImportedCertificateId id(arn.substr(arn.rfind('/') + 1));
    const auto record = parts_.store.get(registry::key_of(configuration.tenant, id));
    if (!record) {
        return fail(ErrorKind::NotFound,
                    fmt::format("there is no certificate {} (ocspAuthorizedResponderArn)", arn));
    }
    const auto certificate = registry::decode_imported_certificate(*record);
    if (!certificate) return fail(certificate.error());
    auto facts = certificates::parse_certificate_pem(certificate->certificate_pem);
    if (!facts) return fail(std::move(facts.error()));
    return std::move(facts->der);
}

Result<void> DeviceDomains::show(gateway::Domain& domain, const net::TlsIdentity& identity,
                                 const std::shared_ptr<const StapledDomain>& stapled) const {
    for (std::size_t i = 0; i < gateway::tls_doors.size(); ++i) {
        net::TlsSettings settings =
            gateway::tls_settings(gateway::tls_doors[i], *domain.configuration, identity);
        settings.by_kernel = parts_.settings.tls.by_kernel;
        if (stapled) settings.staple = [stapled] { return stapled->response(); };
        auto context = net::TlsContext::make(settings);
        if (!context) return fail(std::move(context.error()));
        domain.tls[i] = std::move(*context);
    }
    return {};
}

Result<DeviceDomains::Shown> DeviceDomains::certificate_of(
    const DomainConfiguration& configuration) {
    return configuration.server_certificate.empty() ? own(configuration.domain_name)
                                                    : imported(configuration);
}

Result<DeviceDomains::Shown> DeviceDomains::imported(const DomainConfiguration& configuration) {
    const registry::ImportedCertificateId id(configuration.server_certificate);
    const auto record = parts_.store.get(registry::key_of(configuration.tenant, id));
    if (!record) return fail(record.error());
    const auto certificate = registry::decode_imported_certificate(*record);
    if (!certificate) return fail(certificate.error());
    const auto facts = certificates::parse_certificate_pem(certificate->certificate_pem);
    if (!facts) return fail(facts.error());
    // One that has run out is shown: clients are the judges.
    const std::string fault = registry::server_name_fault(*facts, configuration.domain_name);
    if (!fault.empty()) return fail(ErrorKind::InvalidInput, fault);
    return Shown{fmt::format("imported: {} {}", id.view(), record->revision.value()),
                 [this, tenant = configuration.tenant, id]() -> Result<net::TlsIdentity> {
                     registry::ImportedCertificateRecords records(
                         parts_.store, {parts_.secrets, parts_.clock, parts_.random});
                     auto identity = records.identity(tenant, id);
                     if (!identity) return fail(identity.error().as_error());
                     return std::move(*identity);
                 },
                 certificate->certificate_pem + "\n" + certificate->chain_pem};
}

Result<DeviceDomains::Shown> DeviceDomains::own(const std::string& domain_name) {
    const auto of_doors = parts_.certificate.identity();
    if (of_doors->is_for(domain_name)) {
        return Shown{"of the doors: " + of_doors->chain_pem, [of_doors] { return read(*of_doors); },
                     of_doors->chain_pem};
    }
    auto& issued = issued_[domain_name];
    if (issued == nullptr || issued->renew_at <= parts_.clock.wall_now()) {
        auto made = parts_.authority.issue_server({.dns = {domain_name}});
        if (!made) return fail(std::move(made.error()));
        issued = std::make_shared<const certificates::ServerIdentity>(std::move(*made));
    }
    return Shown{"issued: " + issued->chain_pem, [issued] { return read(*issued); },
                 issued->chain_pem};
}

Result<std::string> DeviceDomains::managed_name(const Tenant& tenant,
                                                std::string_view label) const {
    const auto host_names = host_names_of(parts_.settings);
    if (host_names.empty()) {
        return fail(ErrorKind::InvalidInput,
                    "this server was given addresses alone, below which there are no names: give "
                    "a domainName, or start it with --endpoint NAME too");
    }
    return fmt::format("{}.iot.{}.{}", label, tenant.region.view(), host_names.front());
}

std::optional<std::string> DeviceDomains::why_reserved(const Tenant& tenant,
                                                       std::string_view domain_name) const {
    const auto reserved = [&](std::string_view why) {
        return fmt::format("'{}' {}: it cannot have a domain configuration", domain_name, why);
    };
    std::vector<std::string> names = own_names_of(parts_.settings);
    if (std::ranges::find(names, domain_name) != names.end()) {
        return reserved("is an endpoint or host name of this server already");
    }
    const auto certificate = parts_.certificate.identity();
    if (parts_.certificate.is_operators()) {
        const auto exact = exact_names_of(*certificate);
        if (std::ranges::find(exact, domain_name) != exact.end()) {
            return reserved("is in the certificate of this server (tls.certificate) already");
        }
        names.insert(names.end(), exact.begin(), exact.end());
    }
    if (std::ranges::any_of(names, [&](const std::string& name) {
            return registry::tenant_of_endpoint_name(domain_name, name).has_value();
        })) {
        return reserved("is the endpoint of an account of this server");
    }
    // By what stands below a wildcard the operator's devices may come, which are the default
    // account's.
    if (parts_.certificate.is_operators() && certificate->is_for(domain_name) &&
        tenant.account != parts_.settings.account) {
        return reserved(
            "is below a wildcard in the certificate of this server (tls.certificate), whose names "
            "are its default account's alone");
    }
    return std::nullopt;
}

bool DeviceDomains::is_served(const DomainConfiguration& configuration) {
    // What the server made up itself may stand below a wildcard.
    const Tenant owner = configuration.type == registry::DomainType::AwsManaged
                             ? Tenant{parts_.settings.account, parts_.settings.region}
                             : configuration.tenant;
    const auto reserved = why_reserved(owner, configuration.domain_name);
    if (!reserved) {
        overruled_.erase(configuration.domain_name);
        return true;
    }
    if (overruled_.insert(configuration.domain_name).second) {
        tell_operator(fmt::format("domain configuration '{}' of account {} is not served: {}",
                                  configuration.name.view(), configuration.tenant.account.view(),
                                  *reserved));
    }
    return false;
}

Result<void> DeviceDomains::can_show_own(std::string_view domain_name) const {
    if (parts_.certificate.identity()->is_for(domain_name)) return {};
    const auto permitted =
        certificates::PermittedNames::of_certificate(parts_.authority.root_certificate_pem());
    if (!permitted) return fail(permitted.error());
    if (permitted->permits(std::string(domain_name))) return {};
    return fail(ErrorKind::Conflict,
                fmt::format("give the ARN of an imported certificate for '{}'; this server's own "
                            "CA may sign for {} alone (--endpoint adds names)",
                            domain_name, permitted->describe()));
}

bool DeviceDomains::has_built_in_authorizer(const Tenant& tenant, std::string_view name) const {
    return !parts_.settings.passwords.users_file.empty() &&
           tenant == Tenant{parts_.settings.account, parts_.settings.region} &&
           name == authentication::password_authorizer_name;
}

}  // namespace gatehouse::server
