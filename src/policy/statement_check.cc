#include "policy/statement_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>

#include "policy/action.h"
#include "policy/time_text.h"

namespace gatehouse::policy {
namespace {

// How much each kind of difference counts when looking for the statement that comes nearest. What
// people get wrong by a setting counts little, what makes it another permission counts much.
unsigned distance_of(Difference part) {
    switch (part) {
        case Difference::Condition: return 3;
        case Difference::Region:
        case Difference::Account: return 4;
        case Difference::Partition:
        case Difference::Variable: return 6;
        case Difference::ResourceType: return 8;
        case Difference::Principal: return 10;
        case Difference::Excluded: return 15;
        case Difference::Name: return 20;
        case Difference::Service: return 30;
        case Difference::Action: return 40;
    }
    return 40;
}

constexpr std::size_t arn_parts = 6;

// The six parts of an ARN or of a pattern for one; fewer if it has fewer.
template <class Text, class Unit>
std::vector<Text> split_arn(Text text, Unit colon) {
    std::vector<Text> parts;
    while (parts.size() + 1 < arn_parts) {
        const auto at = std::ranges::find(text, colon) - text.begin();
        if (at == static_cast<std::ptrdiff_t>(text.size())) break;
        const auto length = static_cast<std::size_t>(at);
        parts.push_back(Text(text.data(), length));
        text = Text(text.data() + length + 1, text.size() - length - 1);
    }
    parts.push_back(text);
    return parts;
}

// "type" and "name" of "type/name"; the name is empty where there is no '/'.
template <class Text, class Unit>
std::pair<Text, std::optional<Text>> split_resource(Text text, Unit slash) {
    const auto at = static_cast<std::size_t>(std::ranges::find(text, slash) - text.begin());
    if (at == text.size()) return {text, std::nullopt};
    return {Text(text.data(), at), Text(text.data() + at + 1, text.size() - at - 1)};
}

// The unresolved variables of a pattern, each with its reason.
std::string unresolved_clause(const Pattern& pattern, const Variables& variables) {
    std::string clause;
    for (const std::string_view name : pattern.variables()) {
        const std::string why = variables.why_no_text(name);
        if (why.empty()) continue;
        clause += fmt::format("{}its variable ${{{}}} has no value ({})",
                              clause.empty() ? "" : ", ", name, why);
    }
    return clause.empty() ? clause : clause + ", so it fits nothing";
}

// The end of what must literally stand at the place where a name stopped fitting.
std::string wanted_at(GlobView glob, std::string_view fitting) {
    const auto rests = after(glob, fitting);
    for (const Glob& rest : rests.value_or(std::vector<Glob>())) {
        if (rest.empty()) return "nothing more";
        const auto end =
            std::ranges::find_if(rest, [](GlobUnit unit) { return unit > 255; }) - rest.begin();
        if (end > 0) {
            return fmt::format("'{}'", show(GlobView(rest).first(static_cast<std::size_t>(end))));
        }
    }
    return fmt::format("'{}'", show(glob));
}

std::string mqtt_wildcard_hint(std::string_view wanted, std::string_view name) {
    constexpr std::string_view wildcards = "+#";
    if (wanted.find_first_of(wildcards) != wanted.npos) {
        return "; in a policy + and # are ordinary characters, * is the wildcard";
    }
    if (name.find_first_of(wildcards) != name.npos) {
        return "; a policy compares the text of a filter, it does not expand + and #";
    }
    return "";
}

// The glob as if each variable without a value could have any.
Glob with_any_value(GlobView glob) {
    Glob open;
    for (std::size_t i = 0; i < glob.size(); ++i) {
        if (glob[i] != never) {
            open.push_back(glob[i]);
            continue;
        }
        open.push_back(any_run);
        while (i + 1 < glob.size() && glob[i] != GlobUnit{'}'}) ++i;  // the placeholder
    }
    return open;
}

Mismatch name_mismatch(const Pattern& pattern, GlobView wanted, std::string_view name,
                       const Variables& variables) {
    Mismatch mismatch{Difference::Name, show(wanted), std::string(name), std::nullopt, ""};
    const std::string unresolved = unresolved_clause(pattern, variables);
    const Glob open = with_any_value(wanted);
    if (!unresolved.empty() && matches(open, name)) {
        mismatch.part = Difference::Variable;
        mismatch.clause = unresolved;
        return mismatch;
    }
    const std::size_t at = matching_prefix(open, name);
    mismatch.at = at;
    if (at == name.size()) {
        mismatch.clause =
            fmt::format("'{}' ends where '{}' would have to go on", name, show(wanted));
    } else {
        mismatch.clause = fmt::format("the names part at character {}: '{}' where it wants {}",
                                      at + 1, name.substr(at), wanted_at(open, name.substr(0, at)));
    }
    mismatch.clause += mqtt_wildcard_hint(mismatch.required, name);
    if (!unresolved.empty()) mismatch.clause += "; besides, " + unresolved;
    return mismatch;
}

// What of one pattern does not fit the ARN. Empty if all of it does.
class ResourceCheck {
public:
    ResourceCheck(const Pattern& pattern, const Variables& variables, const Request& request)
        : pattern_(pattern),
          variables_(variables),
          request_(request),
          glob_(resolve(pattern, variables)) {}

    const Glob& glob() const { return glob_; }

    std::vector<Mismatch> differs() {
        if (matches(glob_, request_.resource)) return {};
        const auto wanted = split_arn(GlobView(glob_), GlobUnit{':'});
        const auto actual = split_arn(request_.resource, ':');
        if (wanted.size() < arn_parts || actual.size() < arn_parts) {
            return {name_mismatch(pattern_, glob_, request_.resource, variables_)};
        }
        compare(Difference::Partition, "partition", wanted[1], actual[1]);
        compare(Difference::Service, "service", wanted[2], actual[2]);
        compare(Difference::Region, "region", wanted[3], actual[3]);
        compare(Difference::Account, "account", wanted[4], actual[4]);
        compare_resource(wanted[5], actual[5]);
        if (differs_.empty()) {  // "arn" itself, or a wildcard that would have to be split
            differs_.push_back(name_mismatch(pattern_, glob_, request_.resource, variables_));
        }
        return std::move(differs_);
    }

private:
    void compare(Difference part, std::string_view what, GlobView wanted, std::string_view actual) {
        if (matches(wanted, actual)) return;
        const std::string its =
            wanted.empty() ? fmt::format("no {}", what) : fmt::format("{} {}", what, show(wanted));
        differs_.push_back(
            {part, show(wanted), std::string(actual), std::nullopt,
             fmt::format("it is for {} and the request is for {} {}", its, what, actual)});
    }

    void compare_resource(GlobView wanted, std::string_view actual) {
        if (matches(wanted, actual)) return;
        const auto [wanted_type, wanted_name] = split_resource(wanted, GlobUnit{'/'});
        const auto [type, name] = split_resource(actual, '/');
        if (!wanted_name || !name) {
            differs_.push_back(name_mismatch(pattern_, wanted, actual, variables_));
            return;
        }
        if (!matches(wanted_type, type)) {
            differs_.push_back({Difference::ResourceType, show(wanted_type), std::string(type),
                                std::nullopt,
                                fmt::format("it names {}/ and {} is checked against {}/",
                                            show(wanted_type), request_.action, type)});
        }
        if (!matches(*wanted_name, *name)) {
            differs_.push_back(name_mismatch(pattern_, *wanted_name, *name, variables_));
        }
    }

    const Pattern& pattern_;
    const Variables& variables_;
    const Request& request_;
    Glob glob_;
    std::vector<Mismatch> differs_;
};

unsigned distance_of(const std::vector<Mismatch>& differs) {
    unsigned distance = 0;
    for (const Mismatch& each : differs) {
        distance += distance_of(each.part) * 10;
        // Of several names, the one that fits longest is the one that was meant.
        if (each.part == Difference::Name && each.at) {
            distance -= static_cast<unsigned>(std::min<std::size_t>(*each.at, 90));
        }
    }
    return distance;
}

void check_resources(const Statement& statement, const Variables& variables, const Request& request,
                     StatementCheck& check) {
    unsigned nearest = ~0U;
    std::vector<Mismatch> differs;
    for (const Pattern& pattern : statement.resources) {
        ResourceCheck resource(pattern, variables, request);
        auto here = resource.differs();
        const unsigned distance = distance_of(here);
        if (distance >= nearest) continue;
        nearest = distance;
        differs = std::move(here);
        check.resource = pattern.text();
        check.resolved = show(resource.glob());
    }
    if (statement.resource_listing == Listing::These) {
        check.differs.insert(check.differs.end(), differs.begin(), differs.end());
    } else {
        if (differs.empty()) {
            check.differs.push_back({Difference::Excluded, check.resolved,
                                     std::string(request.resource), std::nullopt,
                                     fmt::format("its NotResource leaves out {}", check.resource)});
        }
        std::vector<std::string_view> texts;
        for (const Pattern& pattern : statement.resources) texts.push_back(pattern.text());
        check.resource = fmt::format("{}{}", everything_but, fmt::join(texts, ", "));
        check.resolved = check.resource;
    }
}

std::string why_key_absent(std::string_view key, const Variables& variables) {
    if (variables.find(key) == nullptr && is_known_variable(key)) {
        return "the request does not carry it";
    }
    return variables.why_absent(key);
}

void check_conditions(const Statement& statement, const Variables& variables,
                      const Request& request, StatementCheck& check) {
    for (const ConditionTest& test : statement.conditions) {
        const Condition condition(test, variables, statement.effect);
        const std::vector<std::string> values = values_of_key(test.key, variables, request);
        const bool has_key = !values.empty() || variables.find(test.key) != nullptr ||
                             find_entry(request.context, test.key) != nullptr;
        if (has_key ? condition.holds(std::vector<std::string_view>(values.begin(), values.end()))
                    : condition.holds_without_key()) {
            continue;
        }
        const std::string required =
            fmt::format("{} [{}]", test.op.text, fmt::join(condition.expected(), ", "));
        const std::string actual = fmt::format("{}", fmt::join(values, ", "));
        check.differs.push_back(
            {Difference::Condition, required, actual, std::nullopt,
             values.empty() ? fmt::format("its condition {} wants {} and the key has no value ({})",
                                          test.key, required, why_key_absent(test.key, variables))
                            : fmt::format("its condition {} wants {} and the value is [{}]",
                                          test.key, required, actual)});
    }
}

}  // namespace

std::string resource_of_arn(std::string_view arn) {
    const auto parts = split_arn(arn, ':');
    return std::string(parts.size() == arn_parts ? parts.back() : arn);
}

std::vector<std::string> values_of_key(std::string_view key, const Variables& variables,
                                       const Request& request) {
    if (const Variable* variable = variables.find(key)) return variable->values;
    if (const ContextEntry* entry = find_entry(request.context, key)) {
        return {entry->values.begin(), entry->values.end()};
    }
    if (!request.at || !is_time_variable(key)) return {};
    return {std::string(TimeText(key, *request.at).view())};
}

StatementCheck check_statement(const Statement& statement, const Variables& variables,
                               const Request& request) {
    StatementCheck check;
    if (!statement_names_action(statement, request.action)) {
        const std::string listed = fmt::format("{}", fmt::join(statement.actions, ", "));
        const bool these = statement.action_listing == Listing::These;
        check.differs.push_back(
            {Difference::Action, (these ? "" : "all but ") + listed, std::string(request.action),
             std::nullopt,
             fmt::format("it is about {}{}, not {}", these ? "" : "all actions but ", listed,
                         request.action)});
    }
    if (statement.principal && !principal_matches(*statement.principal, request.principal)) {
        std::vector<std::string> named = statement.principal->services;
        named.insert(named.end(), statement.principal->accounts.begin(),
                     statement.principal->accounts.end());
        const std::string required = fmt::format("{}", fmt::join(named, ", "));
        const std::string asker(request.principal.service.empty() ? request.principal.arn
                                                                  : request.principal.service);
        check.differs.push_back({Difference::Principal, required, asker, std::nullopt,
                                 fmt::format("it is for {}, not for {}", required, asker)});
    }
    check_resources(statement, variables, request, check);
    check_conditions(statement, variables, request, check);
    check.applies = check.differs.empty();
    check.distance = distance_of(check.differs);
    return check;
}

}  // namespace gatehouse::policy
