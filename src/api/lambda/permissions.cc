#include "api/lambda/permissions.h"

#include <optional>

#include "base/arn.h"
#include "functions/function_requests.h"

namespace gatehouse::api::lambda {
namespace {

// Functions are named in many ways; all mean one ARN.
std::string function_resource(const Tenant& tenant, const std::optional<std::string>& text) {
    if (!text) return "*";
    const auto reference = functions::parse_function_reference(*text, "");
    if (!reference) return "*";
    return make_arn(tenant, "lambda", "function:" + reference->name.value());
}

}  // namespace

Permission permission_of(const Caller& caller, std::string_view operation,
                         const RequestNames& names) {
    Permission permission{.action = "lambda:" + std::string(operation), .resources = {"*"}};
    const bool takes_role =
        operation == "CreateFunction" || operation == "UpdateFunctionConfiguration";
    if (const auto role = takes_role ? names.in_body("Role") : std::nullopt) {
        permission.passed_roles = {{passed_role(caller.tenant, *role), "lambda.amazonaws.com"}};
    }
    if (operation == "Invoke") permission.action = "lambda:InvokeFunction";
    if (operation == "CreateFunction") {
        permission.resources = {function_resource(caller.tenant, names.in_body("FunctionName"))};
    } else if (const auto arn = names.label("Resource")) {
        permission.resources = {*arn};
    } else if (const auto name = names.label("FunctionName")) {
        permission.resources = {function_resource(caller.tenant, name)};
    }
    return permission;
}

}  // namespace gatehouse::api::lambda
