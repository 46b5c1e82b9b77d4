#include "server/client/password_device.h"

#include <fmt/format.h>

#include <utility>

#include "api/gatehouse/device_kit.h"
#include "base/encoding.h"
#include "server/client/answer.h"
#include "server/client/authorizers_api.h"
#include "server/client/functions_api.h"
#include "signature/digest.h"

namespace gatehouse::server {
namespace {

constexpr std::string_view hash_variable = "PASSWORD_SHA256";
constexpr std::string_view policy_variable = "POLICY";

json::object environment_of(const PasswordDevice& device) {
    return {{"Variables", json::object{{"DEVICE", device.name},
                                       {hash_variable, signature::sha256_hex(device.password)},
                                       {policy_variable, device.policy_document}}}};
}

Answer<void> create_function(const ApiClient& client, const PasswordDevice& device) {
    const auto package = api::gatehouse::pack_kit_authorizer();
    if (!package) return std::unexpected(ApiError{package.error(), ""});
    const json::object wanted{
        {"FunctionName", device.authorizer_name()},
        {"Runtime", "python3.11"},
        {"Handler", "lambda_function.lambda_handler"},
        {"Role", fmt::format("arn:aws:iam::{}:role/gatehouse-function", client.server().account)},
        {"Code", json::object{{"ZipFile", to_base64(bytes_of(*package))}}},
        {"Environment", environment_of(device)}};
    const auto created = client.call({.service = "lambda",
                                      .method = "POST",
                                      .path = "/2015-03-31/functions",
                                      .body = to_text(wanted)});
    if (!created) return std::unexpected(created.error());
    return {};
}

// Needs the function.
Answer<void> create_authorizer(const ApiClient& client, const PasswordDevice& device) {
    const std::string name = device.authorizer_name();
    if (const auto active = wait_until_active(client, name); !active) {
        return std::unexpected(active.error());
    }
    const auto function = find_authorizer_function(client, name);
    if (!function) return std::unexpected(function.error());
    const std::string arn = fmt::format("arn:aws:iot:{}:{}:authorizer/{}", client.server().region,
                                        client.server().account, name);
    // First, so that nothing but the function is there to take back when the rest fails.
    if (auto permitted = permit_authorizer(client, *function, name, arn); !permitted) {
        return permitted;
    }
    const auto created =
        client.call({.service = "iot",
                     .method = "POST",
                     .path = authorizer_path(name),
                     .body = to_text(json::object{{"authorizerFunctionArn", function->arn},
                                                  {"signingDisabled", true},
                                                  {"status", "ACTIVE"}})});
    if (!created) return std::unexpected(created.error());
    return {};
}

}  // namespace

Answer<void> create_password_device(const ApiClient& client, const PasswordDevice& device) {
    if (auto created = create_function(client, device); !created) return created;
    auto created = create_authorizer(client, device);
    if (created) return created;
    const auto removed = client.send(
        {.service = "lambda", .method = "DELETE", .path = function_path(device.authorizer_name())});
    if (!removed) {
        created.error().error.message +=
            fmt::format("; the function {} was left behind, since it could not be deleted: {}",
                        device.authorizer_name(), removed.error().error.message);
    }
    return created;
}

Answer<PasswordFunction> find_password_function(const ApiClient& client,
                                                const PasswordDevice& device) {
    const std::string name = device.authorizer_name();
    const auto configuration = function_configuration(client, name);
    if (!configuration) return std::unexpected(configuration.error());
    PasswordFunction found{
        .variables = {}, .policy_document = {}, .revision = text_at(*configuration, "/RevisionId")};
    boost::system::error_code missing;
    const json::value* variables = configuration->find_pointer("/Environment/Variables", missing);
    if (variables != nullptr && variables->is_object()) found.variables = variables->get_object();
    if (!found.variables.contains(hash_variable)) {
        return std::unexpected(ApiError{
            {ErrorKind::Conflict,
             fmt::format("the function {} has no variable {}, so it is no device's, and stays as "
                         "it is",
                         name, hash_variable),
             {}},
            ""});
    }
    if (const json::value* policy = found.variables.if_contains(policy_variable)) {
        found.policy_document = text_at(*policy, "");
    }
    return found;
}

Answer<void> renew_password_device(const ApiClient& client, const PasswordDevice& device,
                                   PasswordFunction found) {
    const std::string name = device.authorizer_name();
    found.variables[hash_variable] = signature::sha256_hex(device.password);
    const json::object wanted{
        {"Environment", json::object{{"Variables", std::move(found.variables)}}},
        {"RevisionId", std::move(found.revision)}};
    auto updated = client.call({.service = "lambda",
                                .method = "PUT",
                                .path = function_path(name, "/configuration"),
                                .body = to_text(wanted)});
    if (!updated) return std::unexpected(function_error(client, std::move(updated.error()), name));
    const auto active = wait_until_active(client, name);
    if (!active) return std::unexpected(active.error());
    return {};
}

}  // namespace gatehouse::server
