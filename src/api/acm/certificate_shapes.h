// Imported certificates between the API's shapes and the registry's values.
#pragma once

#include <optional>
#include <vector>

#include "api/shapes/acm/types/certificate_detail.h"
#include "api/shapes/acm/types/certificate_summary.h"
#include "api/shapes/acm/types/tag.h"
#include "base/clock.h"
#include "registry/imported_certificate.h"

namespace gatehouse::api::acm {

CertificateDetail detail_of(const registry::ImportedCertificateInUse& certificate, WallTime now);
CertificateSummary summary_of(const registry::ImportedCertificate& certificate, WallTime now);

// The last value of a key counts.
registry::Texts texts_of(const std::optional<std::vector<Tag>>& tags);
std::vector<Tag> tags_of(const registry::Texts& texts);

}  // namespace gatehouse::api::acm
