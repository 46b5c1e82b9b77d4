// A registered certificate as a stored record. The names in the JSON are on disk: they are never
// changed.
#pragma once

#include <string>

#include "base/result.h"
#include "registry/registered_certificate.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

inline const storage::Kind certificate_kind{"certificate"};
// From a thing's name to the principal that may act for it: a certificate's ARN or a Cognito
// identity's id.
inline const storage::Relation thing_principal_relation{"thing-principal"};
// The same, of those that may act for no other thing.
inline const storage::Relation exclusive_principal_relation{"thing-principal-exclusive"};

storage::RecordKey key_of(const Tenant& tenant, const CertificateId& id);
std::string encode(const RegisteredCertificate& certificate);
// Corrupt, naming the record, when the body is not what encode() makes.
Result<RegisteredCertificate> decode_certificate(const storage::Record& record);

}  // namespace gatehouse::registry
