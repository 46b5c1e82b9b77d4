#include <fmt/format.h>

#include "server/client/answer.h"
#include "server/client/authorizers_api.h"
#include "server/client/session.h"
#include "server/commands/authorizer/commands.h"

namespace gatehouse::server {
namespace {

std::vector<Flag> update_flags() {
    return with_data_dir({
        {"function", "NAME", "Another function: its name or ARN."},
        {"token-key-name", "KEY", "Another key of the user name's query that carries the token."},
        {"signing-key", "NAME=@FILE", "A public key (PEM) to add or replace; repeat it."},
        {"remove-signing-key", "NAME", "A public key that counts no more; repeat it."},
        {"enable-caching-for-http", "",
         "One answer is enough for all requests of an HTTP connection; "
         "--no-enable-caching-for-http: each is asked about."},
        {"active", "", "To be used from now on."},
        {"inactive", "", "Not to be used from now on."},
        {"permission", "",
         "With --function: permit AWS IoT to invoke it; on unless --no-permission."},
    });
}

// Everything but the function.
Result<json::object> changes_of(const Arguments& arguments) {
    if (arguments.has("active") && arguments.has("inactive")) {
        return fail(ErrorKind::InvalidInput, "--active and --inactive contradict each other");
    }
    const auto keys = signing_keys_of(arguments.values("signing-key"));
    if (!keys) return fail(keys.error());
    json::object request;
    if (!keys->empty()) request["tokenSigningPublicKeys"] = *keys;
    if (const auto key_name = arguments.value("token-key-name")) {
        request["tokenKeyName"] = *key_name;
    }
    if (arguments.has("active")) request["status"] = "ACTIVE";
    if (arguments.has("inactive")) request["status"] = "INACTIVE";
    if (const auto caching = arguments.value("enable-caching-for-http")) {
        request["enableCachingForHttp"] = *caching == "true";
    }
    if (request.empty() && !arguments.has("function") && !arguments.has("remove-signing-key")) {
        return fail(ErrorKind::InvalidInput, "nothing is to be changed; `--help` lists the flags");
    }
    return request;
}

// The API takes all keys at once: those that the authorizer has stay.
Answer<void> keep_other_keys(const ApiClient& client, const std::string& name,
                             const Arguments& arguments, json::object& request) {
    const json::value* const given = request.if_contains("tokenSigningPublicKeys");
    const auto removed = arguments.values("remove-signing-key");
    if (given == nullptr && removed.empty()) return {};
    const auto description = describe_authorizer(client, name);
    if (!description) return std::unexpected(description.error());
    json::object keys;
    if (const json::value* const present =
            description->as_object().if_contains("tokenSigningPublicKeys")) {
        keys = present->as_object();
    }
    for (const std::string& key : removed) {
        if (keys.erase(key) != 0) continue;
        return std::unexpected(
            ApiError{.error = {ErrorKind::NotFound,
                               fmt::format("authorizer '{}' has no signing key '{}'", name, key)}});
    }
    if (given != nullptr) {
        for (const auto& [key, pem] : given->as_object()) keys.insert_or_assign(key, pem);
    }
    request["tokenSigningPublicKeys"] = std::move(keys);
    return {};
}

}  // namespace

Exit run_authorizer_update(const Invocation& invocation) {
    const auto flags = update_flags();
    const auto session = begin_session(
        invocation, {.about = "Changes an authorizer. What is not given stays. Whether tokens are "
                              "signed cannot be changed:\ndelete it and create it anew.",
                     .positional = "NAME",
                     .positional_max = 1,
                     .flags = flags,
                     .positional_min = 1});
    if (!session) return session.error();
    const Arguments& arguments = session->arguments;
    const ApiClient& client = session->client;
    const std::string& name = session->word(0);
    auto request = changes_of(arguments);
    if (!request) return report(invocation, request.error(), Exit::WrongUse);
    if (const auto kept = keep_other_keys(client, name, arguments, *request); !kept) {
        return report(invocation, kept.error());
    }
    std::optional<AuthorizerFunction> function;
    if (const auto function_name = arguments.value("function")) {
        auto found = find_authorizer_function(client, *function_name);
        if (!found) return report(invocation, found.error());
        function = std::move(*found);
        (*request)["authorizerFunctionArn"] = function->arn;
    }
    const auto updated = client.call({.service = "iot",
                                      .method = "PUT",
                                      .path = authorizer_path(name),
                                      .body = to_text(*request)});
    if (!updated) return report(invocation, authorizer_error(client, updated.error(), name));
    if (function && arguments.value("permission").value_or("true") == "true") {
        const auto permitted =
            permit_authorizer(client, *function, name, text_at(*updated, "/authorizerArn"));
        if (!permitted) return report(invocation, permitted.error());
    }
    print(invocation.out, fmt::format("authorizer {} updated\n", name));
    return Exit::Done;
}

}  // namespace gatehouse::server
