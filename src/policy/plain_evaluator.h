// The policy language read as plainly as it can be: recursion over the texts of a document,
// nothing prepared. For tests and fuzzers, which hold the compiled decision against it.
#pragma once

#include "policy/decision.h"
#include "policy/statement_set.h"

namespace gatehouse::policy {

// Whether the text of a Resource matches, variables and escapes included. Exponential in the
// number of stars.
inline bool matches_plainly(std::string_view pattern, std::string_view text,
                            const Variables& variables, VariableSyntax syntax) {
    if (pattern.empty()) return text.empty();
    if (syntax == VariableSyntax::On && pattern.starts_with("${")) {
        const auto close = pattern.find('}', 2);
        if (close != pattern.npos) {
            const std::string_view name = pattern.substr(2, close - 2);
            std::string_view literal = name;
            if (name != "*" && name != "?" && name != "$") {
                const std::string* value = variables.text_of(name);
                if (value == nullptr) return false;
                literal = *value;
            }
            return text.starts_with(literal) &&
                   matches_plainly(pattern.substr(close + 1), text.substr(literal.size()),
                                   variables, syntax);
        }
    }
    if (pattern.starts_with("**")) {
        return matches_plainly(pattern.substr(1), text, variables, syntax);
    }
    if (pattern.front() == '*') {
        for (std::size_t taken = 0; taken <= text.size(); ++taken) {
            if (matches_plainly(pattern.substr(1), text.substr(taken), variables, syntax)) {
                return true;
            }
        }
        return false;
    }
    if (text.empty()) return false;
    std::size_t length = 1;
    if (pattern.front() == '?') {
        while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) {
            ++length;
        }
    } else if (pattern.front() != text.front()) {
        return false;
    }
    return matches_plainly(pattern.substr(1), text.substr(length), variables, syntax);
}

inline bool applies_plainly(const Statement& statement, VariableSyntax syntax,
                            const Variables& variables, const Request& request) {
    if (!statement_names_action(statement, request.action)) return false;
    bool listed = false;
    for (const Pattern& resource : statement.resources) {
        listed = listed || matches_plainly(resource.text(), request.resource, variables, syntax);
    }
    if (listed != (statement.resource_listing == Listing::These)) return false;
    for (const ConditionTest& test : statement.conditions) {
        const Condition condition(test, variables, statement.effect);
        std::vector<std::string_view> values;
        if (const Variable* variable = variables.find(test.key)) {
            values.assign(variable->values.begin(), variable->values.end());
        } else if (const ContextEntry* entry = find_entry(request.context, test.key)) {
            values.assign(entry->values.begin(), entry->values.end());
        } else {
            if (!condition.holds_without_key()) return false;
            continue;
        }
        if (!condition.holds(values)) return false;
    }
    return true;
}

inline Outcome evaluate_plainly(std::span<const PolicySource> sources, const Variables& variables,
                                const Request& request) {
    Outcome outcome = Outcome::DeniedByDefault;
    for (const PolicySource& source : sources) {
        const auto syntax =
            source.document->version == Version::V2012 ? VariableSyntax::On : VariableSyntax::Off;
        for (const Statement& statement : source.document->statements) {
            if (!applies_plainly(statement, syntax, variables, request)) continue;
            if (statement.effect == Effect::Deny) return Outcome::DeniedExplicitly;
            outcome = Outcome::Allowed;
        }
    }
    return outcome;
}

}  // namespace gatehouse::policy
