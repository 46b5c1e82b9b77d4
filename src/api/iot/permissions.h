// What the operations of AWS IoT need permission for.
// Source: AWS Service Authorization Reference, "Actions, resources, and condition keys for AWS
// IoT".
#pragma once

#include "api/permission.h"

namespace gatehouse::api::iot {

Permission permission_of(const Caller& caller, std::string_view operation,
                         const RequestNames& names);

}  // namespace gatehouse::api::iot
