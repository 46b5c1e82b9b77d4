#include <fmt/format.h>

#include "base/encoding.h"
#include "server/client/answer.h"
#include "server/client/authorizers_api.h"
#include "server/client/session.h"
#include "server/commands/authorizer/commands.h"

namespace gatehouse::server {
namespace {

constexpr std::string_view authorizer_test_about =
    "Asks an authorizer as a connecting client would, and prints its answer. The exit status is 1\n"
    "when it refuses or its answer cannot be used. No client is connected.";

Result<json::object> trial_of(const Arguments& arguments) {
    const auto headers = pairs_of("header", arguments.values("header"));
    if (!headers) return fail(headers.error());
    json::object http;
    if (!headers->empty()) http["headers"] = *headers;
    if (const auto query = arguments.value("query")) http["queryString"] = *query;
    json::object request;
    if (!http.empty()) request["httpContext"] = http;
    if (const auto token = arguments.value("token")) request["token"] = *token;
    if (const auto signature = arguments.value("signature")) request["tokenSignature"] = *signature;
    json::object mqtt;
    if (const auto name = arguments.value("username")) mqtt["username"] = *name;
    if (const auto password = arguments.value("password")) {
        mqtt["password"] = to_base64(bytes_of(*password));
    }
    if (const auto client_id = arguments.value("client-id")) mqtt["clientId"] = *client_id;
    if (!mqtt.empty()) request["mqttContext"] = mqtt;
    if (const auto server = arguments.value("server-name")) {
        request["tlsContext"] = json::object{{"serverName", *server}};
    }
    return request;
}

std::string answer_text(const json::value& answer) {
    const auto seconds = [&](std::string_view pointer) {
        const auto number = number_at(answer, pointer);
        return number ? fmt::format("{} s", *number) : std::string("(none)");
    };
    std::string text =
        fmt::format("{}\n  principal         {}\n  refresh after     {}\n  disconnect after  {}\n",
                    is_true_at(answer, "/isAuthenticated") ? "authenticated" : "not authenticated",
                    text_at(answer, "/principalId"), seconds("/refreshAfterInSeconds"),
                    seconds("/disconnectAfterInSeconds"));
    for (const json::value& document : elements_at(answer, "/policyDocuments")) {
        if (!document.is_string()) continue;
        const auto parsed = parse_json(std::string_view(document.get_string()), "the document");
        text += parsed ? pretty_json(*parsed) : std::string(document.get_string()) + "\n";
    }
    return text;
}

}  // namespace

Exit run_authorizer_test(const Invocation& invocation) {
    const auto flags = with_data_dir({
        {"username", "NAME", "The user name of MQTT CONNECT, without its query."},
        {"password", "TEXT", "The password, in clear; it is encoded as the function gets it."},
        {"client-id", "ID", "The MQTT client id."},
        {"token", "TEXT", "The token, for authorizers that check one."},
        {"signature", "BASE64", "The token's signature."},
        {"header", "NAME=VALUE", "A header of the HTTP request; repeat it."},
        {"query", "TEXT", "The query of the HTTP request, as in the URL."},
        {"server-name", "HOST", "The host name that TLS named (SNI)."},
        {"json", "", "The answer as JSON."},
    });
    const auto session = begin_session(invocation, {.about = authorizer_test_about,
                                                    .positional = "NAME",
                                                    .positional_max = 1,
                                                    .flags = flags,
                                                    .positional_min = 1});
    if (!session) return session.error();
    const std::string& name = session->word(0);
    const auto request = trial_of(session->arguments);
    if (!request) return report(invocation, request.error(), Exit::WrongUse);
    const auto answer = session->client.call({.service = "iot",
                                              .method = "POST",
                                              .path = authorizer_path(name, "/test"),
                                              .body = to_text(*request)});
    if (!answer) return report(invocation, authorizer_error(session->client, answer.error(), name));
    print(invocation.out,
          session->arguments.has("json") ? pretty_json(*answer) : answer_text(*answer));
    note_permission_problem(invocation, session->client, name);
    return is_true_at(*answer, "/isAuthenticated") ? Exit::Done : Exit::Failed;
}

}  // namespace gatehouse::server
