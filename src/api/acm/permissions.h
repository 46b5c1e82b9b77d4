// What the operations of AWS Certificate Manager need permission for.
// Source: AWS Service Authorization Reference, "Actions, resources, and condition keys".
#pragma once

#include "api/permission.h"

namespace gatehouse::api::acm {

Permission permission_of(const Caller& caller, std::string_view operation,
                         const RequestNames& names);

}  // namespace gatehouse::api::acm
