// The host names with a domain configuration, as the doors serve them: made anew from the registry
// at each change of it, each with its certificate and its TLS contexts. And what the registry asks
// about host names when one is made.
//
// A certificate that was imported is shown as it is. Without one the doors' own is, where it is for
// the name, else one that the local authority issues.
//
// What the server itself answers for is nobody's: such a name is refused when a configuration is
// made, and one that was there before the server got the name is not served.
//
// Threads: any; what reads the registry blocks. The next handshake goes by what there is then, and
// connections that are open stay.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "async/snapshot.h"
#include "base/clock.h"
#include "base/pinned.h"
#include "base/random.h"
#include "certificates/local_authority.h"
#include "gateway/domain.h"
#include "registry/domain_configuration_records.h"
#include "server/serve/server_certificate.h"
#include "server/serve/stapled_domain.h"
#include "server/settings.h"
#include "storage/resource_store.h"
#include "storage/secret_box.h"

namespace gatehouse::server {

class DeviceDomains final : public registry::DomainNaming, Pinned {
public:
    // All must outlive it.
    struct Parts {
        const Settings& settings;
        storage::ResourceStore& store;
        const storage::SecretBox& secrets;
        certificates::LocalAuthority& authority;
        const ServerCertificate& certificate;
        const Clock& clock;
        Random& random;
    };
    // Blocking. The errors of refresh().
    static Result<std::unique_ptr<DeviceDomains>> load(const Parts& parts);

    const async::Snapshot<gateway::Domains>& domains() const { return domains_; }

    // Those of which an OCSP response is stapled; one that stays as it is, stays the same.
    using Stapled = std::vector<std::shared_ptr<StapledDomain>>;
    std::shared_ptr<const Stapled> stapled() const { return stapled_.get(); }

    // Of a batch that was applied: what it changes is in the snapshot when this returns.
    void note(const storage::Batch& batch);
    // Reads everything anew, and renews what is due. An error of the store; a configuration that
    // cannot be served is served as such.
    Result<void> refresh();

    Result<std::string> managed_name(const Tenant& tenant, std::string_view label) const override;
    std::optional<std::string> why_reserved(const Tenant& tenant,
                                            std::string_view domain_name) const override;
    Result<void> can_show_own(std::string_view domain_name) const override;
    bool has_built_in_authorizer(const Tenant& tenant, std::string_view name) const override;

private:
    // A certificate to show, and what tells it from another.
    struct Shown {
        std::string stamp;
        std::function<Result<net::TlsIdentity>()> read;
        std::string chain_pem;  // its own certificate first
    };
    // What is served, and of which certificate.
    struct Served {
        std::string stamp;
        gateway::DomainPtr domain;
        std::shared_ptr<StapledDomain> stapled;  // null: nothing is stapled
    };
    using ServedByName = std::map<std::string, Served>;

    explicit DeviceDomains(const Parts& parts);
    bool is_served(const registry::DomainConfiguration& configuration);
    Result<Shown> certificate_of(const registry::DomainConfiguration& configuration);
    Result<Shown> imported(const registry::DomainConfiguration& configuration);
    Result<Shown> own(const std::string& domain_name);
    Served serve(registry::DomainConfiguration configuration, const Served* present);
    // Null: nothing is stapled.
    std::shared_ptr<StapledDomain> stapled_of(gateway::DomainConfigurationPtr configuration,
                                              const Shown& shown, const Served* present);
    Result<Bytes> authorized_responder(const registry::DomainConfiguration& configuration);
    Result<void> show(gateway::Domain& domain, const net::TlsIdentity& identity,
                      const std::shared_ptr<const StapledDomain>& stapled) const;

    const Parts parts_;
    async::Snapshot<gateway::Domains> domains_;
    async::Snapshot<Stapled> stapled_{std::make_shared<const Stapled>()};
    std::mutex refreshing_;  // one at a time, so that the newest replaces last
    ServedByName served_;    // guarded by refreshing_
    // Domain names that are not served, since the server answers for them; so that each is told
    // once. Guarded by refreshing_.
    std::set<std::string, std::less<>> overruled_;
    // Issued by the local authority. Guarded by refreshing_.
    std::map<std::string, std::shared_ptr<const certificates::ServerIdentity>> issued_;
};

}  // namespace gatehouse::server
