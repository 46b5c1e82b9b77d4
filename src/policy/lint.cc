#include "policy/lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <tuple>

#include "base/json.h"
#include "base/suggestion.h"
#include "policy/action.h"
#include "policy/ascii_case.h"
#include "policy/lint_rules.h"
#include "policy/statement_check.h"

namespace gatehouse::policy {
namespace {

bool has_known_prefix(std::string_view name, std::string_view prefix) {
    return name.size() >= prefix.size() &&
           same_ignoring_case(name.substr(0, prefix.size()), prefix);
}

// In the order of statements; findings of one statement keep theirs.
void sort_by_place(std::vector<Finding>& findings) {
    std::vector<std::tuple<std::size_t, std::size_t, std::size_t>> keys;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        keys.emplace_back(findings[i].where.document, findings[i].where.statement, i);
    }
    std::ranges::sort(keys);
    std::vector<Finding> sorted;
    for (const auto& [document, statement, i] : keys) sorted.push_back(std::move(findings[i]));
    findings = std::move(sorted);
}

// Rules about one statement alone.
class StatementRules {
public:
    StatementRules(const LintStatement& subject, const Document& document, Admission admission,
                   std::vector<Finding>& findings)
        : place_(subject.place),
          statement_(*subject.statement),
          document_(document),
          admission_(admission),
          findings_(findings) {}

    void run() {
        check_actions();
        for (const Pattern& resource : statement_.resources) {
            check_resource_type(resource);
            check_shape(resource);
            check_variables(resource, nullptr);
        }
        for (const std::string& action : statement_.actions) check_action_type(action);
        check_conditions();
        check_breadth();
    }

private:
    void add(LintCode code, Severity severity, std::string_view resource, std::string sentence,
             std::string fix) {
        findings_.push_back(
            {code, severity, place_, std::string(resource), std::move(sentence), std::move(fix)});
    }

    void check_actions() {
        for (const std::string& action : statement_.actions) {
            if (!has_known_prefix(action, "iot:")) continue;
            const bool known = std::ranges::any_of(action_names(), [&](std::string_view name) {
                return action_matches(action, name);
            });
            if (known) continue;
            const auto nearest = nearest_name(action, action_names());
            add(LintCode::UnknownAction, Severity::Warning, "",
                fmt::format("{} names no action that devices are checked for", action),
                nearest ? fmt::format("Did you mean {}?", *nearest)
                        : "Remove it, or look the action up.");
        }
    }

    // A resource that is of the type of none of the actions.
    void check_resource_type(const Pattern& resource) {
        if (statement_.action_listing == Listing::AllBut || !literal_type(resource)) return;
        std::string_view first_action;
        for (const std::string_view action : action_names()) {
            if (!statement_names_action(statement_, action)) continue;
            if (may_be_of(resource, action)) return;
            if (first_action.empty()) first_action = action;
        }
        if (first_action.empty()) return;
        told_.push_back(*action_named(first_action));
        const std::string_view wanted = type_wanted(first_action);
        const std::string type = *literal_type(resource);
        add(LintCode::WrongResourceType, Severity::Error, resource.text(),
            fmt::format("{} is never checked against {}/, so this resource has no effect",
                        first_action, type),
            wanted == "*"
                ? fmt::format("Write \"*\": {} has no resource.", first_action)
                : fmt::format("Write {}/ instead of {}/ for {}.", wanted, type, first_action));
    }

    // An action that none of the resources is for, beside others that have theirs.
    void check_action_type(const std::string& action) {
        if (statement_.action_listing == Listing::AllBut || !action_named(action) ||
            may_apply_to(statement_, action) || was_told(action)) {
            return;
        }
        told_.push_back(*action_named(action));
        const Pattern& first = statement_.resources.front();
        const std::string_view wanted = type_wanted(action);
        add(LintCode::WrongResourceType, Severity::Error, first.text(),
            fmt::format("{} is never checked against {}/, and no resource of the statement is for "
                        "it: this statement never {} it",
                        action, *literal_type(first),
                        statement_.effect == Effect::Allow ? "allows" : "denies"),
            wanted == "*" ? fmt::format("Add the resource \"*\": {} has no other.", action)
                          : fmt::format("Add a resource {}/… for {}, or take the action out.",
                                        wanted, action));
    }

    bool was_told(std::string_view action) const {
        return std::ranges::count(told_, *action_named(action)) > 0;
    }

    static std::string_view type_wanted(std::string_view action) {
        return name_of(resource_type_of(*action_named(action)));
    }

    // Partition, region and account, as far as no variable or wildcard leaves them open.
    void check_arn_head(std::string_view text) {
        static constexpr std::array<std::string_view, 5> names{"arn", "partition", "service",
                                                               "region", "account"};
        const std::string_view whole = text;
        for (const std::string_view name : names) {
            const auto end = text.find_first_of(":*?$");
            if (end == text.npos || text[end] != ':') return;
            const std::string_view field = text.substr(0, end);
            text.remove_prefix(end + 1);
            const bool is_other_partition = name == "partition" && field != "aws";
            if (!field.empty() && !is_other_partition) continue;
            add(LintCode::NeverMatches, Severity::Error, whole,
                is_other_partition && !field.empty()
                    ? fmt::format(
                          "the ARNs of this server begin arn:aws:, none is of the partition "
                          "'{}'",
                          field)
                    : fmt::format("its {} is empty, which no request's is, so it matches nothing",
                                  name),
                "Write arn:aws:iot:REGION:ACCOUNT:TYPE/NAME, with * for what may be any.");
            return;
        }
    }

    void check_shape(const Pattern& resource) {
        const std::string& text = resource.text();
        const auto type = literal_type(resource);
        if (type == "topic" && text.find_first_of("+#") != text.npos) {
            add(LintCode::MqttWildcardInTopic, Severity::Error, text,
                "+ and # are ordinary characters in a policy, and no topic name contains them",
                "Use * for any sequence of characters.");
        }
        if (std::ranges::count(text, ':') < 5 && !text.contains('*')) {
            add(LintCode::NeverMatches, Severity::Error, text,
                "this is no complete ARN, so it matches nothing",
                "Write arn:aws:iot:REGION:ACCOUNT:TYPE/NAME.");
        }
        check_arn_head(text);
        const std::string name = resource_of_arn(text);
        const std::string_view type_with_colon =
            std::string_view(name).substr(0, name.find_first_of(":/*?$"));
        if (resource_type_named(type_with_colon) && name.substr(type_with_colon.size(), 1) == ":") {
            add(LintCode::NeverMatches, Severity::Error, text,
                "a '/' and no ':' stands between the type of a resource and its name, so this "
                "matches nothing",
                fmt::format("Write {}/NAME.", type_with_colon));
        }
    }

    // `test`: whose value it is; null: a resource.
    void check_variables(const Pattern& pattern, const ConditionTest* test) {
        if (document_.version == Version::V2008) {
            const Pattern as_new(pattern.text());
            if (as_new.variables().empty()) return;
            add(LintCode::VariableNeedsVersion, Severity::Error, pattern.text(),
                fmt::format("the document has no variables{}, so ${{{}}} is literal text",
                            document_.version_given ? " (Version 2008-10-17)" : "",
                            as_new.variables().front()),
                "Give the document \"Version\": \"2012-10-17\".");
            return;
        }
        for (const std::string_view name : pattern.variables()) {
            if (!check_variable(pattern, name)) check_exception(pattern, name, test);
        }
        if (const auto open = pattern.text().rfind("${");
            open != std::string::npos && pattern.text().find('}', open) == std::string::npos) {
            add(LintCode::UnknownVariable, Severity::Error, pattern.text(),
                fmt::format("{} has no }} and is literal text", pattern.text().substr(open)),
                "Close the variable.");
        }
    }

    // Whether it may have a value.
    bool check_variable(const Pattern& pattern, std::string_view name) {
        const std::string why = is_time_variable(name) ? Variables().why_no_text(name)
                                : is_of_others(name)   ? "no device's request carries it"
                                                       : why_unresolvable(name);
        if (!is_known_variable(name)) {
            const std::string suggestion = variable_suggestion(name);
            add(LintCode::UnknownVariable, Severity::Error, pattern.text(),
                fmt::format("${{{}}} is no variable, so this matches nothing", name),
                suggestion.empty() ? "Look the variable's name up."
                                   : fmt::format("Here, {}", suggestion));
        } else if (!why.empty()) {
            add(LintCode::UnresolvableVariable, Severity::Warning, pattern.text(),
                fmt::format("${{{}}} has no value here: {}", name, why),
                "Use ${iot:ClientId}, or let the function write the value into the document.");
        } else {
            return true;
        }
        return false;
    }

    // Where a variable without a value keeps a statement from making the exception that it says.
    void check_exception(const Pattern& pattern, std::string_view name, const ConditionTest* test) {
        if (test == nullptr && statement_.resource_listing == Listing::AllBut) {
            add(LintCode::NotResourceVariable, Severity::Warning, pattern.text(),
                fmt::format("without a value for ${{{}}} this leaves nothing out of what the "
                            "statement {}",
                            name, statement_.effect == Effect::Allow ? "allows" : "denies"),
                "List what is meant with Resource instead.");
        }
        if (test != nullptr && test->op.sense == Sense::Negated) {
            add(LintCode::NegatedVariable, Severity::Warning, pattern.text(),
                fmt::format("without a value for ${{{}}} nothing equals it, so this {} does not "
                            "except it",
                            name, test->op.text),
                "Compare with what always has a value, or let the function write it into the "
                "document.");
        }
    }

    // Of users of AWS and their requests; that of Cognito is a question of admission.
    static bool is_of_others(std::string_view name) {
        return !is_variable_of_devices(name) && !has_known_prefix(name, "cognito-identity.");
    }

    std::string why_unresolvable(std::string_view name) const {
        if (admission_ == Admission::CustomAuthorizer) {
            if (has_known_prefix(name, "iot:Certificate")) {
                return "clients of a custom authorizer present no certificate";
            }
            if (has_known_prefix(name, "iot:Connection.Thing.") ||
                has_known_prefix(name, "iot:Thing.")) {
                return "no thing is attached to a principal of a custom authorizer";
            }
        }
        if (admission_ != Admission::Any && has_known_prefix(name, "cognito-identity.")) {
            return "the client has no Cognito identity";
        }
        return "";
    }

    void check_conditions() {
        for (const ConditionTest& test : statement_.conditions) {
            check_key(test);
            for (const Pattern& value : test.values) {
                check_variables(value, &test);
                const std::string_view wanted =
                    Condition::wanted_instead(test.op.comparison, value);
                if (wanted.empty()) continue;
                add(LintCode::NeverMatches, Severity::Error, value.text(),
                    fmt::format("{} never matches this value", test.op.text),
                    fmt::format("Write {}.", wanted));
            }
        }
    }

    // Whether who wrote it has thought of requests without the key.
    static bool expects_absence(const ConditionTest& test) {
        if (test.op.comparison == Comparison::Null) {
            return std::ranges::any_of(test.values, [](const Pattern& value) {
                return same_ignoring_case(value.text(), "true");
            });
        }
        return test.op.when_absent == WhenAbsent::Pass || test.op.quantifier == Quantifier::All;
    }

    void check_key(const ConditionTest& test) {
        const std::string& key = test.key;
        const auto warn = [&](LintCode code, std::string sentence, std::string fix) {
            add(code, Severity::Warning, "", std::move(sentence), std::move(fix));
        };
        const bool of_connect = same_ignoring_case(key, "iot:ConnectAttributes") ||
                                same_ignoring_case(key, "iot:LastWillTopic");
        const std::string why = why_unresolvable(key);
        if (!is_known_variable(key)) {
            const bool ours = has_known_prefix(key, "iot:") || has_known_prefix(key, "aws:");
            const std::string suggestion = variable_suggestion(key);
            if (!ours && suggestion.empty()) return;
            warn(LintCode::UnknownConditionKey,
                 fmt::format("no request carries the condition key {}", key),
                 suggestion.empty() ? "Look the key's name up."
                                    : fmt::format("Here, {}", suggestion));
        } else if (of_connect && !statement_names_action(statement_, "iot:Connect")) {
            warn(LintCode::UnknownConditionKey,
                 fmt::format("only iot:Connect carries the condition key {}", key),
                 "Move the condition to a statement about iot:Connect.");
        } else if (!is_variable_of_devices(key)) {
            warn(LintCode::UnknownConditionKey,
                 fmt::format("no device's request carries the condition key {}", key),
                 "Let the function decide, and write what follows into the document.");
        } else if (!why.empty() && !expects_absence(test) &&
                   !same_ignoring_case(key, "iot:Connection.Thing.IsAttached")) {
            warn(LintCode::UnresolvableVariable,
                 fmt::format("the condition key {} has no value here: {}", key, why),
                 "Let the function decide, and write what follows into the document.");
        }
    }

    void check_breadth() {
        if (statement_.effect != Effect::Allow || !statement_.conditions.empty()) return;
        const bool every_action = std::ranges::any_of(statement_.actions, [](const auto& action) {
            return action == "*" || same_ignoring_case(action, "iot:*");
        });
        const bool every_resource = std::ranges::any_of(
            statement_.resources, [](const Pattern& resource) { return resource.text() == "*"; });
        if (every_action && every_resource && statement_.action_listing == Listing::These &&
            statement_.resource_listing == Listing::These) {
            add(LintCode::AllowsEverything, Severity::Note, "*",
                "every device with this policy may do everything, under any client id",
                "Name the actions, and resources with ${iot:ClientId}.");
        }
    }

    const StatementPlace& place_;
    const Statement& statement_;
    const Document& document_;
    Admission admission_;
    std::vector<Finding>& findings_;
    std::vector<Action> told_;  // those of which it was said what resources are theirs
};

}  // namespace

std::optional<std::string> literal_type(const Pattern& resource) {
    // Variables and wildcards may stand before the type; what counts is the fifth colon.
    std::string_view text = resource.text();
    for (int colons = 0; colons < 5; ++colons) {
        const auto colon = text.find(':');
        if (colon == text.npos) return std::nullopt;
        text.remove_prefix(colon + 1);
    }
    const auto slash = text.find('/');
    const std::string_view type = text.substr(0, slash);
    if (slash == text.npos || type.find_first_of("*?$") != type.npos) return std::nullopt;
    return std::string(type);
}

bool may_be_of(const Pattern& resource, std::string_view action) {
    const auto type = literal_type(resource);
    return !type || resource_type_named(*type) == resource_type_of(*action_named(action));
}

bool may_apply_to(const Statement& statement, std::string_view action) {
    return statement_names_action(statement, action) &&
           (statement.resource_listing == Listing::AllBut ||
            std::ranges::any_of(statement.resources, [&](const Pattern& resource) {
                return may_be_of(resource, action);
            }));
}

std::vector<Finding> lint(std::span<const PolicySource> sources, Admission admission) {
    std::vector<Finding> findings;
    std::vector<LintStatement> statements;
    std::uint32_t number = 0;
    for (const PolicySource& source : sources) {
        for (const Statement& statement : source.document->statements) {
            statements.push_back({place_of_statement(sources, number++), &statement});
        }
    }
    for (const LintStatement& each : statements) {
        const Document& document = *sources[each.place.document].document;
        if (each.place.statement == 0 && !document.version_given) {
            findings.push_back({LintCode::MissingVersion, Severity::Warning, each.place, "",
                                "without Version the document is of version 2008-10-17, which has "
                                "no variables",
                                "Give the document \"Version\": \"2012-10-17\"."});
        }
        StatementRules(each, document, admission, findings).run();
    }
    lint_together(statements, findings);
    sort_by_place(findings);
    return findings;
}

std::string to_text(std::span<const Finding> findings) {
    std::string text;
    for (const Finding& finding : findings) {
        text += fmt::format("{}: {}: {}{}: {}. {}\n", finding.where.describe(),
                            name_of_choice(finding.severity), name_of_choice(finding.code),
                            finding.resource.empty() ? "" : " (" + finding.resource + ")",
                            finding.sentence, finding.fix);
    }
    return text;
}

std::string to_json(std::span<const Finding> findings) {
    json::array array;
    for (const Finding& finding : findings) {
        json::object object;
        object["code"] = name_of_choice(finding.code);
        object["severity"] = name_of_choice(finding.severity);
        object["document"] = finding.where.document + 1;
        object["statement"] = finding.where.statement + 1;
        if (!finding.where.sid.empty()) object["sid"] = finding.where.sid;
        if (!finding.resource.empty()) object["resource"] = finding.resource;
        object["message"] = finding.sentence;
        object["fix"] = finding.fix;
        array.push_back(std::move(object));
    }
    return gatehouse::to_text(array);
}

}  // namespace gatehouse::policy
