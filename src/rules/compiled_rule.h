// A rule ready to run. Immutable; replaced whole.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "registry/refusal.h"
#include "rules/action_kinds.h"
#include "rules/counts.h"
#include "rules/topic_rule.h"
#include "sql/program.h"

namespace gatehouse::rules {

class ActionLane;
class ActionLanes;

// An action of a rule, and where its jobs queue.
struct ActionSlot {
    ActionPtr action;
    std::vector<ActionTexts::Declared> texts;
    std::shared_ptr<ActionLane> lane;  // null: it was only looked at
};

struct CompiledRule {
    std::shared_ptr<const RuleFacts> facts;
    RulePayload payload;  // what it was made of
    sql::Program program;
    std::vector<ActionSlot> actions;
    std::optional<ActionSlot> error_action;
    Order order = Order::Any;
    Assurance assurance = Assurance::None;
    std::shared_ptr<RuleCounts> counts;

    // In whose name its actions act, each once.
    std::vector<std::string> role_arns() const;
};

using RulePtr = std::shared_ptr<const CompiledRule>;

struct CompileParts {
    ActionParts actions;           // but for the tenant
    ActionLanes* lanes = nullptr;  // null: it is only looked at
    Order order = Order::Any;      // of what the actions do
    Assurance assurance = Assurance::None;
    std::shared_ptr<RuleCounts> counts;  // null: new ones
};

// SqlParse: the statement is wrong, with line and column. InvalidRequest: anything else is.
registry::Outcome<RulePtr> compile_rule(const Tenant& tenant, const RuleName& name,
                                        const RulePayload& payload, const CompileParts& parts);

}  // namespace gatehouse::rules
