#include "functions/permission.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/arn.h"
#include "base/json.h"
#include "base/uuid.h"
#include "functions/function_change.h"
#include "functions/limits.h"

namespace gatehouse::functions {
namespace {

std::unexpected<Error> violates_pattern(std::string_view value, std::string_view path,
                                        std::string_view pattern) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy "
                            "constraint: Member must satisfy regular expression pattern: {}",
                            value, path, pattern),
                Place{std::string(path), 0, 0});
}

bool is_statement_id(std::string_view text) {
    return !text.empty() && text.size() <= 100 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

// An account is written as its root user.
json::value principal_value(const std::string& principal) {
    if (principal == "*") return "*";
    if (is_account_id(principal)) return {{"AWS", "arn:aws:iam::" + principal + ":root"}};
    if (principal.starts_with("arn:")) return {{"AWS", principal}};
    return {{"Service", principal}};
}

json::object statement_value(const Permission& permission, const std::string& function_arn) {
    json::object statement{{"Sid", permission.statement_id.value()},
                           {"Effect", "Allow"},
                           {"Principal", principal_value(permission.principal)},
                           {"Action", permission.action},
                           {"Resource", function_arn}};
    json::object condition;
    json::object equals;
    if (permission.source_account) equals["AWS:SourceAccount"] = *permission.source_account;
    if (permission.event_source_token) {
        equals["lambda:EventSourceToken"] = *permission.event_source_token;
    }
    if (!equals.empty()) condition["StringEquals"] = std::move(equals);
    if (permission.source_arn) {
        condition["ArnLike"] = json::object{{"AWS:SourceArn", *permission.source_arn}};
    }
    if (!condition.empty()) statement["Condition"] = std::move(condition);
    return statement;
}

}  // namespace

Result<void> check_permission(const Permission& permission) {
    if (!is_statement_id(permission.statement_id.view())) {
        return violates_pattern(permission.statement_id.view(), "statementId", "([a-zA-Z0-9-_]+)");
    }
    const std::string& action = permission.action;
    if (action != "*" && (!action.starts_with("lambda:") || action.size() == 7)) {
        return violates_pattern(action, "action", "(lambda:[*]|lambda:[a-zA-Z]+|[*])");
    }
    const std::string& principal = permission.principal;
    const bool is_service = principal.find('.') != principal.npos && !principal.starts_with("arn:");
    if (principal != "*" && !is_service && !is_account_id(principal) && !parse_arn(principal)) {
        return fail(
            ErrorKind::InvalidInput,
            "The provided principal was invalid. Please check the principal and try again.");
    }
    if (permission.source_account && !is_account_id(*permission.source_account)) {
        return violates_pattern(*permission.source_account, "sourceAccount", "\\d{12}");
    }
    if (permission.source_arn && !parse_arn(*permission.source_arn)) {
        return violates_pattern(
            *permission.source_arn, "sourceArn",
            "arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{2}(-gov)?-[a-z]+-\\d{1})?"
            ":(\\d{12})?:(.*)");
    }
    return {};
}

Result<std::string> add_statement(ResourcePolicy& policy, Permission permission,
                                  const std::optional<RevisionId>& wanted, const std::string& arn,
                                  Random& random) {
    if (auto checked = check_revision(wanted, policy.revision); !checked) {
        return fail(std::move(checked.error()));
    }
    if (std::ranges::find(policy.permissions, permission.statement_id, &Permission::statement_id) !=
        policy.permissions.end()) {
        return fail(ErrorKind::Conflict,
                    fmt::format("The statement id ({}) provided already exists. Please provide "
                                "a new statement id, or remove the existing statement.",
                                permission.statement_id.view()));
    }
    std::string text = statement_text(permission, arn);
    policy.permissions.push_back(std::move(permission));
    if (resource_policy_text(policy, arn).size() > policy_bytes_max) {
        return fail(
            ErrorKind::LimitExceeded,
            fmt::format("The final policy size is bigger than the limit ({}).", policy_bytes_max));
    }
    policy.revision = RevisionId(make_uuid(random));
    return text;
}

Result<void> remove_statement(ResourcePolicy& policy, const StatementId& statement,
                              const std::optional<RevisionId>& wanted, Random& random) {
    if (auto checked = check_revision(wanted, policy.revision); !checked) return checked;
    const bool had_any = !policy.permissions.empty();
    const auto removed = std::erase_if(policy.permissions, [&](const Permission& permission) {
        return permission.statement_id == statement;
    });
    if (removed == 0) {
        return fail(
            ErrorKind::NotFound,
            had_any ? fmt::format("Statement {} is not found in resource policy.", statement.view())
                    : "No policy is associated with the given resource.");
    }
    policy.revision = RevisionId(make_uuid(random));
    return {};
}

std::string statement_text(const Permission& permission, const std::string& function_arn) {
    return to_text(statement_value(permission, function_arn));
}

std::string resource_policy_text(const ResourcePolicy& policy, const std::string& arn) {
    if (policy.permissions.empty()) return {};
    json::array statements;
    for (const Permission& permission : policy.permissions) {
        statements.push_back(statement_value(permission, arn));
    }
    return to_text(json::object{
        {"Version", "2012-10-17"}, {"Id", "default"}, {"Statement", std::move(statements)}});
}

std::string resource_policy_text(const Function& function, const Qualifier& qualifier) {
    const auto policy = function.policies.find(qualifier);
    if (policy == function.policies.end()) return {};
    return resource_policy_text(policy->second, qualified_arn(function.configuration, qualifier));
}

}  // namespace gatehouse::functions
