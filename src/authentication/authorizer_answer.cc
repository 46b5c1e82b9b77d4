#include "authentication/authorizer_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/json.h"
#include "base/suggestion.h"

namespace gatehouse::authentication {
namespace {

constexpr std::size_t principal_characters_max = 128;
constexpr std::array<std::string_view, 5> members{"isAuthenticated", "principalId",
                                                  "policyDocuments", "disconnectAfterInSeconds",
                                                  "refreshAfterInSeconds"};

bool is_alphanumeric(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    });
}

std::string_view view(const json::string& text) {
    return {text.data(), text.size()};
}

class AnswerReader {
public:
    AnswerReader(const json::object& object, const AnswerRules& rules)
        : object_(object), rules_(rules) {}

    AuthorizerAnswer read() {
        note_unknown_members();
        if (!read_decision()) return std::move(answer_);
        Granted granted;
        // All of them, so that the trace shows every broken rule at once.
        bool usable = read_principal(granted);
        usable = read_documents(granted) && usable;
        usable = read_interval("disconnectAfterInSeconds", granted.disconnect_after) && usable;
        usable = read_interval("refreshAfterInSeconds", granted.refresh_after) && usable;
        if (usable) answer_.granted = std::move(granted);
        return std::move(answer_);
    }

private:
    // Notes the check; the first that fails is the answer's problem. Returns whether it passed.
    bool check(std::string rule, std::optional<std::string> finding) {
        const bool passed = !finding;
        if (!passed && answer_.problem.empty()) {
            answer_.problem = fmt::format("{}: {}", rule, *finding);
        }
        answer_.checks.push_back({std::move(rule), passed, finding.value_or("")});
        return passed;
    }

    std::string missing(std::string_view name) const {
        std::vector<std::string_view> present;
        for (const auto& member : object_) {
            present.emplace_back(member.key().data(), member.key().size());
        }
        const auto nearest = nearest_name(name, present);
        return nearest ? fmt::format("{} is missing; did '{}' mean it?", name, *nearest)
                       : fmt::format("{} is missing", name);
    }

    void note_unknown_members() {
        for (const auto& member : object_) {
            const std::string_view name(member.key().data(), member.key().size());
            if (std::ranges::find(members, name) != members.end()) continue;
            if (const auto nearest = nearest_name(name, members)) {
                answer_.notes.push_back(
                    fmt::format("the member '{}' is ignored; did you mean '{}'?", name, *nearest));
            }
        }
    }

    // False when there is nothing more to read.
    bool read_decision() {
        const json::value* const value = object_.if_contains("isAuthenticated");
        const std::string rule = "isAuthenticated is true or false";
        if (value == nullptr) return check(rule, missing("isAuthenticated"));
        if (!value->is_bool()) {
            return check(rule, fmt::format("it is {}", kind_name(*value)));
        }
        check(rule, std::nullopt);
        answer_.refused = !value->as_bool();
        return !answer_.refused;
    }

    bool read_principal(Granted& granted) {
        const std::string rule = "principalId is 1 to 128 letters and digits";
        const json::value* const value = object_.if_contains("principalId");
        if (value == nullptr) return check(rule, missing("principalId"));
        if (!value->is_string()) return check(rule, fmt::format("it is {}", kind_name(*value)));
        const std::string_view text = view(value->as_string());
        if (text.empty() || text.size() > principal_characters_max) {
            return check(rule, fmt::format("it has {} characters", text.size()));
        }
        if (!is_alphanumeric(text)) {
            return check(rule, fmt::format("'{}' holds other characters", text));
        }
        granted.principal_id = text;
        check(rule, std::nullopt);
        if (rules_.certificate_id.empty()) return true;
        return check("principalId is that of the certificate (protocolData.tls.principalId)",
                     text == rules_.certificate_id
                         ? std::nullopt
                         : std::optional(fmt::format("it is '{}'", text)));
    }

    bool read_documents(Granted& granted) {
        const std::string rule =
            fmt::format("policyDocuments is a list of at most {} policies, objects or JSON text",
                        rules_.documents_max);
        const json::value* const value = object_.if_contains("policyDocuments");
        if (value == nullptr && !rules_.certificate_id.empty()) return true;
        if (value == nullptr) return check(rule, missing("policyDocuments"));
        if (!value->is_array()) return check(rule, fmt::format("it is {}", kind_name(*value)));
        const json::array& documents = value->as_array();
        if (documents.size() > rules_.documents_max) {
            return check(rule, fmt::format("it has {}", documents.size()));
        }
        for (std::size_t i = 0; i < documents.size(); ++i) {
            if (documents[i].is_string()) {
                granted.policy_documents.emplace_back(view(documents[i].as_string()));
            } else if (documents[i].is_object()) {
                granted.policy_documents.push_back(to_text(documents[i]));
            } else {
                return check(rule,
                             fmt::format("document {} is {}", i + 1, kind_name(documents[i])));
            }
        }
        return check(rule, std::nullopt);
    }

    bool read_interval(std::string_view name, std::chrono::seconds& into) {
        const std::string rule =
            fmt::format("{} is a whole number from {} to {}", name, rules_.interval_seconds_min,
                        rules_.interval_seconds_max);
        const json::value* const value = object_.if_contains({name.data(), name.size()});
        if (value == nullptr) return check(rule, missing(name));
        std::int64_t seconds = 0;
        if (value->is_int64()) {
            seconds = value->as_int64();
        } else if (value->is_double() && std::abs(value->as_double()) < 1e9 &&
                   std::trunc(value->as_double()) == value->as_double()) {
            seconds = static_cast<std::int64_t>(value->as_double());  // 300.0 is a whole number
        } else {
            const std::string shown = value->is_double() ? fmt::format("{}", value->as_double())
                                                         : to_text(*value).substr(0, 64);
            return check(rule, fmt::format("it is {}", shown));
        }
        if (seconds < rules_.interval_seconds_min || seconds > rules_.interval_seconds_max) {
            return check(rule, fmt::format("it is {}", seconds));
        }
        into = std::chrono::seconds(seconds);
        return check(rule, std::nullopt);
    }

    const json::object& object_;
    const AnswerRules& rules_;
    AuthorizerAnswer answer_;
};

AuthorizerAnswer unusable(std::string problem) {
    AuthorizerAnswer answer;
    answer.checks.push_back({"the answer is a JSON object", false, problem});
    answer.problem = std::move(problem);
    return answer;
}

}  // namespace

AuthorizerAnswer read_authorizer_answer(std::string_view payload, const AnswerRules& rules) {
    const auto value =
        parse_json(payload, "the function's answer", {.depth_max = passing_depth_max});
    if (!value) return unusable(value.error().describe());
    if (!value->is_object()) {
        const bool is_text = value->is_string();
        return unusable(fmt::format("the function's answer is {}, not an object{}",
                                    kind_name(*value),
                                    is_text ? " (return the dictionary itself, not json.dumps of "
                                              "it)"
                                            : ""));
    }
    return AnswerReader(value->as_object(), rules).read();
}

}  // namespace gatehouse::authentication
