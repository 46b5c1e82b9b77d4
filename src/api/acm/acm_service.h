// AWS Certificate Manager, signed as "acm": server certificates that are imported, for domain
// configurations to show. Nothing is issued here.
#pragma once

#include "api/service.h"
#include "base/clock.h"
#include "registry/imported_certificates.h"

namespace gatehouse::api {

// Everything this service works with; it must outlive the service.
struct AcmParts {
    registry::ImportedCertificates& certificates;
    const Clock& clock;
};

Service make_acm_service(const AcmParts& parts);

}  // namespace gatehouse::api
