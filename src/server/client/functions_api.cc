#include "server/client/functions_api.h"

#include <fmt/format.h>

#include <thread>

#include "server/client/answer.h"
#include "server/client/session.h"

namespace gatehouse::server {

std::string function_path(std::string_view name, std::string_view rest) {
    return path_of("/2015-03-31/functions/", name, rest);
}

ApiError function_error(const ApiClient& client, ApiError error, const std::string& name) {
    if (error.error.kind != ErrorKind::NotFound) return error;
    const auto functions = list_functions(client);
    if (!functions) return error;
    std::vector<std::string> names;
    for (const json::value& each : *functions) names.push_back(text_at(each, "/FunctionName"));
    return with_known_names(std::move(error), name, names);
}

Answer<json::value> function_configuration(const ApiClient& client, const std::string& name) {
    auto found = client.call({.service = "lambda", .path = function_path(name, "/configuration")});
    if (!found) return std::unexpected(function_error(client, std::move(found.error()), name));
    return found;
}

Answer<std::vector<json::value>> list_functions(const ApiClient& client) {
    std::vector<json::value> functions;
    std::string marker;
    do {
        ApiCall call{.service = "lambda", .path = "/2015-03-31/functions/"};
        if (!marker.empty()) call.query.emplace_back("Marker", marker);
        const auto page = client.call(call);
        if (!page) return std::unexpected(page.error());
        const auto elements = elements_at(*page, "/Functions");
        functions.insert(functions.end(), elements.begin(), elements.end());
        marker = text_at(*page, "/NextMarker");
    } while (!marker.empty());
    return functions;
}

Answer<json::value> wait_until_active(const ApiClient& client, const std::string& name) {
    constexpr auto pause = std::chrono::milliseconds(50);
    constexpr auto patience = std::chrono::seconds(60);
    const auto give_up = std::chrono::steady_clock::now() + patience;
    while (true) {
        auto configuration = function_configuration(client, name);
        if (!configuration) return configuration;
        const std::string state = text_at(*configuration, "/State");
        const std::string update = text_at(*configuration, "/LastUpdateStatus");
        if (state == "Failed" || update == "Failed") {
            const std::string why = text_at(
                *configuration, state == "Failed" ? "/StateReason" : "/LastUpdateStatusReason");
            return std::unexpected(ApiError{
                {ErrorKind::Unavailable, fmt::format("function {} failed: {}", name, why), {}},
                ""});
        }
        if (state != "Pending" && update != "InProgress") return configuration;
        if (std::chrono::steady_clock::now() > give_up) {
            return std::unexpected(ApiError{
                {ErrorKind::Timeout,
                 fmt::format("function {} is still {} after {} s", name,
                             update == "InProgress" ? "being updated" : state, patience.count()),
                 {}},
                ""});
        }
        std::this_thread::sleep_for(pause);
    }
}

Answer<Permitted> permit_iot(const ApiClient& client, const std::string& function,
                             const std::string& statement_id, const std::string& source_arn) {
    json::object statement{{"StatementId", statement_id},
                           {"Action", "lambda:InvokeFunction"},
                           {"Principal", "iot.amazonaws.com"}};
    if (!source_arn.empty()) statement["SourceArn"] = source_arn;
    const auto added = client.call({.service = "lambda",
                                    .method = "POST",
                                    .path = function_path(function, "/policy"),
                                    .body = to_text(statement)});
    if (added) return Permitted::Added;
    if (added.error().error.kind == ErrorKind::Conflict) return Permitted::Already;
    return std::unexpected(added.error());
}

}  // namespace gatehouse::server
