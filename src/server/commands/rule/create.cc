#include <fmt/format.h>

#include <utility>

#include "base/encoding.h"
#include "server/client/answer.h"
#include "server/client/authorizers_api.h"
#include "server/client/rules_api.h"
#include "server/client/session.h"
#include "server/commands/rule/commands.h"

namespace gatehouse::server {
namespace {

constexpr std::string_view rule_create_about =
    "Makes a topic rule of what CreateTopicRule takes as topicRulePayload: {\"sql\": …,\n"
    "\"actions\": […]}. It knows all actions of this server, also those that AWS's clients do not.";

std::vector<Flag> rule_create_flags() {
    return with_data_dir({
        {"payload", "JSON", "The rule, or @FILE."},
        {"replace", "", "A rule of this name that is there already is replaced."},
        {"tag", "KEY=VALUE", "A tag, such as gatehouse:delivery=at-least-once; repeat it."},
    });
}

struct RuleToMake {
    std::string payload;
    json::object tags;
};

Result<RuleToMake> rule_to_make(const Arguments& arguments) {
    const auto given = arguments.value("payload");
    if (!given) {
        return fail(ErrorKind::InvalidInput, "--payload JSON is missing: the rule, or @FILE");
    }
    auto payload = text_or_file(*given);
    if (!payload) return fail(std::move(payload.error()));
    const auto parsed = parse_json(*payload, "the payload");
    if (!parsed) return fail(ErrorKind::InvalidInput, "--payload: " + parsed.error().describe());
    if (!parsed->is_object()) {
        return fail(ErrorKind::InvalidInput, "--payload has to be a JSON object, or @FILE");
    }
    auto tags = pairs_of("tag", arguments.values("tag"));
    if (!tags) return fail(std::move(tags.error()));
    return RuleToMake{std::move(*payload), std::move(*tags)};
}

Answer<void> make_rule(const ApiClient& client, const std::string& name, const RuleToMake& rule) {
    ApiCall call{.service = "iot", .method = "POST", .path = rule_path(name), .body = rule.payload};
    std::string tagging;
    for (const auto& [key, value] : rule.tags) {
        tagging += fmt::format("{}{}={}", tagging.empty() ? "" : "&", percent_encode(key),
                               percent_encode(value.as_string()));
    }
    if (!tagging.empty()) call.headers.emplace_back("x-amz-tagging", tagging);
    auto made = client.call(call);
    if (made) return {};
    ApiError error = std::move(made.error());
    if (error.code == "ResourceAlreadyExistsException") {
        error.error.message += "; --replace replaces it";
    }
    return std::unexpected(std::move(error));
}

// Whether there was one.
Answer<bool> replace_rule(const ApiClient& client, const std::string& name,
                          const RuleToMake& rule) {
    auto replaced = client.call(
        {.service = "iot", .method = "PATCH", .path = rule_path(name), .body = rule.payload});
    if (!replaced) {
        ApiError error = rule_error(client, std::move(replaced.error()), name);
        if (error.error.kind == ErrorKind::NotFound) return false;
        return std::unexpected(std::move(error));
    }
    if (rule.tags.empty()) return true;
    const auto described = described_rule(client, name);
    if (!described) return std::unexpected(described.error());
    json::array tags;
    for (const auto& [key, value] : rule.tags) tags.push_back({{"Key", key}, {"Value", value}});
    auto tagged =
        client.call({.service = "iot",
                     .method = "POST",
                     .path = "/tags",
                     .body = to_text(json::object{{"resourceArn", text_at(*described, "/ruleArn")},
                                                  {"tags", std::move(tags)}})});
    if (!tagged) return std::unexpected(std::move(tagged.error()));
    return true;
}

}  // namespace

Exit run_rule_create(const Invocation& invocation) {
    const auto flags = rule_create_flags();
    const auto session = begin_session(invocation, {.about = rule_create_about,
                                                    .positional = "NAME",
                                                    .positional_max = 1,
                                                    .flags = flags,
                                                    .positional_min = 1});
    if (!session) return session.error();
    const std::string& name = session->word(0);
    const auto rule = rule_to_make(session->arguments);
    if (!rule) return report(invocation, rule.error(), Exit::WrongUse);
    if (session->arguments.has("replace")) {
        const auto was_there = replace_rule(session->client, name, *rule);
        if (!was_there) return report(invocation, was_there.error());
        if (*was_there) {
            print(invocation.out, fmt::format("rule {} replaced\n", name));
            return Exit::Done;
        }
    }
    if (const auto made = make_rule(session->client, name, *rule); !made) {
        return report(invocation, made.error());
    }
    print(invocation.out, fmt::format("rule {} created\n", name));
    return Exit::Done;
}

}  // namespace gatehouse::server
