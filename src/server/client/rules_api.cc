#include "server/client/rules_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "server/client/answer.h"
#include "server/client/session.h"

namespace gatehouse::server {

std::string rule_path(std::string_view name) {
    return path_of("/rules/", name);
}

Answer<std::vector<json::value>> listed_rules(const ApiClient& client) {
    std::vector<json::value> rules;
    std::string token;
    do {
        ApiCall call{.service = "iot", .path = "/rules"};
        if (!token.empty()) call.query.emplace_back("nextToken", token);
        const auto page = client.call(call);
        if (!page) return std::unexpected(page.error());
        for (const json::value& each : elements_at(*page, "/rules")) rules.push_back(each);
        token = text_at(*page, "/nextToken");
    } while (!token.empty());
    return rules;
}

ApiError rule_error(const ApiClient& client, ApiError error, const std::string& name) {
    if (error.code != "UnauthorizedException") return error;
    const auto rules = listed_rules(client);
    if (!rules) return error;
    std::vector<std::string> names;
    for (const json::value& rule : *rules) names.push_back(text_at(rule, "/ruleName"));
    if (std::ranges::find(names, name) != names.end()) return error;
    error.error = {ErrorKind::NotFound, fmt::format("there is no topic rule '{}'", name), {}};
    return with_known_names(std::move(error), name, names);
}

Answer<json::value> described_rule(const ApiClient& client, const std::string& name) {
    auto answer = client.call({.service = "iot", .path = rule_path(name)});
    if (!answer) return std::unexpected(rule_error(client, std::move(answer.error()), name));
    return answer;
}

}  // namespace gatehouse::server
