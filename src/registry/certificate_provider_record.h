// A certificate provider as a stored record. The names in the JSON are on disk: they are never
// changed.
#pragma once

#include <string>

#include "base/result.h"
#include "registry/certificate_provider.h"
#include "registry/stored.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

inline const storage::Kind certificate_provider_kind{"certificate-provider"};
inline constexpr RecordWords certificate_provider_words{"certificate provider",
                                                        "certificateProviderName"};
inline constexpr std::string_view certificate_provider_resource = "certificateprovider/";

storage::RecordKey key_of(const Tenant& tenant, const CertificateProviderName& name);
std::string encode(const CertificateProvider& provider);
// Corrupt, naming the record, when the body is not what encode() makes.
Result<CertificateProvider> decode_certificate_provider(const storage::Record& record);

}  // namespace gatehouse::registry
