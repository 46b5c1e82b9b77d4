// What the operations of our own service need permission for.
#pragma once

#include "api/permission.h"

namespace gatehouse::api::gatehouse {

Permission permission_of(const Caller& caller, std::string_view operation,
                         const RequestNames& names);

}  // namespace gatehouse::api::gatehouse
