#include <fmt/format.h>

#include "server/client/answer.h"
#include "server/client/authorizers_api.h"
#include "server/client/session.h"
#include "server/commands/authorizer/commands.h"

namespace gatehouse::server {
namespace {

constexpr std::string_view authorizer_create_about =
    "Makes an authorizer of a function. A client chooses it with the query of its user name\n"
    "(USER?x-amz-customauthorizer-name=NAME), or gets it as the default.\n"
    "Say how a client's token is proved: --signing-disabled leaves everything to the function;\n"
    "with --token-key-name and --signing-key the server checks a signature before it calls it.";

std::vector<Flag> create_flags() {
    return with_data_dir({
        {"function", "NAME", "The function that decides: its name or ARN."},
        {"signing-disabled", "", "Tokens are not checked before the function is called."},
        {"token-key-name", "KEY", "The key of the user name's query that carries the token."},
        {"signing-key", "NAME=@FILE",
         "A public key (PEM) that tokens may be signed with; repeat it."},
        {"enable-caching-for-http", "",
         "One answer is enough for all requests of an HTTP connection, until it is to be "
         "refreshed."},
        {"tag", "KEY=VALUE", "A tag; repeat it."},
        {"inactive", "", "Not to be used yet (`authorizer update NAME --active`)."},
        {"default", "", "Also for clients that name no authorizer."},
        {"permission", "", "Permit AWS IoT to invoke the function; on unless --no-permission."},
    });
}

Result<json::object> creation_of(const Arguments& arguments) {
    const bool disabled = arguments.has("signing-disabled");
    const auto key_name = arguments.value("token-key-name");
    const auto keys = signing_keys_of(arguments.values("signing-key"));
    if (!keys) return fail(keys.error());
    if (!disabled && (!key_name || keys->empty())) {
        return fail(ErrorKind::InvalidInput,
                    "say how tokens are proved: --signing-disabled, or both --token-key-name KEY "
                    "and --signing-key NAME=@FILE");
    }
    const auto tags = pairs_of("tag", arguments.values("tag"));
    if (!tags) return fail(tags.error());
    json::object request{{"signingDisabled", disabled},
                         {"status", arguments.has("inactive") ? "INACTIVE" : "ACTIVE"}};
    if (key_name) request["tokenKeyName"] = *key_name;
    if (!keys->empty()) request["tokenSigningPublicKeys"] = *keys;
    if (const auto caching = arguments.value("enable-caching-for-http")) {
        request["enableCachingForHttp"] = *caching == "true";
    }
    json::array tag_list;
    for (const auto& [key, value] : *tags) tag_list.push_back({{"Key", key}, {"Value", value}});
    if (!tag_list.empty()) request["tags"] = std::move(tag_list);
    return request;
}

}  // namespace

Exit run_authorizer_create(const Invocation& invocation) {
    const auto flags = create_flags();
    const auto session = begin_session(invocation, {.about = authorizer_create_about,
                                                    .positional = "NAME",
                                                    .positional_max = 1,
                                                    .flags = flags,
                                                    .positional_min = 1});
    if (!session) return session.error();
    const Arguments& arguments = session->arguments;
    const ApiClient& client = session->client;
    const std::string& name = session->word(0);
    const auto function_name = arguments.value("function");
    if (!function_name) {
        return report(invocation,
                      Error{ErrorKind::InvalidInput,
                            "--function NAME is missing: the function that decides who gets in",
                            {}},
                      Exit::WrongUse);
    }
    auto request = creation_of(arguments);
    if (!request) return report(invocation, request.error(), Exit::WrongUse);
    const auto function = find_authorizer_function(client, *function_name);
    if (!function) return report(invocation, function.error());
    (*request)["authorizerFunctionArn"] = function->arn;
    const auto created = client.call({.service = "iot",
                                      .method = "POST",
                                      .path = authorizer_path(name),
                                      .body = to_text(*request)});
    if (!created) return report(invocation, created.error());
    const bool permits = arguments.value("permission").value_or("true") == "true";
    if (permits) {
        const auto permitted =
            permit_authorizer(client, *function, name, text_at(*created, "/authorizerArn"));
        if (!permitted) return report(invocation, permitted.error());
    }
    if (arguments.has("default")) {
        if (const auto set = set_default_authorizer(client, name); !set) {
            return report(invocation, set.error());
        }
    }
    print(invocation.out,
          fmt::format("authorizer {} created\n{}\n", name, text_at(*created, "/authorizerArn")));
    if (!permits) note_permission_problem(invocation, client, name);
    return Exit::Done;
}

}  // namespace gatehouse::server
