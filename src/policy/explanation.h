// Why a request is allowed or not: the statements that decided, or the one that came nearest and
// exactly what about it differs, with every variable's value or the reason why it has none.
//
// One explanation serves the log, the API, the command line and the console.
// Threads: plain values, made by pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "policy/decision.h"
#include "policy/statement_set.h"

namespace gatehouse::policy {

// A part of a statement that does not fit the request.
enum class Difference : std::uint8_t {
    Action,
    Principal,
    Partition,
    Service,
    Region,
    Account,
    ResourceType,  // topic, topicfilter, client, thing, …
    Name,
    Variable,  // the name would need a variable that has no value
    Excluded,  // NotResource lists the resource
    Condition,
};
// "action", "resource-type", …
std::string_view name_of(Difference difference);

struct Mismatch {
    Difference part = Difference::Action;
    std::string required;  // by the statement; for Excluded what it leaves out
    std::string actual;    // of the request; empty if absent
    // For Name: the offset of the first byte in the name that cannot fit.
    std::optional<std::size_t> at;
    std::string clause;  // for people: "it is for region us-east-2 and the request is in us-east-1"

    bool operator==(const Mismatch&) const = default;
};

struct NearMiss {
    StatementPlace where;
    std::string resource;  // as written
    std::string resolved;  // variables filled in
    std::vector<Mismatch> differs;

    bool operator==(const NearMiss&) const = default;
};

struct StatementMatch {
    StatementPlace where;
    std::string resource;  // as written; for NotResource the whole list
    std::string resolved;

    bool operator==(const StatementMatch&) const = default;
};

struct VariableReport {
    std::string name;
    std::vector<std::string> values;
    std::string absent_because;  // empty if there are values

    bool operator==(const VariableReport&) const = default;
};

struct Explanation {
    Outcome outcome = Outcome::DeniedByDefault;
    std::string action;
    std::string resource;  // ARN
    std::vector<StatementMatch> denying;
    std::vector<StatementMatch> allowing;
    std::optional<NearMiss> nearest;        // of the Allow statements, if none matched
    std::vector<VariableReport> variables;  // those the documents use, in order of appearance
    std::string sentence;                   // the whole story in one paragraph

    bool allowed() const { return outcome == Outcome::Allowed; }
    // The first statement, in the order of the documents, that decided.
    const StatementMatch* decided_by() const;
    // Variables of the near miss or anywhere that had no value.
    std::vector<std::string> missing_variables() const;
};

// Reads all documents with the given variables; `variables` and the request's context together are
// all that is known, and the request's time, if `variables` has a clock.
Explanation explain(std::span<const PolicySource> sources, const Variables& variables,
                    const Request& request);

// Compact JSON: {"decision","action","resource","statement","nearest","variables","explanation"}.
std::string to_json(const Explanation& explanation);
// Several lines for a terminal, ending in a newline.
std::string to_text(const Explanation& explanation);

}  // namespace gatehouse::policy
