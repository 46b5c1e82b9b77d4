#include "api/acm/acm_service.h"

#include "api/acm/certificate_operations.h"
#include "api/acm/errors.h"
#include "api/acm/permissions.h"
#include "api/acm/tag_operations.h"
#include "api/shapes/acm/model.h"

namespace gatehouse::api {
namespace {

// A chain of up to 2 MiB, in base64, would be more than a record holds.
constexpr std::size_t body_bytes_max = 1024 * 1024;

}  // namespace

Service make_acm_service(const AcmParts& parts) {
    Service service(acm::model(), acm::error_table(), body_bytes_max);
    service.needs(&acm::permission_of);
    service.handle(acm::AddTagsToCertificate{parts.certificates})
        .handle(acm::DeleteCertificate{parts.certificates})
        .handle(acm::DescribeCertificate{parts.certificates, parts.clock})
        .handle(acm::GetCertificate{parts.certificates})
        .handle(acm::ImportCertificate{parts.certificates})
        .handle(acm::ListCertificates{parts.certificates, parts.clock})
        .handle(acm::ListTagsForCertificate{parts.certificates})
        .handle(acm::RemoveTagsFromCertificate{parts.certificates});
    return service;
}

}  // namespace gatehouse::api
