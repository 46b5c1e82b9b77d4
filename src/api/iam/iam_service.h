// AWS Identity and Access Management, signed as "iam". Resources of an account, in no region.
#pragma once

#include "api/iam/iam_access.h"
#include "api/service.h"

namespace gatehouse::api {

Service make_iam_service(const iam::IamAccess& access);

}  // namespace gatehouse::api
