#include "policy/explanation.h"

#include <fmt/format.h>

#include <algorithm>

#include "policy/ascii_case.h"
#include "policy/statement_check.h"

namespace gatehouse::policy {
namespace {

// The names that documents use, each with its values.
class VariableReports {
public:
    VariableReports(const Variables& variables, const Request& request)
        : variables_(variables), request_(request) {}

    void add(const Statement& statement) {
        for (const Pattern& resource : statement.resources) add_variables(resource);
        for (const ConditionTest& test : statement.conditions) {
            add(test.key, values_of_key(test.key, variables_, request_),
                variables_.why_absent(test.key));
            for (const Pattern& value : test.values) add_variables(value);
        }
    }
    std::vector<VariableReport> take() { return std::move(reports_); }

private:
    void add_variables(const Pattern& pattern) {
        for (const std::string_view name : pattern.variables()) {
            const bool known = variables_.text_of(name) != nullptr;
            add(name, known ? variables_.find(name)->values : std::vector<std::string>(),
                variables_.why_no_text(name));
        }
    }
    // A name may have a value as a key that it has not as a variable.
    void add(std::string_view name, std::vector<std::string> values, std::string absent_because) {
        auto known = std::ranges::find_if(reports_, [&](const VariableReport& report) {
            return same_ignoring_case(report.name, name);
        });
        if (known == reports_.end()) {
            known = reports_.insert(known, {std::string(name), {}, std::move(absent_because)});
        }
        if (!known->values.empty() || values.empty()) return;
        known->values = std::move(values);
        known->absent_because.clear();
    }

    const Variables& variables_;
    const Request& request_;
    std::vector<VariableReport> reports_;
};

// "topic/basicPubSub/*", and what it was before variables were filled in; a NotResource's list
// whole.
std::string show_resource(std::string_view written, std::string_view resolved) {
    if (written.starts_with(everything_but)) return std::string(written);
    const std::string text = resource_of_arn(resolved);
    const std::string before = resource_of_arn(written);
    return before == text ? text : fmt::format("{} (written {})", text, before);
}

std::string clauses_of(const NearMiss& nearest) {
    std::string text;
    for (std::size_t i = 0; i < nearest.differs.size(); ++i) {
        text += (i == 0                            ? ""
                 : i + 1 == nearest.differs.size() ? ", and "
                                                   : ", ") +
                nearest.differs[i].clause;
    }
    return text;
}

std::string refusal_sentence(const Explanation& explanation, std::string_view subject,
                             std::span<const PolicySource> sources) {
    if (sources.empty()) {
        return fmt::format("{} is not allowed: there is no policy document", subject);
    }
    if (!explanation.nearest) {
        return fmt::format("{} is not allowed: the {} no Allow statement", subject,
                           sources.size() == 1 ? "policy document has" : "policy documents have");
    }
    const NearMiss& nearest = *explanation.nearest;
    return fmt::format(
        "{} is not allowed, since no statement allows it. Nearest is {}, which "
        "allows {}: {}.",
        subject, nearest.where.describe(), show_resource(nearest.resource, nearest.resolved),
        clauses_of(nearest));
}

std::string sentence_of(const Explanation& explanation, std::span<const PolicySource> sources) {
    const std::string subject =
        fmt::format("{} on {}", explanation.action, resource_of_arn(explanation.resource));
    const StatementMatch* by = explanation.decided_by();
    if (explanation.outcome == Outcome::DeniedByDefault) {
        return refusal_sentence(explanation, subject, sources);
    }
    if (explanation.outcome == Outcome::Allowed) {
        return fmt::format("{} is allowed by {}, which allows {}.", subject, by->where.describe(),
                           show_resource(by->resource, by->resolved));
    }
    std::string sentence =
        fmt::format("{} is denied by {}, which denies {}.", subject, by->where.describe(),
                    show_resource(by->resource, by->resolved));
    if (!explanation.allowing.empty()) {
        sentence += fmt::format(" An explicit deny wins over {}, which would allow it.",
                                explanation.allowing.front().where.describe());
    }
    return sentence;
}

}  // namespace

std::string_view name_of(Difference difference) {
    switch (difference) {
        case Difference::Action: return "action";
        case Difference::Principal: return "principal";
        case Difference::Partition: return "partition";
        case Difference::Service: return "service";
        case Difference::Region: return "region";
        case Difference::Account: return "account";
        case Difference::ResourceType: return "resource-type";
        case Difference::Name: return "name";
        case Difference::Variable: return "variable";
        case Difference::Excluded: return "excluded";
        case Difference::Condition: return "condition";
    }
    return "action";
}

const StatementMatch* Explanation::decided_by() const {
    if (outcome == Outcome::DeniedExplicitly) return &denying.front();
    return outcome == Outcome::Allowed ? &allowing.front() : nullptr;
}

std::vector<std::string> Explanation::missing_variables() const {
    std::vector<std::string> names;
    for (const VariableReport& report : variables) {
        if (report.values.empty()) names.push_back(report.name);
    }
    return names;
}

Explanation explain(std::span<const PolicySource> sources, const Variables& variables,
                    const Request& asked) {
    Request request = asked;
    // One time for all statements; without a clock decisions know none.
    request.at.reset();
    if (variables.clock() != nullptr) request.at = asked.at.value_or(variables.now());
    Explanation explanation;
    VariableReports reports(variables, request);
    explanation.action = request.action;
    explanation.resource = request.resource;
    unsigned nearest = ~0U;
    std::uint32_t number = 0;
    for (const PolicySource& source : sources) {
        for (const Statement& statement : source.document->statements) {
            const std::uint32_t own_number = number++;
            reports.add(statement);
            StatementCheck check = check_statement(statement, variables, request);
            const bool denies = statement.effect == Effect::Deny;
            if (check.applies) {
                (denies ? explanation.denying : explanation.allowing)
                    .push_back({place_of_statement(sources, own_number), std::move(check.resource),
                                std::move(check.resolved)});
            } else if (!denies && check.distance < nearest) {
                nearest = check.distance;
                explanation.nearest =
                    NearMiss{place_of_statement(sources, own_number), std::move(check.resource),
                             std::move(check.resolved), std::move(check.differs)};
            }
        }
    }
    explanation.outcome = !explanation.denying.empty()    ? Outcome::DeniedExplicitly
                          : !explanation.allowing.empty() ? Outcome::Allowed
                                                          : Outcome::DeniedByDefault;
    if (explanation.outcome != Outcome::DeniedByDefault) explanation.nearest.reset();
    explanation.variables = reports.take();
    explanation.sentence = sentence_of(explanation, sources);
    return explanation;
}

}  // namespace gatehouse::policy
