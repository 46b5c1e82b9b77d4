// A registered CA certificate as a stored record, and the record of who is called alike. The names
// in the JSON are on disk: they are never changed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "registry/ca_certificate.h"
#include "registry/refusal.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

inline const storage::Kind ca_certificate_kind{"ca-certificate"};

storage::RecordKey ca_key_of(const Tenant& tenant, const CertificateId& id);
std::string encode(const CaCertificate& certificate);
// Corrupt, naming the record, when the body is not what encode() makes.
Result<CaCertificate> decode_ca_certificate(const storage::Record& record);

// The CA certificates of one subject, in the order of their registration: where the issuer of a
// certificate is looked up, and counted.
struct CasOfSubject {
    storage::RecordKey key;
    std::optional<storage::Revision> revision;  // none: there was never one
    std::vector<CertificateId> ids;

    // `subject` as in CaCertificate.
    static Outcome<CasOfSubject> read(storage::ResourceStore& store, const Tenant& tenant,
                                      std::string_view subject);
    // Writes the ids, unless somebody else did meanwhile: then `otherwise`.
    void put_into(storage::Batch& batch, const Error& otherwise) const;
};

}  // namespace gatehouse::registry
