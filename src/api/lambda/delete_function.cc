#include "api/lambda/delete_function.h"

#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"
#include "api/shapes/lambda/errors.h"

namespace gatehouse::api::lambda {

async::Task<wire::Outcome<DeleteFunctionResponse>> DeleteFunction::handle(
    const Caller& caller, DeleteFunctionRequest request) const {
    const auto function = function_of(caller, request.function_name, request.qualifier);
    if (!function) co_return std::unexpected(function.error());
    if (function->qualifier.view() == functions::latest_version) {
        co_return wire::fail_as(errors::invalid_parameter_value_exception,
                                "$LATEST version cannot be deleted without deleting the function.");
    }
    if (functions::is_version_number(function->qualifier.view())) {
        const auto version = co_await directory.remove_version(
            caller.tenant, function->name, functions::FunctionVersion(function->qualifier.value()));
        if (!version) co_return failure_of(version.error());
        co_return DeleteFunctionResponse();
    }
    if (!function->qualifier.empty()) {
        co_return wire::fail_as(errors::invalid_parameter_value_exception,
                                "Deletion of aliases is not currently supported.");
    }
    const auto removed = co_await directory.remove(caller.tenant, function->name);
    if (!removed) co_return failure_of(removed.error());
    co_return DeleteFunctionResponse();
}

}  // namespace gatehouse::api::lambda
