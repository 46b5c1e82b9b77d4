#include "api/lambda/remove_permission.h"

#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"
#include "api/lambda/function_shapes.h"

namespace gatehouse::api::lambda {

async::Task<wire::Outcome<RemovePermissionResponse>> RemovePermission::handle(
    const Caller& caller, RemovePermissionRequest request) const {
    const auto function = function_of(caller, request.function_name, request.qualifier);
    if (!function) co_return std::unexpected(function.error());
    const auto removed = co_await directory.remove_permission(
        *function, functions::StatementId(std::move(request.statement_id)),
        revision_of(request.revision_id));
    if (!removed) co_return failure_of(removed.error());
    co_return RemovePermissionResponse();
}

}  // namespace gatehouse::api::lambda
