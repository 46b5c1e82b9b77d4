// Imported certificates and their rules over the store, one operation a method.
// Source: AWS Certificate Manager API Reference, the operations of the same names; User Guide,
// "Prerequisites for importing certificates".
//
// Threads: every method may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "certificates/certificate.h"
#include "net/tls_identity.h"
#include "registry/imported_certificate.h"
#include "registry/listing.h"
#include "registry/stored.h"
#include "storage/resource_store.h"
#include "storage/secret_box.h"

namespace gatehouse::registry {

inline constexpr std::size_t imported_certificates_max = 2500;  // a tenant

class ImportedCertificateRecords {
public:
    struct Parts {
        const storage::SecretBox& box;
        const Clock& clock;
        Random& random;
    };
    // The store and the parts must outlive it.
    ImportedCertificateRecords(storage::ResourceStore& store, const Parts& parts)
        : store_(store), parts_(parts) {}

    // A new one, or in the place of the one that has the ARN. CertificateValidation (does not
    // read, has run out, the key is of another), InvalidRequest, ResourceNotFound, LimitExceeded.
    Outcome<ImportedCertificate> import(const Tenant& tenant, std::string_view arn,
                                        const CertificateImport& wanted);
    // InvalidRequest (no such ARN can be), ResourceNotFound.
    Outcome<ImportedCertificateInUse> describe(const Tenant& tenant, std::string_view arn);
    // As describe(); DeleteConflict while a domain configuration shows it.
    Outcome<void> remove(const Tenant& tenant, std::string_view arn);
    Outcome<Page<ImportedCertificate>> list(const Tenant& tenant, const Listing& listing);
    Outcome<void> add_tags(const Tenant& tenant, std::string_view arn, const Texts& tags);
    // A value that is given must be the present one.
    Outcome<void> remove_tags(const Tenant& tenant, std::string_view arn,
                              const std::vector<std::pair<std::string, std::string>>& tags);

    // What a door shows. ResourceNotFound; InternalFailure when its key does not open.
    Outcome<net::TlsIdentity> identity(const Tenant& tenant, const ImportedCertificateId& id);

private:
    Outcome<Stored<ImportedCertificate>> read(const Tenant& tenant, std::string_view arn);
    Outcome<ImportedCertificate> add(ImportedCertificate certificate);
    Outcome<ImportedCertificate> replace(std::string_view arn, ImportedCertificate certificate);
    template <class Change>
    Outcome<void> change_tags(const Tenant& tenant, std::string_view arn, Change change);
    Outcome<void> write(const Stored<ImportedCertificate>& stored);

    storage::ResourceStore& store_;
    const Parts parts_;
};

// What is wrong with a certificate as the one that is shown for a host name (lower case): it is for
// another; or that, or it has run out. In a sentence; empty: nothing.
std::string server_name_fault(const certificates::Certificate& certificate,
                              std::string_view host_name);
std::string server_certificate_fault(const certificates::Certificate& certificate,
                                     std::string_view host_name, WallTime now);

}  // namespace gatehouse::registry
