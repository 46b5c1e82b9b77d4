#include "api/lambda/add_permission.h"

#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"
#include "api/lambda/function_shapes.h"
#include "api/shapes/lambda/errors.h"

namespace gatehouse::api::lambda {

async::Task<wire::Outcome<AddPermissionResponse>> AddPermission::handle(
    const Caller& caller, AddPermissionRequest request) const {
    if (request.principal_org_id || request.function_url_auth_type) {
        co_return wire::fail_as(errors::invalid_parameter_value_exception,
                                "organizations and function URLs are not served by Gatehouse; "
                                "leave PrincipalOrgID and FunctionUrlAuthType out");
    }
    const auto function = function_of(caller, request.function_name, request.qualifier);
    if (!function) co_return std::unexpected(function.error());
    if (function->qualifier.view() == functions::latest_version) {
        co_return wire::fail_as(errors::invalid_parameter_value_exception,
                                "We currently do not support adding policies for $LATEST.");
    }
    auto statement = co_await directory.add_permission(
        *function,
        {.statement_id = functions::StatementId(std::move(request.statement_id)),
         .action = std::move(request.action),
         .principal = std::move(request.principal),
         .source_arn = std::move(request.source_arn),
         .source_account = std::move(request.source_account),
         .event_source_token = std::move(request.event_source_token)},
        revision_of(request.revision_id));
    if (!statement) co_return failure_of(statement.error());
    co_return AddPermissionResponse{.statement = std::move(*statement)};
}

}  // namespace gatehouse::api::lambda
