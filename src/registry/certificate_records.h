// Registered certificates and their rules over the store, one operation a method.
// Source: AWS IoT API Reference, CreateKeysAndCertificate, CreateCertificateFromCsr,
// RegisterCertificate, RegisterCertificateWithoutCA, DescribeCertificate, UpdateCertificate,
// DeleteCertificate, ListCertificates, ListCertificatesByCA; Developer Guide, "Revoke a client
// certificate", "Register a client certificate when the client connects to AWS IoT just-in-time".
// Deliberate differences: messages say what to do. What the API calls a certificate is one: a PEM
// text with the certificates of its chain is refused.
//
// Threads: every method may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/random.h"
#include "registry/ca_certificate.h"
#include "registry/listing.h"
#include "registry/registered_certificate.h"
#include "registry/stored.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

struct NewCertificate {
    std::string pem;
    CertificateStatus status = CertificateStatus::Inactive;
    CertificateMode mode = CertificateMode::Default;
};

// One that a registered CA signed.
struct SignedCertificate {
    std::string pem;
    std::string authority_pem;  // empty: the CA is found by the certificate's issuer
    CertificateStatus status = CertificateStatus::Inactive;
};

// Whether a client asked for an endpoint by name (SNI).
enum class EndpointNamed : bool { No, Yes };

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
    // InvalidRequest: a status that is not for users. ResourceAlreadyExists: here, or where both
    // accounts cannot have it (shared_certificate.h).
    Outcome<RegisteredCertificate> add(const Tenant& tenant, const NewCertificate& wanted);
    // The same as part of a batch, which may be overtaken.
    Outcome<RegisteredCertificate> add_to(storage::Batch& batch, const Tenant& tenant,
                                          const NewCertificate& wanted);
    // Beside these, CertificateValidation: no registered CA signed it, or not the one that was
    // given. CertificateState: the CA is not ACTIVE. CertificateConflict: several CAs signed it,
    // and none was given. Its mode is the CA's.
    Outcome<RegisteredCertificate> add_signed(const Tenant& tenant,
                                              const SignedCertificate& wanted);
    // As part of a batch, which may be overtaken.
    Outcome<RegisteredCertificate> add_signed_to(storage::Batch& batch, const Tenant& tenant,
                                                 const SignedCertificate& wanted);
    // Registers what a device presented (DER) as PENDING_ACTIVATION, if an ACTIVE CA with automatic
    // registration signed it and both are in their time; else none. Where it is registered by now,
    // that is the answer. The errors of add().
    Outcome<std::optional<RegisteredCertificate>> add_just_in_time(const Tenant& tenant,
                                                                   BytesView der,
                                                                   EndpointNamed named);
    // ResourceNotFound (names the tenant that has it).
    Outcome<RegisteredCertificate> describe(const Tenant& tenant, const CertificateId& id);
    // InvalidRequest: a status that is not for users. CertificateState: it is revoked, or on its
    // way to another account.
    Outcome<void> set_status(const Tenant& tenant, const CertificateId& id,
                             CertificateStatus status);
    // As part of a batch, which is overtaken where the certificate is no longer as it was read.
    // CertificateState.
    Outcome<void> set_status_in(storage::Batch& batch, Stored<RegisteredCertificate> stored,
                                CertificateStatus status);
    // CertificateState while it is ACTIVE, DeleteConflict while a thing or a policy is attached.
    Outcome<void> remove(const Tenant& tenant, const CertificateId& id, Deletion deletion);
    // In the order of creation.
    Outcome<Page<RegisteredCertificate>> list(const Tenant& tenant, const Listing& listing);
    // Those that the CA signed; none if it is not registered and never was.
    Outcome<Page<RegisteredCertificate>> list_signed_by(const Tenant& tenant,
                                                        const CertificateId& authority,
                                                        const Listing& listing);

private:
    Outcome<Stored<RegisteredCertificate>> read(const Tenant& tenant, const CertificateId& id);
    // `authority` may be null; its mode is what counts then, and it must stay as it is.
    Outcome<RegisteredCertificate> stage(storage::Batch& batch, const Tenant& tenant,
                                         const NewCertificate& wanted,
                                         const Stored<CaCertificate>* authority);
    Outcome<RegisteredCertificate> try_add(const Tenant& tenant, const NewCertificate& wanted,
                                           const Stored<CaCertificate>* authority);
    Outcome<Stored<CaCertificate>> signer_of(const Tenant& tenant, const SignedCertificate& wanted);
    Outcome<void> try_set_status(const Tenant& tenant, const CertificateId& id,
                                 CertificateStatus status);
    Outcome<void> try_remove(const Tenant& tenant, const CertificateId& id, Deletion deletion);
    Outcome<void> check_free(const Tenant& tenant, const std::string& arn, Deletion deletion);

    storage::ResourceStore& store_;
    const Parts& parts_;
};

}  // namespace gatehouse::registry
