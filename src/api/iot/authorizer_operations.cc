#include "api/iot/clear_default_authorizer.h"
#include "api/iot/create_authorizer.h"
#include "api/iot/delete_authorizer.h"
#include "api/iot/describe_authorizer.h"
#include "api/iot/describe_default_authorizer.h"
#include "api/iot/list_authorizers.h"
#include "api/iot/operations.h"
#include "api/iot/set_default_authorizer.h"
#include "api/iot/update_authorizer.h"

namespace gatehouse::api {

void add_authorizer_operations(Service& service, const IotParts& parts) {
    service.handle(iot::ClearDefaultAuthorizer{parts.authorizers})
        .handle(iot::CreateAuthorizer{parts.authorizers})
        .handle(iot::DeleteAuthorizer{parts.authorizers})
        .handle(iot::DescribeAuthorizer{parts.authorizers})
        .handle(iot::DescribeDefaultAuthorizer{parts.authorizers})
        .handle(iot::ListAuthorizers{parts.authorizers})
        .handle(iot::SetDefaultAuthorizer{parts.authorizers})
        .handle(iot::UpdateAuthorizer{parts.authorizers});
}

}  // namespace gatehouse::api
