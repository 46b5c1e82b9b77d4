// AWS Security Token Service, signed as "sts".
#pragma once

#include "api/service.h"
#include "iam/accounts.h"
#include "iam/role_sessions.h"
#include "storage/async_resource_store.h"

namespace gatehouse::api {

// Everything this service works with; it must outlive the service.
struct StsParts {
    storage::AsyncResourceStore& records;
    ::gatehouse::iam::RoleSessions& sessions;
    ::gatehouse::iam::Accounts& accounts;
};

Service make_sts_service(const StsParts& parts);

}  // namespace gatehouse::api
