#include "api/lambda/permissions.h"

#include <charconv>
#include <cstdint>
#include <optional>

#include "base/arn.h"
#include "functions/function_requests.h"
#include "functions/layer.h"

namespace gatehouse::api::lambda {
namespace {

// Whether a version or an alias is a resource beside its function.
enum class Qualified : std::uint8_t { No, Yes };

// Functions are named in many ways; all mean one ARN.
std::string function_resource(const Tenant& tenant, const std::optional<std::string>& text,
                              std::string_view qualifier = "",
                              Qualified qualified = Qualified::No) {
    if (!text) return "*";
    const auto reference = functions::parse_function_reference(*text, qualifier);
    if (!reference) return "*";
    std::string resource = "function:" + reference->name.value();
    if (qualified == Qualified::Yes && !reference->qualifier.empty()) {
        resource += ":" + reference->qualifier;
    }
    return make_arn(tenant, "lambda", resource);
}

// As the operation reads it, or policies would not know 01 for 1; a text that is no number as it
// is.
std::string version_number(const std::string& text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_number = error == std::errc() && end == text.data() + text.size();
    return is_number ? std::to_string(number) : text;
}

// Of a layer, or with a number of a version of it; by its name or its ARN.
std::string layer_resource(const Tenant& tenant, const std::string& text,
                           const std::optional<std::string>& number = std::nullopt) {
    const auto reference = functions::parse_layer_reference(text);
    if (!reference) return "*";
    std::string resource = "layer:" + reference->name.value();
    if (number) resource += ":" + version_number(*number);
    const Tenant owner = reference->account.empty()
                             ? tenant
                             : Tenant{AccountId(reference->account), Region(reference->region)};
    return make_arn(owner, "lambda", resource);
}

// Whose ARN has the number in it.
std::string named_layer_version(const Tenant& tenant, const std::optional<std::string>& arn) {
    if (!arn) return "*";
    const auto reference = functions::parse_layer_reference(*arn);
    if (!reference) return "*";
    return layer_resource(tenant, *arn, std::to_string(reference->number.value_or(0)));
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
    if (const auto principal =
            operation == "AddPermission" ? names.in_body("Principal") : std::nullopt) {
        permission.facts = {{"lambda:Principal", {*principal}, ""}};
    }
    // Of a version or an alias: that is a resource of its own, to invoke at least.
    if (const auto name = operation == "Invoke" ? names.label("FunctionName") : std::nullopt) {
        permission.resources = {function_resource(
            caller.tenant, name, names.in_query("Qualifier").value_or(""), Qualified::Yes)};
    } else if (operation == "CreateFunction") {
        permission.resources = {function_resource(caller.tenant, names.in_body("FunctionName"))};
    } else if (const auto layer = names.label("LayerName")) {
        permission.resources = {
            layer_resource(caller.tenant, *layer, names.label("VersionNumber"))};
    } else if (operation == "GetLayerVersionByArn") {
        permission.action = "lambda:GetLayerVersion";
        permission.resources = {named_layer_version(caller.tenant, names.in_query("Arn"))};
    } else if (const auto arn = names.label("ARN")) {
        permission.resources = {function_resource(caller.tenant, arn)};
    } else if (const auto name = names.label("FunctionName")) {
        permission.resources = {function_resource(caller.tenant, name)};
    }
    return permission;
}

}  // namespace gatehouse::api::lambda
