// The operations by subject, each in a file of its own so that they compile side by side.
#pragma once

#include "api/iot/iot_service.h"

namespace gatehouse::api {

void add_account_operations(Service& service, const IotParts& parts);
void add_audit_operations(Service& service, const IotParts& parts);
void add_authorizer_operations(Service& service, const IotParts& parts);
void add_destination_operations(Service& service, const IotParts& parts);
void add_domain_operations(Service& service, const IotParts& parts);
void add_certificate_operations(Service& service, const IotParts& parts);
void add_policy_operations(Service& service, const IotParts& parts);
void add_thing_operations(Service& service, const IotParts& parts);
void add_index_operations(Service& service, const IotParts& parts);
void add_group_operations(Service& service, const IotParts& parts);
void add_rule_operations(Service& service, const IotParts& parts);

}  // namespace gatehouse::api
