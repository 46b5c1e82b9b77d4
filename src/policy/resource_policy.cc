#include "policy/resource_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/tenant.h"

namespace gatehouse::policy {
namespace {

constexpr std::size_t policy_bytes_max = 20'480;

Operator string_equals() {
    Operator op;
    op.text = "StringEquals";
    return op;
}

Operator arn_like() {
    Operator op;
    op.comparison = Comparison::ArnLike;
    op.text = "ArnLike";
    return op;
}

Principal principal_of(const std::string& text) {
    Principal principal;
    if (text == "*") {
        principal.anyone = true;
    } else if (is_account_id(text)) {
        principal.accounts = {fmt::format("arn:aws:iam::{}:root", text)};
    } else if (text.starts_with("arn:")) {
        principal.accounts = {text};
    } else {
        principal.services = {text};
    }
    return principal;
}

std::string missing_permission(const ServiceCall& call) {
    return fmt::format(
        "Permit it with: aws lambda add-permission --function-name {} --statement-id "
        "gatehouse-{} --action {} --principal {} --source-arn {} --source-account {}",
        call.resource, call.service.substr(0, call.service.find('.')), call.action, call.service,
        call.source_arn, call.source_account);
}

}  // namespace

ServiceAnswer allows_service(const DocumentPointer& document, const ServiceCall& call) {
    const std::array<std::string_view, 1> source_arn{call.source_arn};
    const std::array<std::string_view, 1> source_account{call.source_account};
    std::vector<ContextEntry> context;
    if (!call.source_arn.empty()) context.push_back({"aws:SourceArn", source_arn});
    if (!call.source_account.empty()) context.push_back({"aws:SourceAccount", source_account});

    std::vector<PolicySource> sources;
    if (document != nullptr && !document->statements.empty()) {
        sources.push_back({"resource policy", document});
    }
    const Request request{call.action, call.resource, context, {call.service, {}}};
    ServiceAnswer answer{explain(sources, {}, request), ""};
    if (sources.empty()) {
        answer.explanation.sentence =
            fmt::format("{} may not call {} on {}: it has no resource policy", call.service,
                        call.action, call.resource);
    }
    if (!answer.allowed()) answer.advice = missing_permission(call);
    return answer;
}

Document empty_function_policy() {
    Document document;
    document.version = Version::V2012;
    document.version_given = true;
    document.id = "default";
    return document;
}

Result<Statement> add_permission(Document& document, const Permission& permission) {
    if (std::ranges::count(document.statements, permission.statement_id, &Statement::sid) > 0) {
        return fail(ErrorKind::Conflict,
                    fmt::format("The statement id ({}) provided already exists. "
                                "Please provide a new statement id, or remove "
                                "the existing statement.",
                                permission.statement_id));
    }
    Statement statement;
    statement.sid = permission.statement_id;
    statement.effect = Effect::Allow;
    statement.principal = principal_of(permission.principal);
    statement.actions = {permission.action};
    statement.resources = {Pattern(permission.resource)};
    const auto require = [&](Operator op, std::string_view key, const std::string& value) {
        if (value.empty()) return;
        statement.conditions.push_back({std::move(op), std::string(key), {Pattern(value)}});
    };
    require(arn_like(), "AWS:SourceArn", permission.source_arn);
    require(string_equals(), "AWS:SourceAccount", permission.source_account);
    require(string_equals(), "lambda:EventSourceToken", permission.event_source_token);
    require(string_equals(), "aws:PrincipalOrgID", permission.principal_org_id);

    document.statements.push_back(statement);
    if (to_json_text(document).size() > policy_bytes_max) {
        document.statements.pop_back();
        return fail(
            ErrorKind::LimitExceeded,
            fmt::format("The final policy size is bigger than the limit ({}).", policy_bytes_max));
    }
    return statement;
}

Result<void> remove_permission(Document& document, std::string_view statement_id) {
    const auto found = std::ranges::find(document.statements, statement_id, &Statement::sid);
    if (found == document.statements.end()) {
        return fail(ErrorKind::NotFound,
                    fmt::format("Statement {} is not found in resource policy.", statement_id));
    }
    document.statements.erase(found);
    return {};
}

}  // namespace gatehouse::policy
