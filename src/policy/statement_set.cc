#include "policy/statement_set.h"

#include <algorithm>

#include "base/tenant.h"

namespace gatehouse::policy {
namespace {

// The account of "arn:aws:iam::ACCOUNT:…".
std::string_view account_of_arn(std::string_view arn) {
    for (int colons = 0; colons < 4; ++colons) {
        const auto colon = arn.find(':');
        if (colon == arn.npos) return {};
        arn.remove_prefix(colon + 1);
    }
    return arn.substr(0, arn.find(':'));
}

}  // namespace

bool principal_matches(const Principal& principal, const RequestPrincipal& asker) noexcept {
    if (principal.anyone) return true;
    if (!asker.service.empty() && std::ranges::count(principal.services, asker.service) > 0) {
        return true;
    }
    if (asker.arn.empty()) return false;
    return std::ranges::any_of(principal.accounts, [&](std::string_view named) {
        const bool whole_account = named.size() == 12 || named.ends_with(":root");
        const std::string_view account = is_account_id(named) ? named : account_of_arn(named);
        return named == asker.arn || (whole_account && account == account_of_arn(asker.arn));
    });
}

std::vector<Glob> resolve_resources(const Statement& statement, const Variables& variables,
                                    OpenVariables open) {
    std::vector<Glob> globs;
    globs.reserve(statement.resources.size());
    for (const Pattern& resource : statement.resources) {
        globs.push_back(resolve(resource, variables, open));
    }
    return globs;
}

bool any_matches(std::span<const Glob> globs, SlotTexts slots, JoinedText text) noexcept {
    return std::ranges::any_of(globs, [&](const Glob& glob) { return matches(glob, slots, text); });
}

bool statement_names_action(const Statement& statement, std::string_view action) noexcept {
    const bool listed = std::ranges::any_of(statement.actions, [&](const std::string& pattern) {
        return action_matches(pattern, action);
    });
    return listed == (statement.action_listing == Listing::These);
}

std::optional<std::vector<Condition>> bind_conditions(const Statement& statement,
                                                      const Variables& variables) {
    std::vector<Condition> left;
    for (const ConditionTest& test : statement.conditions) {
        Condition condition(test, variables, statement.effect);
        const Variable* constant = variables.find(test.key);
        if (constant == nullptr) {
            left.push_back(std::move(condition));
            continue;
        }
        const std::vector<std::string_view> values(constant->values.begin(),
                                                   constant->values.end());
        if (!condition.holds(values)) return std::nullopt;
    }
    return left;
}

ActionBits actions_named(const Statement& statement) noexcept {
    ActionBits bits = 0;
    for (std::size_t i = 0; i < action_count; ++i) {
        const auto action = static_cast<Action>(i);
        if (statement_names_action(statement, name_of(action))) bits |= bit_of(action);
    }
    return bits;
}

ActionBits time_bound_actions(const Statement& statement,
                              std::span<const Condition> conditions) noexcept {
    return std::ranges::any_of(conditions, &Condition::depends_on_time) ? actions_named(statement)
                                                                        : 0;
}

Variables variables_used(std::span<const PolicySource> sources, const Variables& variables) {
    Variables used;
    const auto keep = [&](std::string_view name) {
        const Variable* variable = variables.find(name);
        if (variable == nullptr) return;
        if (variable->values.empty()) {
            used.set_absent(std::string(name), variable->absent_because);
        } else {
            used.set(std::string(name), variable->values);
        }
    };
    const auto keep_all = [&](const std::vector<Pattern>& patterns) {
        for (const Pattern& pattern : patterns) {
            for (const std::string_view name : pattern.variables()) keep(name);
        }
    };
    for (const PolicySource& source : sources) {
        for (const Statement& statement : source.document->statements) {
            keep_all(statement.resources);
            for (const ConditionTest& test : statement.conditions) {
                keep(test.key);
                keep_all(test.values);
                if (variables.clock() != nullptr && is_time_variable(test.key) &&
                    variables.find(test.key) == nullptr) {
                    used.set_clock(*variables.clock());
                }
            }
        }
    }
    return used;
}

StatementSet::StatementSet(std::span<const PolicySource> sources, const Variables& variables,
                           OpenVariables open,
                           const std::function<bool(const Statement&)>& chosen) {
    std::uint32_t number = 0;
    for (const PolicySource& source : sources) {
        for (const Statement& statement : source.document->statements) {
            const std::uint32_t own_number = number++;
            if (chosen && !chosen(statement)) continue;
            auto conditions = bind_conditions(statement, variables);
            if (!conditions) continue;
            Ready& ready = statements_.emplace_back();
            ready.statement = &statement;
            ready.number = own_number;
            ready.resources = resolve_resources(statement, variables, open);
            ready.conditions = std::move(*conditions);
        }
    }
    statements_.shrink_to_fit();
}

bool StatementSet::applies(const Ready& ready, std::string_view action, JoinedText resource,
                           RequestContext context, const RequestPrincipal& principal, WallTime at,
                           SlotTexts slots) noexcept {
    const Statement& statement = *ready.statement;
    if (!statement_names_action(statement, action)) return false;
    if (statement.principal && !principal_matches(*statement.principal, principal)) return false;
    const bool listed = any_matches(ready.resources, slots, resource);
    return listed == (statement.resource_listing == Listing::These) &&
           std::ranges::all_of(ready.conditions, [&](const Condition& condition) {
               return condition.holds_in(context, at);
           });
}

Decision StatementSet::decide(std::string_view action, JoinedText resource, RequestContext context,
                              const RequestPrincipal& principal, WallTime at,
                              SlotTexts slots) const noexcept {
    Decision decision{.at = at};
    for (const Ready& ready : statements_) {
        const bool denies = ready.statement->effect == Effect::Deny;
        if (!denies && decision.allowed()) continue;
        if (!applies(ready, action, resource, context, principal, at, slots)) continue;
        if (denies) return {Outcome::DeniedExplicitly, ready.number, at};
        decision = {Outcome::Allowed, ready.number, at};
    }
    return decision;
}

std::size_t StatementSet::memory_bytes() const {
    std::size_t bytes = statements_.capacity() * sizeof(Ready);
    for (const Ready& ready : statements_) {
        for (const Glob& glob : ready.resources) {
            bytes += sizeof(glob) + glob.capacity() * sizeof(GlobUnit);
        }
    }
    return bytes;
}

}  // namespace gatehouse::policy
