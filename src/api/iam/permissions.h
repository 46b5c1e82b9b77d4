// What the operations of IAM need permission for.
// Source: AWS Service Authorization Reference, "Actions, resources, and condition keys for AWS
// Identity and Access Management".
#pragma once

#include "api/permission.h"

namespace gatehouse::api::iam {

Permission permission_of(const Caller& caller, std::string_view operation,
                         const RequestNames& names);

}  // namespace gatehouse::api::iam
