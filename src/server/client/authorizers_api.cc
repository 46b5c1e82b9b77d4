#include "server/client/authorizers_api.h"

#include <fmt/format.h>

#include "base/arn.h"
#include "server/client/answer.h"
#include "server/client/functions_api.h"
#include "server/client/session.h"
#include "server/invoke_permission.h"

namespace gatehouse::server {

std::string authorizer_path(std::string_view name, std::string_view rest) {
    return path_of("/authorizer/", name, rest);
}

Answer<std::vector<std::string>> authorizer_names(const ApiClient& client) {
    std::vector<std::string> names;
    std::string marker;
    do {
        ApiCall call{.service = "iot", .path = "/authorizers/"};
        if (!marker.empty()) call.query.emplace_back("marker", marker);
        const auto page = client.call(call);
        if (!page) return std::unexpected(page.error());
        for (const json::value& each : elements_at(*page, "/authorizers")) {
            names.push_back(text_at(each, "/authorizerName"));
        }
        marker = text_at(*page, "/nextMarker");
    } while (!marker.empty());
    return names;
}

ApiError authorizer_error(const ApiClient& client, ApiError error, const std::string& name) {
    if (error.error.kind != ErrorKind::NotFound) return error;
    const auto names = authorizer_names(client);
    return names ? with_known_names(std::move(error), name, *names) : error;
}

Answer<json::value> describe_authorizer(const ApiClient& client, const std::string& name) {
    auto answer = client.call({.service = "iot", .path = authorizer_path(name)});
    if (!answer) return std::unexpected(authorizer_error(client, std::move(answer.error()), name));
    const json::value* description = answer->as_object().if_contains("authorizerDescription");
    return description != nullptr ? *description : json::value(json::object());
}

Answer<std::string> default_authorizer_name(const ApiClient& client) {
    const auto answer = client.call({.service = "iot", .path = "/default-authorizer"});
    if (answer) return text_at(*answer, "/authorizerDescription/authorizerName");
    if (answer.error().error.kind == ErrorKind::NotFound) return std::string();
    return std::unexpected(answer.error());
}

Answer<void> set_default_authorizer(const ApiClient& client, const std::string& name) {
    auto set = client.call({.service = "iot",
                            .method = "POST",
                            .path = "/default-authorizer",
                            .body = to_text(json::object{{"authorizerName", name}})});
    if (set) return {};
    // It is the default already.
    if (set.error().code == "ResourceAlreadyExistsException") return {};
    return std::unexpected(authorizer_error(client, std::move(set.error()), name));
}

Result<json::object> signing_keys_of(const std::vector<std::string>& values) {
    json::object keys;
    for (const std::string& value : values) {
        const auto equals = value.find('=');
        if (equals == value.npos || equals == 0) {
            return fail(ErrorKind::InvalidInput,
                        "--signing-key wants NAME=@FILE, a name for the key and the file with the "
                        "public key in PEM");
        }
        const auto pem = text_or_file(std::string_view(value).substr(equals + 1));
        if (!pem) return fail(pem.error());
        keys[value.substr(0, equals)] = *pem;
    }
    return keys;
}

Result<json::object> pairs_of(std::string_view flag, const std::vector<std::string>& values) {
    json::object pairs;
    for (const std::string& value : values) {
        const auto equals = value.find('=');
        if (equals == value.npos || equals == 0) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("--{} wants KEY=VALUE, not '{}'", flag,
                                    value.substr(0, std::min<std::size_t>(equals, 40))));
        }
        if (!pairs.emplace(value.substr(0, equals), value.substr(equals + 1)).second) {
            return fail(ErrorKind::InvalidInput, fmt::format("--{} gives '{}' more than once", flag,
                                                             value.substr(0, equals)));
        }
    }
    return pairs;
}

Answer<AuthorizerFunction> find_authorizer_function(const ApiClient& client,
                                                    const std::string& name_or_arn) {
    std::string name = name_or_arn;
    if (const auto arn = parse_arn(name_or_arn); arn && arn->resource.starts_with("function:")) {
        name = arn->resource.substr(std::string_view("function:").size());
    }
    const auto configuration = function_configuration(client, name);
    if (!configuration) return std::unexpected(configuration.error());
    const bool is_arn = name != name_or_arn;
    return AuthorizerFunction{name, is_arn ? name_or_arn : text_at(*configuration, "/FunctionArn")};
}

Answer<void> permit_authorizer(const ApiClient& client, const AuthorizerFunction& function,
                               const std::string& authorizer, const std::string& authorizer_arn) {
    const auto permitted =
        permit_iot(client, function.name, "gatehouse-authorizer-" + authorizer, authorizer_arn);
    if (!permitted) return std::unexpected(permitted.error());
    return {};
}

Answer<std::string> permission_problem(const ApiClient& client, const json::value& description) {
    const std::string function_arn = text_at(description, "/authorizerFunctionArn");
    const std::string authorizer_arn = text_at(description, "/authorizerArn");
    const auto function = parse_arn(function_arn);
    const auto authorizer = parse_arn(authorizer_arn);
    constexpr std::string_view prefix = "function:";
    if (!function || !authorizer || !function->resource.starts_with(prefix)) return std::string();
    const std::string name = function->resource.substr(prefix.size());
    const auto policy = client.call({.service = "lambda", .path = function_path(name, "/policy")});
    if (!policy && policy.error().error.kind != ErrorKind::NotFound) {
        return std::unexpected(policy.error());
    }
    // Neither has a policy: a function without permissions, and one that is not there.
    if (!policy && !function_configuration(client, name)) return std::string();
    const auto problem = missing_invoke_permission(policy ? text_at(*policy, "/Policy") : "",
                                                   {.function_name = name,
                                                    .function_arn = function_arn,
                                                    .source_arn = authorizer_arn,
                                                    .account = authorizer->account});
    return problem ? "AWS would refuse its connections: " + *problem : std::string();
}

void note_permission_problem(const Invocation& invocation, const ApiClient& client,
                             const std::string& name) {
    const auto description = describe_authorizer(client, name);
    const auto problem = description ? permission_problem(client, *description)
                                     : std::unexpected(description.error());
    if (!problem) {
        print(invocation.err,
              fmt::format("note: whether AWS IoT may invoke its function is not known: {}\n",
                          problem.error().error.message));
    } else if (!problem->empty()) {
        print(invocation.err, fmt::format("note: {}\n", *problem));
    }
}

std::string authorizer_text(const json::value& description, std::string_view default_name,
                            std::string_view permission_problem) {
    const std::string name = text_at(description, "/authorizerName");
    std::string text = fmt::format("{}{}\n", name, name == default_name ? " (the default)" : "");
    text += fmt::format("  arn        {}\n", text_at(description, "/authorizerArn"));
    text += fmt::format("  function   {}\n", text_at(description, "/authorizerFunctionArn"));
    text += fmt::format("  status     {}\n", text_at(description, "/status"));
    if (is_true_at(description, "/enableCachingForHttp")) {
        text += "  caching    one answer for all requests of an HTTP connection\n";
    }
    if (!permission_problem.empty()) text += fmt::format("  note       {}\n", permission_problem);
    if (is_true_at(description, "/signingDisabled")) {
        return text + "  signing    disabled: tokens are not checked, the function alone decides\n";
    }
    text += fmt::format("  token key  {}\n", text_at(description, "/tokenKeyName"));
    if (const auto* keys = description.as_object().if_contains("tokenSigningPublicKeys");
        keys != nullptr && keys->is_object()) {
        for (const auto& key : keys->get_object()) {
            text += fmt::format("  signed by  {}\n", std::string_view(key.key()));
        }
    }
    return text;
}

}  // namespace gatehouse::server
