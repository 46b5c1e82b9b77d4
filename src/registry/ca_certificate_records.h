// Registered CA certificates and their rules over the store, one operation a method.
// Source: AWS IoT API Reference, RegisterCACertificate, DescribeCACertificate, ListCACertificates,
// UpdateCACertificate, DeleteCACertificate; Developer Guide, "Register your CA certificate".
// Deliberate differences: messages say what to do; a template is read when it is given, not when
// the first device comes; templates are given as a body, not by name.
//
// Threads: every method may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "registry/ca_certificate.h"
#include "registry/listing.h"
#include "registry/stored.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

struct NewCaCertificate {
    std::string pem;
    std::string verification_pem;  // empty: none
    CaStatus status = CaStatus::Inactive;
    CertificateMode mode = CertificateMode::Default;
    AutoRegistration auto_registration = AutoRegistration::Disable;
    RegistrationConfig config;
    Texts tags;
};

struct CaCertificateChange {
    std::optional<CaStatus> status;
    std::optional<AutoRegistration> auto_registration;
    std::optional<RegistrationConfig> config;
    // Takes the configuration away, and ends automatic registration.
    bool remove_auto_registration = false;
};

class CaCertificateRecords {
public:
    struct Parts {
        const Clock& clock;
        Random& random;
    };
    // The store must outlive it.
    CaCertificateRecords(storage::ResourceStore& store, const Parts& parts)
        : store_(store), parts_(parts) {}

    // See registration_code.h.
    Outcome<std::string> registration_code(const Tenant& tenant);
    Outcome<void> delete_registration_code(const Tenant& tenant);

    // CertificateValidation: no certificate, no authority's, out of its time, or the verification
    // certificate is not signed by it. RegistrationCodeValidation. InvalidRequest: mode and
    // verification certificate do not fit, or the configuration is half one or
    // its template does not read. ResourceNotFound: a template by name. LimitExceeded: ten of
    // the same subject. ResourceAlreadyExists: here, or in DEFAULT mode in another account.
    Outcome<CaCertificate> add(const Tenant& tenant, const NewCaCertificate& wanted);
    // ResourceNotFound.
    Outcome<CaCertificate> describe(const Tenant& tenant, const CertificateId& id);
    // ResourceNotFound, InvalidRequest.
    Outcome<void> change(const Tenant& tenant, const CertificateId& id,
                         const CaCertificateChange& change);
    // CertificateState while it is ACTIVE.
    Outcome<void> remove(const Tenant& tenant, const CertificateId& id);
    // In the order of creation; of one template only, if it is named.
    Outcome<Page<CaCertificate>> list(const Tenant& tenant, const Listing& listing,
                                      const std::optional<std::string>& template_name);

private:
    Outcome<Stored<CaCertificate>> read(const Tenant& tenant, const CertificateId& id);
    Outcome<void> check_possession(const Tenant& tenant, const NewCaCertificate& wanted,
                                   const certificates::Certificate& authority);
    Outcome<CaCertificate> try_add(CaCertificate certificate);
    Outcome<void> try_change(const Tenant& tenant, const CertificateId& id,
                             const CaCertificateChange& change);
    Outcome<void> try_remove(const Tenant& tenant, const CertificateId& id);

    storage::ResourceStore& store_;
    const Parts& parts_;
};

// The CAs of the tenant that signed the certificate, in the order of their registration. An
// intermediate authority counts where it is registered itself; further up nobody looks.
Outcome<std::vector<Stored<CaCertificate>>> issuers_of(storage::ResourceStore& store,
                                                       const Tenant& tenant,
                                                       const certificates::Certificate& of);

}  // namespace gatehouse::registry
