// An imported certificate as a stored record. The names in the JSON are on disk: they are never
// changed.
#pragma once

#include <string>

#include "base/result.h"
#include "registry/imported_certificate.h"
#include "registry/refusal.h"
#include "registry/stored.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

inline const storage::Kind imported_certificate_kind{"acm-certificate"};
inline constexpr RecordWords imported_certificate_words{"certificate", "CertificateArn"};

storage::RecordKey key_of(const Tenant& tenant, const ImportedCertificateId& id);
// What its key is sealed with, so that it opens for this certificate alone.
std::string seal_context(const Tenant& tenant, const ImportedCertificateId& id);
std::string encode(const ImportedCertificate& certificate);
// Corrupt, naming the record, when the body is not what encode() makes.
Result<ImportedCertificate> decode_imported_certificate(const storage::Record& record);

// The id in the ARN of a certificate that is the tenant's. InvalidRequest, naming the field.
Outcome<ImportedCertificateId> imported_certificate_of(const Tenant& tenant, std::string_view arn,
                                                       std::string_view field);

}  // namespace gatehouse::registry
