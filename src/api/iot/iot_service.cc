#include "api/iot/iot_service.h"

#include "api/iot/errors.h"
#include "api/iot/operations.h"
#include "api/iot/permissions.h"
#include "api/shapes/iot/model.h"

namespace gatehouse::api {
namespace {

// The largest legal request is an authorizer with twenty signing keys of 5,120 characters.
constexpr std::size_t iot_body_bytes_max = 1024 * 1024;

}  // namespace

Service make_iot_service(const IotParts& parts) {
    Service service(iot::model(), iot::error_table(), iot_body_bytes_max);
    service.needs(&iot::permission_of);
    add_account_operations(service, parts);
    add_audit_operations(service, parts);
    add_authorizer_operations(service, parts);
    add_certificate_operations(service, parts);
    add_destination_operations(service, parts);
    add_domain_operations(service, parts);
    add_group_operations(service, parts);
    add_index_operations(service, parts);
    add_policy_operations(service, parts);
    add_rule_operations(service, parts);
    add_thing_operations(service, parts);
    return service;
}

}  // namespace gatehouse::api
