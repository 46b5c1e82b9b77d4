// Registered certificates and their rules over the store, one operation a method.
// Source: AWS IoT API Reference, CreateKeysAndCertificate, CreateCertificateFromCsr,
// RegisterCertificateWithoutCA, DescribeCertificate, UpdateCertificate, DeleteCertificate,
// ListCertificates; Developer Guide, "Revoke a client certificate". Deliberate differences:
// messages say what to do.
//
// Threads: every method may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include <string>

#include "base/random.h"
#include "registry/listing.h"
#include "registry/registered_certificate.h"
#include "registry/stored.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

struct NewCertificate {
    std::string pem;  // the first certificate in it counts
    CertificateStatus status = CertificateStatus::Inactive;
    CertificateMode mode = CertificateMode::Default;
    CertificateId authority;
};

// Whether policies that are still attached keep a certificate from being deleted.
enum class Deletion : bool { Careful, Forced };

class CertificateRecords {
public:
    struct Parts {
        const Clock& clock;
        Random& random;
    };
    // The store must outlive it.
    CertificateRecords(storage::ResourceStore& store, const Parts& parts)
        : store_(store), parts_(parts) {}

    // CertificateValidation: no certificate, an authority's, or a key that is too weak.
    // InvalidRequest: a status that is not for users. ResourceAlreadyExists.
    Outcome<RegisteredCertificate> add(const Tenant& tenant, const NewCertificate& wanted);
    // ResourceNotFound (names the tenant that has it).
    Outcome<RegisteredCertificate> describe(const Tenant& tenant, const CertificateId& id);
    // InvalidRequest: a status that is not for users. CertificateState: it is revoked, or on its
    // way to another account.
    Outcome<void> set_status(const Tenant& tenant, const CertificateId& id,
                             CertificateStatus status);
    // CertificateState while it is ACTIVE, DeleteConflict while a thing or a policy is attached.
    Outcome<void> remove(const Tenant& tenant, const CertificateId& id, Deletion deletion);
    // In the order of creation.
    Outcome<Page<RegisteredCertificate>> list(const Tenant& tenant, const Listing& listing);

private:
    Outcome<Stored<RegisteredCertificate>> read(const Tenant& tenant, const CertificateId& id);
    Outcome<void> try_set_status(const Tenant& tenant, const CertificateId& id,
                                 CertificateStatus status);
    Outcome<void> try_remove(const Tenant& tenant, const CertificateId& id, Deletion deletion);
    Outcome<void> check_free(const Tenant& tenant, const std::string& arn, Deletion deletion);

    storage::ResourceStore& store_;
    const Parts& parts_;
};

}  // namespace gatehouse::registry
