// Domain configurations and their rules over the store, one operation a method. What every account
// has without a record ("iot:Data-ATS") is not among them.
// Source: AWS IoT API Reference, the operations of the same names; Developer Guide, "Domain
// configurations". Deliberate differences: without a certificate that was imported the server shows
// one of its own where its CA may sign for the name (AWS wants one for names of the customer's); a
// disabled configuration is deleted at once, those with made-up names, too (AWS: after 7 days).
//
// Threads: every method may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/pinned.h"
#include "base/random.h"
#include "base/result.h"
#include "registry/domain_configuration.h"
#include "registry/imported_certificate.h"
#include "registry/listing.h"
#include "registry/stored.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

// What the server says about names. Threads: any.
class DomainNaming {
public:
    virtual ~DomainNaming() = default;
    // A name below the server's own, beginning with this label. InvalidInput: it has none.
    virtual Result<std::string> managed_name(const Tenant& tenant,
                                             std::string_view label) const = 0;
    // Why the tenant may not have this name, since the server itself answers for it; a sentence.
    // Nullopt: it may.
    virtual std::optional<std::string> why_reserved(const Tenant& tenant,
                                                    std::string_view domain_name) const = 0;
    // Whether the server has a certificate for it without one that was imported; why not.
    virtual Result<void> can_show_own(std::string_view domain_name) const = 0;
    // Whether the tenant has an authorizer of this name without a record.
    virtual bool has_built_in_authorizer(const Tenant& tenant, std::string_view name) const = 0;
};

// How a certificate stands that a configuration shows.
struct ServerCertificateState {
    std::string arn;
    std::string fault;  // a sentence; empty: it is valid
};

struct DescribedDomain {
    DomainConfiguration configuration;
    std::optional<ServerCertificateState> server_certificate;
};

class DomainConfigurationRecords {
public:
    struct Parts {
        const Clock& clock;
        Random& random;
        const DomainNaming& naming;
    };
    // The store and the parts must outlive it.
    DomainConfigurationRecords(storage::ResourceStore& store, const Parts& parts)
        : store_(store), parts_(parts) {}

    // InvalidRequest, CertificateValidation (the certificate does not exist or is for another
    // name), ResourceAlreadyExists (the name, or the domain name), LimitExceeded.
    Outcome<DomainConfiguration> create(const Tenant& tenant, const NewDomainConfiguration& wanted);
    // ResourceNotFound.
    Outcome<DescribedDomain> describe(const Tenant& tenant, const DomainConfigurationName& name);
    // ResourceNotFound, InvalidRequest.
    Outcome<DomainConfiguration> update(const Tenant& tenant, const DomainConfigurationName& name,
                                        const DomainConfigurationChange& change);
    // ResourceNotFound; InvalidRequest while it is ENABLED.
    Outcome<void> remove(const Tenant& tenant, const DomainConfigurationName& name);
    // All of a tenant's, by name: there are few.
    Outcome<std::vector<DomainConfiguration>> all(const Tenant& tenant);

private:
    Outcome<Stored<DomainConfiguration>> read(const Tenant& tenant,
                                              const DomainConfigurationName& name);
    // The default authorizer is there, and is not deleted while it is named.
    void hold_authorizer(storage::Batch& batch, const DomainConfiguration& configuration);
    Outcome<void> choose_name(DomainConfiguration& configuration, std::string_view wanted);
    Outcome<void> choose_certificate(DomainConfiguration& configuration,
                                     const NewDomainConfiguration& wanted);
    Outcome<ImportedCertificateId> check_certificate(const DomainConfiguration& configuration,
                                                     std::string_view arn, std::string_view field);
    Outcome<void> check_authorizer(const DomainConfiguration& configuration);
    Outcome<DomainConfiguration> add(const DomainConfiguration& configuration);
    Outcome<DomainConfiguration> try_update(const Tenant& tenant,
                                            const DomainConfigurationName& name,
                                            const DomainConfigurationChange& change);
    Outcome<void> apply_change(DomainConfiguration& configuration,
                               const DomainConfigurationChange& change);
    Outcome<void> try_remove(const Tenant& tenant, const DomainConfigurationName& name);
    std::optional<ServerCertificateState> state_of_certificate(
        const DomainConfiguration& configuration);

    storage::ResourceStore& store_;
    const Parts parts_;
};

}  // namespace gatehouse::registry
