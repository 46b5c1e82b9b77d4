// Statements made ready for requests that name any action and any ARN: IAM policies of users and
// roles, resource policies of functions, and the device actions that are asked too seldom for an
// index. A decision reads every statement.
//
// Threads: immutable once made. Deciding allocates nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "policy/action.h"
#include "policy/condition.h"
#include "policy/decision.h"

namespace gatehouse::policy {

// Who asks, for policies with a Principal.
struct RequestPrincipal {
    std::string_view service;  // "iot.amazonaws.com"
    std::string_view arn;      // "arn:aws:iam::123456789012:user/name"
};

bool principal_matches(const Principal& principal, const RequestPrincipal& asker) noexcept;

struct Request {
    std::string_view action;    // "lambda:InvokeFunction"
    std::string_view resource;  // a full ARN, or "*" for actions without a resource
    RequestContext context;
    RequestPrincipal principal;
    // The time that conditions are told, if the variables have a clock at all; unset: its time now.
    std::optional<WallTime> at{};
};

// The statement's Resource or NotResource patterns, variables filled in.
std::vector<Glob> resolve_resources(const Statement& statement, const Variables& variables,
                                    OpenVariables open = {});
bool any_matches(std::span<const Glob> globs, SlotTexts slots, JoinedText text) noexcept;

bool statement_names_action(const Statement& statement, std::string_view action) noexcept;

// Some of a device's actions, a bit each.
using ActionBits = std::uint32_t;
constexpr ActionBits bit_of(Action action) {
    return ActionBits{1} << static_cast<unsigned>(action);
}
// Those that the statement names.
ActionBits actions_named(const Statement& statement) noexcept;
// Those about which the statement says something else at another time.
ActionBits time_bound_actions(const Statement& statement,
                              std::span<const Condition> conditions) noexcept;

// The conditions of a statement that remain to be judged at each request: those on keys of which
// `variables` knows nothing. Empty if one of the others does not hold, so that the statement never
// applies.
std::optional<std::vector<Condition>> bind_conditions(const Statement& statement,
                                                      const Variables& variables);

// What `variables` knows of the names that these documents use, and no more; its clock if their
// conditions ask for the time.
Variables variables_used(std::span<const PolicySource> sources, const Variables& variables);

class StatementSet {
public:
    StatementSet() = default;
    // The statements that `chosen` picks (all if empty). The documents must outlive the set.
    StatementSet(std::span<const PolicySource> sources, const Variables& variables,
                 OpenVariables open = {}, const std::function<bool(const Statement&)>& chosen = {});

    // `slots`: the texts of the variables left open at the beginning.
    Decision decide(std::string_view action, JoinedText resource, RequestContext context,
                    const RequestPrincipal& principal, WallTime at,
                    SlotTexts slots = {}) const noexcept;

    std::size_t memory_bytes() const;

private:
    struct Ready {
        const Statement* statement = nullptr;
        std::uint32_t number = 0;
        std::vector<Glob> resources;
        std::vector<Condition> conditions;
    };

    static bool applies(const Ready& ready, std::string_view action, JoinedText resource,
                        RequestContext context, const RequestPrincipal& principal, WallTime at,
                        SlotTexts slots) noexcept;

    std::vector<Ready> statements_;
};

}  // namespace gatehouse::policy
