// A registered certificate as a stored record. The names in the JSON are on disk: they are never
// changed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "registry/registered_certificate.h"
#include "registry/stored.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

inline constexpr RecordWords certificate_words{"certificate", "certificateId"};

inline const storage::Kind certificate_kind{"certificate"};
// From a thing's name to the principal that may act for it: a certificate's ARN or a Cognito
// identity's id.
inline const storage::Relation thing_principal_relation{"thing-principal"};
// The same, of those that may act for no other thing.
inline const storage::Relation exclusive_principal_relation{"thing-principal-exclusive"};

// Where the listing of those starts that are being transferred to another account
// (creation_order.h); that of a CA's certificates starts at the CA's id.
inline constexpr std::string_view outgoing_certificates = "outgoing";

storage::RecordKey key_of(const Tenant& tenant, const CertificateId& id);
// Those by which the certificate is listed; they come and go with it.
std::vector<storage::Link> listing_links(const RegisteredCertificate& certificate);
std::string encode(const RegisteredCertificate& certificate);
// Corrupt, naming the record, when the body is not what encode() makes.
Result<RegisteredCertificate> decode_certificate(const storage::Record& record);

}  // namespace gatehouse::registry
