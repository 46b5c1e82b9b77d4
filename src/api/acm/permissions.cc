#include "api/acm/permissions.h"

namespace gatehouse::api::acm {

Permission permission_of(const Caller&, std::string_view operation, const RequestNames& names) {
    return {.action = "acm:" + std::string(operation),
            .resources = {names.in_body("CertificateArn").value_or("*")}};
}

}  // namespace gatehouse::api::acm
