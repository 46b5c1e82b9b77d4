#include "certificates/local_authority.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/x509v3.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>

#include "base/durable_file.h"
#include "base/encoding.h"
#include "base/host_name.h"
#include "certificates/certificate.h"
#include "certificates/openssl.h"
#include "certificates/permitted_names.h"
#include "certificates/rsa_key_pool.h"

namespace gatehouse::certificates {
namespace {

constexpr const char* root_name = "root-CA";
constexpr const char* device_name = "device-CA";
constexpr const char* server_name = "server";
constexpr const char* local_name = "localhost";

// Enough for who makes a few devices by hand; a fleet waits for each.
constexpr std::size_t rsa_keys_max = 8;

// What an endpoint's name has between the account and the region, one a service.
constexpr std::array<std::string_view, 3> services = {"iot", "credentials.iot", "jobs.iot"};

std::string wildcard_of(std::string_view service, std::string_view region,
                        std::string_view endpoint) {
    return fmt::format("*.{}.{}.{}", service, region, endpoint);
}

bool is_label(std::string_view text) {
    return is_dns_name(text) && text.find('.') == text.npos;
}

void add_once(std::vector<std::string>& list, std::string name) {
    if (std::ranges::find(list, name) == list.end()) list.push_back(std::move(name));
}

// Two installations' authorities have different names, so that a client that trusts both finds
// the right one.
std::string tagged(std::string_view title, Random& random) {
    std::array<std::uint8_t, 4> tag;
    random.fill(tag);
    return fmt::format("Gatehouse {} {}", title, to_hex(tag));
}

std::filesystem::path file(const std::filesystem::path& folder, std::string_view name,
                           std::string_view ending) {
    return folder / fmt::format("{}.{}", name, ending);
}

bool signed_by(X509& certificate, X509& authority) {
    const bool good = X509_check_issued(&authority, &certificate) == X509_V_OK &&
                      X509_verify(&certificate, X509_get0_pubkey(&authority)) == 1;
    ERR_clear_error();
    return good;
}

// At two thirds of the life.
WallTime renewal_of(WallTime not_before, WallTime not_after) {
    return not_after - (not_after - not_before) / 3;
}

std::string subject_for(const Names& names) {
    constexpr std::size_t common_name_max = 64;  // X.520 ub-common-name
    for (const std::string& name : names.dns) {
        if (name.size() <= common_name_max) return name;
    }
    return "Gatehouse";
}

Result<void> write_pair(const std::filesystem::path& folder, std::string_view name,
                        const std::string& certificate, const std::string& key) {
    // The key first: a certificate without its key would be taken for whole.
    if (auto wrote = write_file(file(folder, name, "key"), key, FileAccess::Private); !wrote) {
        return wrote;
    }
    return write_file(file(folder, name, "crt"), certificate, FileAccess::Readable);
}

Result<void> put_aside(const std::filesystem::path& path) {
    std::error_code error;
    auto aside = path;
    aside += ".old";
    std::filesystem::rename(path, aside, error);
    if (error && error != std::errc::no_such_file_or_directory) {
        return fail(ErrorKind::Internal,
                    fmt::format("cannot put {} aside: {}", path.string(), error.message()));
    }
    return {};
}

// The regions that the kept server certificate is for, so that a new one is for them too.
void add_kept_regions(const Certificate& kept, AuthoritySettings& settings) {
    const std::string begin = fmt::format("*.{}.", services.front());
    std::vector<std::string> endpoints = settings.endpoints;
    endpoints.emplace_back(local_name);
    for (const std::string& endpoint : endpoints) {
        const std::string end = "." + endpoint;
        for (const std::string_view name : kept.dns_names) {
            if (!name.starts_with(begin) || !name.ends_with(end)) continue;
            if (name.size() <= begin.size() + end.size()) continue;
            const auto region = name.substr(begin.size(), name.size() - begin.size() - end.size());
            if (is_label(region)) add_once(settings.regions, std::string(region));
        }
    }
}

}  // namespace

bool ServerIdentity::is_for(std::string_view asked) const {
    const std::string host_name = canonical_host_name(asked);
    const std::size_t dot = host_name.find('.');
    const std::string below = dot == host_name.npos ? "" : host_name.substr(dot);
    return std::ranges::any_of(names.dns, [&](std::string_view listed) {
        const std::string name = canonical_host_name(listed);
        if (!name.starts_with("*.")) return name == host_name;
        // OpenSSL, and with it most devices, takes no wildcard right below a top-level name.
        return dot != 0 && name.substr(1) == below && below.find('.', 1) != below.npos;
    });
}

std::vector<std::string> machine_names() {
    utsname facts{};
    if (::uname(&facts) != 0) return {};
    const std::string node = canonical_host_name(facts.nodename);
    std::vector<std::string> names;
    for (const std::string& name : {node, node.substr(0, node.find('.'))}) {
        if (is_dns_name(name) && !is_ip_address(name)) add_once(names, name);
    }
    return names;
}

struct LocalAuthority::KeptCertificate {
    std::string chain_pem;
    openssl::Certificate x509;
    Certificate facts;
};

std::optional<LocalAuthority::KeptCertificate> LocalAuthority::read_kept(
    const std::filesystem::path& folder) {
    auto chain = read_file(file(folder, server_name, "crt"));
    if (!chain) return std::nullopt;
    auto x509 = openssl::read_certificate(*chain);
    if (!x509) return std::nullopt;
    auto facts = facts_of(**x509);
    if (!facts) return std::nullopt;
    return KeptCertificate{std::move(*chain), std::move(*x509), std::move(*facts)};
}

LocalAuthority::LocalAuthority(std::filesystem::path folder, AuthoritySettings settings,
                               const Clock& clock, Random& random)
    : folder_(std::move(folder)),
      settings_(std::move(settings)),
      clock_(clock),
      random_(random),
      rsa_keys_(std::make_unique<RsaKeyPool>(rsa_keys_max)),
      regions_(settings_.regions) {}

LocalAuthority::~LocalAuthority() = default;

Result<std::unique_ptr<LocalAuthority>> LocalAuthority::open_or_create(std::filesystem::path folder,
                                                                       AuthoritySettings settings,
                                                                       const Clock& clock,
                                                                       Random& random) {
    for (std::string& name : settings.endpoints) {
        if (!is_ip_address(name) && !is_dns_name(name)) {
            return fail(
                ErrorKind::InvalidInput,
                fmt::format("the endpoint '{}' is neither a host name nor an address", name));
        }
        name = canonical_host_name(name);
    }
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
        return fail(ErrorKind::NotAllowed,
                    fmt::format("cannot make {}: {}", folder.string(), error.message()));
    }
    auto kept = read_kept(folder);
    if (kept) add_kept_regions(kept->facts, settings);
    std::unique_ptr<LocalAuthority> made(
        new LocalAuthority(std::move(folder), std::move(settings), clock, random));
    if (auto loaded = made->load_or_make_authorities(); !loaded) return fail(loaded.error());
    if (auto chosen = made->choose_permitted(); !chosen) return fail(chosen.error());
    made->choose_names();
    if (!kept || !made->load_server_identity(*kept)) {
        if (auto issued = made->make_server_identity(); !issued) return fail(issued.error());
    }
    return made;
}

AuthorityRequest LocalAuthority::root_request() const {
    AuthorityRequest request{
        .common_name = tagged("server CA", random_),
        .validity = {clock_.wall_now() - settings_.not_before_slack,
                     clock_.wall_now() + settings_.authority_life},
        .purpose = Purpose::Server,
        .permitted_dns = {local_name},
        .permitted_networks = {"127.0.0.0/8", "::1/128"},
    };
    for (const auto* list : {&settings_.host_names, &settings_.endpoints}) {
        for (const std::string& name : *list) {
            if (!is_ip_address(name)) {
                add_once(request.permitted_dns, name);
            } else {
                const bool v6 = name.find(':') != name.npos;
                add_once(request.permitted_networks, name + (v6 ? "/128" : "/32"));
            }
        }
    }
    return request;
}

AuthorityRequest LocalAuthority::device_request() const {
    return {.common_name = tagged("device CA", random_),
            .validity = {clock_.wall_now() - settings_.not_before_slack, device_not_after()},
            .purpose = Purpose::Client};
}

WallTime LocalAuthority::device_not_after() const {
    using namespace std::chrono;
    return sys_days(year(2049) / December / 31) + hours(23) + minutes(59) + seconds(59);
}

Result<std::string> LocalAuthority::load_or_make(const std::string& name,
                                                 const AuthorityRequest& request) {
    const auto path = file(folder_, name, "crt");
    auto kept = read_file(path);
    if (kept || kept.error().kind != ErrorKind::NotFound) return kept;
    const auto key = file(folder_, name, "key");
    if (std::filesystem::exists(key) ||
        std::filesystem::exists(file(folder_, server_name, "crt"))) {
        made_again_.push_back(path.string());
        if (auto aside = put_aside(key); !aside) return fail(aside.error());
    }
    const auto made = make_authority(request, random_);
    if (!made) return fail(made.error());
    const auto wrote = write_pair(folder_, name, made->certificate_pem, made->private_key_pem);
    if (!wrote) return fail(wrote.error());
    return made->certificate_pem;
}

Result<void> LocalAuthority::load_or_make_authorities() {
    auto root = load_or_make(root_name, root_request());
    if (!root) return fail(root.error());
    root_pem_ = std::move(*root);
    auto device = load_or_make(device_name, device_request());
    if (!device) return fail(device.error());
    device_pem_ = std::move(*device);
    auto read = openssl::read_certificate(root_pem_);
    if (!read) {
        return fail(ErrorKind::Corrupt,
                    fmt::format("{}: {}", root_certificate_path().string(), read.error().message));
    }
    root_ = std::move(*read);
    if (!openssl::read_certificate(device_pem_)) {
        return fail(ErrorKind::Corrupt, fmt::format("{} is not a certificate",
                                                    file(folder_, device_name, "crt").string()));
    }
    return check_root();
}

Result<void> LocalAuthority::check_root() const {
    const auto path = root_certificate_path();
    const auto root = facts_of(*root_);
    if (!root) {
        return fail(ErrorKind::Corrupt, fmt::format("{}: {}", path.string(), root.error().message));
    }
    if (clock_.wall_now() < root->not_after) return {};
    return fail(ErrorKind::Conflict,
                fmt::format("the server CA {} ran out on {}. Make a new one and give devices the "
                            "new root-CA.crt: {}",
                            path.string(), format_iso8601(root->not_after), renew_command()));
}

// With what this authority was opened with, whichever source the settings came from.
std::string LocalAuthority::renew_command() const {
    std::string command =
        fmt::format("gatehouse ca renew --data-dir {}", folder_.parent_path().string());
    for (const std::string& name : settings_.endpoints) command += " --endpoint " + name;
    return command;
}

Result<void> LocalAuthority::choose_permitted() {
    const auto permitted = PermittedNames::of_certificate(*root_);
    if (!permitted) return fail(permitted.error());
    for (const std::string& name : settings_.endpoints) {
        if (permitted->permits(name)) {
            add_once(endpoints_, name);
        } else if (settings_.foreign_endpoint == ForeignEndpoint::LeaveOut) {
            add_once(left_out_, name);
        } else {
            return fail(
                ErrorKind::Conflict,
                fmt::format(
                    "the server CA {} was made for {} and may not sign for the endpoint '{}', so "
                    "clients would refuse the server there. Leave the endpoint out, or make a new "
                    "CA and give devices the new root-CA.crt: {}",
                    root_certificate_path().string(), permitted->describe(), name,
                    renew_command()));
        }
    }
    for (const std::string& name : settings_.host_names) {
        add_once(permitted->permits(name) ? host_names_ : left_out_, name);
    }
    return {};
}

void LocalAuthority::choose_names() {
    names_ = {.dns = {local_name}, .ip_addresses = {"127.0.0.1", "::1"}};
    const auto add_endpoint = [this](const std::string& name) {
        if (is_ip_address(name)) return add_once(names_.ip_addresses, name);
        add_once(names_.dns, name);
        add_once(names_.dns, "*." + name);
        for (const std::string& region : regions_) {
            for (const auto service : services) {
                add_once(names_.dns, wildcard_of(service, region, name));
            }
        }
    };
    add_endpoint(local_name);
    for (const std::string& name : endpoints_) add_endpoint(name);
    for (const std::string& name : host_names_) {
        add_once(is_ip_address(name) ? names_.ip_addresses : names_.dns, name);
    }
}

bool LocalAuthority::load_server_identity(KeptCertificate& kept) {
    auto key = read_file(file(folder_, server_name, "key"));
    if (!key || !openssl::key_fits(*kept.x509, *key) || !signed_by(*kept.x509, *root_)) {
        return false;
    }
    const Certificate& facts = kept.facts;
    const auto has_all = [](const auto& have, const auto& wanted) {
        return std::ranges::all_of(wanted, [&](const std::string& name) {
            return std::ranges::find(have, name) != have.end();
        });
    };
    const WallTime now = clock_.wall_now();
    const WallTime renew_at = renewal_of(facts.not_before, facts.not_after);
    if (now >= renew_at || now < facts.not_before) return false;
    if (!has_all(facts.dns_names, names_.dns)) return false;
    if (!has_all(facts.ip_addresses, names_.ip_addresses)) return false;
    const std::scoped_lock lock(mutex_);
    identity_ =
        std::make_shared<const ServerIdentity>(ServerIdentity{std::move(kept.chain_pem),
                                                              std::move(*key),
                                                              {facts.dns_names, facts.ip_addresses},
                                                              facts.not_after,
                                                              renew_at});
    return true;
}

Result<void> LocalAuthority::make_server_identity() {
    auto made = issue_server(names_);
    if (!made) return fail(made.error());
    if (auto wrote = write_pair(folder_, server_name, made->chain_pem, made->key_pem); !wrote) {
        return wrote;
    }
    const std::scoped_lock lock(mutex_);
    identity_ = std::make_shared<const ServerIdentity>(std::move(*made));
    return {};
}

Result<AuthorityPem> LocalAuthority::authority(const std::string& name,
                                               const std::string& pem) const {
    auto key = read_file(file(folder_, name, "key"));
    if (!key) return fail(key.error());
    const auto certificate = openssl::read_certificate(pem);
    if (!certificate) return fail(certificate.error());
    if (!openssl::key_fits(**certificate, *key)) {
        return fail(ErrorKind::Corrupt, fmt::format("{} is not the key of {}.crt",
                                                    file(folder_, name, "key").string(), name));
    }
    return AuthorityPem{pem, std::move(*key)};
}

Result<ServerIdentity> LocalAuthority::issue_server(const Names& names) {
    const auto permitted = PermittedNames::of_certificate(*root_);
    if (!permitted) return fail(permitted.error());
    for (const auto* list : {&names.dns, &names.ip_addresses}) {
        for (const std::string& name : *list) {
            if (permitted->permits(name)) continue;
            return fail(ErrorKind::Conflict,
                        fmt::format("the server CA may sign for {}, not for '{}'",
                                    permitted->describe(), name));
        }
    }
    const auto signer = authority(root_name, root_pem_);
    if (!signer) return fail(signer.error());
    const auto root = facts_of(*root_);
    if (!root) return fail(root.error());
    const WallTime not_before = clock_.wall_now() - settings_.not_before_slack;
    const WallTime not_after =
        std::min<WallTime>(not_before + settings_.server_life, root->not_after);
    const auto issued = issue(*signer,
                              {.common_name = subject_for(names),
                               .names = names,
                               .validity = {not_before, not_after},
                               .purpose = Purpose::Server},
                              NewKey::EcP256, random_);
    if (!issued) return fail(issued.error());
    return ServerIdentity{issued->certificate_pem, issued->private_key_pem, names, not_after,
                          renewal_of(not_before, not_after)};
}

std::shared_ptr<const ServerIdentity> LocalAuthority::server_identity() const {
    const std::scoped_lock lock(mutex_);
    return identity_;
}

std::filesystem::path LocalAuthority::root_certificate_path() const {
    return file(folder_, root_name, "crt");
}

Result<LocalAuthority::Renewal> LocalAuthority::renew_if_due() {
    const std::scoped_lock lock(issuing_);
    if (clock_.wall_now() < server_identity()->renew_at) return Renewal::NotDue;
    if (auto checked = check_root(); !checked) return fail(checked.error());
    if (auto made = make_server_identity(); !made) return fail(made.error());
    return Renewal::Renewed;
}

Result<LocalAuthority::Renewal> LocalAuthority::cover_region(std::string_view region) {
    if (!is_label(region)) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("'{}' cannot be part of a host name", region));
    }
    const std::scoped_lock lock(issuing_);
    if (std::ranges::find(regions_, region) != regions_.end()) return Renewal::NotDue;
    if (regions_.size() >= settings_.regions_max) {
        return fail(ErrorKind::LimitExceeded,
                    fmt::format("the server's certificate is for {} regions already, the most "
                                "there may be: {}",
                                regions_.size(), fmt::join(regions_, ", ")));
    }
    regions_.emplace_back(region);
    choose_names();
    auto made = make_server_identity();
    if (made) return Renewal::Renewed;
    regions_.pop_back();
    return fail(std::move(made.error()));
}

LeafRequest LocalAuthority::device_leaf() const {
    return {.common_name = "AWS IoT Certificate",
            .validity = {clock_.wall_now() - settings_.not_before_slack, device_not_after()},
            .purpose = Purpose::Client};
}

Result<IssuedPem> LocalAuthority::issue_device(NewKey kind) {
    const auto signer = authority(device_name, device_pem_);
    if (!signer) return fail(signer.error());
    if (kind != NewKey::Rsa2048) return issue(*signer, device_leaf(), kind, random_);
    const auto key = rsa_keys_->take();
    if (!key) return fail(key.error());
    return issue_with(**key, *signer, device_leaf(), random_);
}

Result<IssuedPem> LocalAuthority::issue_device_for_request(std::string_view request_pem) {
    const auto signer = authority(device_name, device_pem_);
    if (!signer) return fail(signer.error());
    return issue_for_request(*signer, device_leaf(), request_pem, random_);
}

Result<void> LocalAuthority::renew_server_authority(const std::filesystem::path& folder,
                                                    AuthoritySettings settings, const Clock& clock,
                                                    Random& random) {
    if (const auto kept = read_kept(folder)) add_kept_regions(kept->facts, settings);
    for (const auto* name : {root_name, server_name}) {
        for (const auto* ending : {"crt", "key"}) {
            if (auto aside = put_aside(file(folder, name, ending)); !aside) return aside;
        }
    }
    const auto made = open_or_create(folder, std::move(settings), clock, random);
    if (!made) return fail(made.error());
    return {};
}

}  // namespace gatehouse::certificates
