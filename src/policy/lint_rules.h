// Inside of lint: the rules that look at all statements together.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "policy/lint.h"
#include "policy/statement_set.h"

namespace gatehouse::policy {

struct LintStatement {
    StatementPlace place;
    const Statement* statement = nullptr;
};

// "topic" of "arn:aws:iot:*:*:topic/a"; empty where a wildcard or variable leaves it open.
std::optional<std::string> literal_type(const Pattern& resource);

// Whether the action is checked against such a resource, as far as can be seen.
bool may_be_of(const Pattern& resource, std::string_view action);

// Whether the statement names the action and, as far as can be seen, a resource of its type.
bool may_apply_to(const Statement& statement, std::string_view action);

void lint_together(std::span<const LintStatement> statements, std::vector<Finding>& findings);

}  // namespace gatehouse::policy
