#include "rules/rule_reports.h"

#include <fmt/format.h>

#include <array>
#include <span>

#include "base/json.h"

namespace gatehouse::rules {
namespace {

using logs::EventType;
using logs::Status;

std::string resources_text(const std::vector<std::pair<std::string_view, std::string>>& resources) {
    json::object made;
    for (const auto& [name, value] : resources) made.emplace(name, value);
    return to_text(made);
}

logs::Member resources_member(const std::string& text) {
    return {"resources", logs::JsonText(std::string_view(text))};
}

std::string_view reason_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::NotAllowed:
        case ErrorKind::Unauthorized: return "AUTHORIZATION_FAILURE";
        case ErrorKind::NotFound: return "RESOURCE_NOT_FOUND";
        case ErrorKind::Throttled: return "THROTTLED";
        case ErrorKind::LimitExceeded: return "LIMIT_EXCEEDED";
        case ErrorKind::Timeout: return "TIMEOUT";
        default: return "ACTION_FAILED";
    }
}

}  // namespace

bool RuleReports::keeps(const Message& message, EventType type, Status status) const {
    if (!events_.keeps(levels_.most_verbose(), type, status)) return false;
    return events_.keeps(levels_.level_for({.tenant = message.tenant,
                                            .client_id = message.client_id,
                                            .principal_id = message.principal,
                                            .source_ip = message.source_ip}),
                         type, status);
}

void RuleReports::record(const Message& message, logs::Event event) const {
    event.trace_id = message.trace_id;
    event.origin = {.client_id = message.client_id, .principal_id = message.principal};
    event.topic_name = message.topic;
    events_.record(event);
}

void RuleReports::matched(const Message& message, std::string_view rule) const {
    if (!keeps(message, EventType::RuleMatch, Status::Success)) return;
    record(message, {.tenant = message.tenant, .type = EventType::RuleMatch, .rule_name = rule});
}

void RuleReports::starting(const Message& message, std::string_view rule,
                           std::string_view action) const {
    if (!keeps(message, EventType::StartingRuleExecution, Status::Success)) return;
    record(message, {.tenant = message.tenant,
                     .type = EventType::StartingRuleExecution,
                     .rule_name = rule,
                     .rule_action = action});
}

void RuleReports::executed(const Job& job, const Action& action, const Result<Done>& how) const {
    const Message& message = *job.message;
    const Status status = how ? Status::Success : Status::Failure;
    if (!keeps(message, EventType::RuleExecution, status)) return;
    const std::string resources = resources_text(action.resources(job));
    const std::array<logs::Member, 1> more{resources_member(resources)};
    record(message, {.tenant = message.tenant,
                     .type = EventType::RuleExecution,
                     .status = status,
                     .reason = how ? std::string_view() : reason_of(how.error().kind),
                     .details = how ? how->details : how.error().message,
                     .rule_name = job.rule->name,
                     .rule_action = action.name(),
                     .more = more});
}

void RuleReports::failed(const Message& message, std::string_view rule,
                         const ActionFailure& failure) const {
    const bool is_of_action = !failure.resources.empty();
    if (is_of_action) starting(message, rule, failure.action);
    if (!keeps(message, EventType::RuleExecution, Status::Failure)) return;
    const std::string resources = is_of_action ? resources_text(failure.resources) : "";
    const std::array<logs::Member, 1> more{resources_member(resources)};
    record(message, {.tenant = message.tenant,
                     .type = EventType::RuleExecution,
                     .status = Status::Failure,
                     .reason = reason_of(failure.kind),
                     .details = failure.message,
                     .rule_name = rule,
                     .rule_action = failure.action,
                     .more = std::span(more).first(is_of_action ? 1 : 0)});
}

void RuleReports::function_executed(const Message& message, std::string_view rule,
                                    std::string_view function_arn,
                                    const Result<std::string>& how) const {
    const Status status = how ? Status::Success : Status::Failure;
    if (!keeps(message, EventType::FunctionExecution, status)) return;
    const std::string resources = resources_text({{"FunctionArn", std::string(function_arn)}});
    const std::array<logs::Member, 1> more{resources_member(resources)};
    record(message, {.tenant = message.tenant,
                     .type = EventType::FunctionExecution,
                     .status = status,
                     .reason = how ? std::string_view() : reason_of(how.error().kind),
                     .details = how ? std::string_view() : std::string_view(how.error().message),
                     .rule_name = rule,
                     .rule_action = "LambdaAction",
                     .more = more});
}

void RuleReports::not_found(const Message& message, std::string_view rule) const {
    if (!keeps(message, EventType::RuleNotFound, Status::Failure)) return;
    const std::string details = fmt::format("there is no rule '{}' that is enabled", rule);
    record(message, {.tenant = message.tenant,
                     .type = EventType::RuleNotFound,
                     .status = Status::Failure,
                     .reason = "RuleNotFound",
                     .details = details,
                     .rule_name = rule});
}

void RuleReports::throttled(const Message& message, std::string_view why) const {
    if (!keeps(message, EventType::RuleMessageThrottled, Status::Failure)) return;
    record(message, {.tenant = message.tenant,
                     .type = EventType::RuleMessageThrottled,
                     .status = Status::Failure,
                     .reason = "RuleExecutionThrottled",
                     .details = why});
}

}  // namespace gatehouse::rules
