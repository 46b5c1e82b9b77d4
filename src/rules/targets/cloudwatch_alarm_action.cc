// The action cloudwatchAlarm: the message changes the state of an alarm.
// Source: AWS IoT Developer Guide, "CloudWatch alarms"; Amazon CloudWatch API Reference,
// SetAlarmState.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/arn.h"
#include "base/character_count.h"
#include "base/encoding.h"
#include "rules/targets/aws_action.h"
#include "rules/targets/aws_actions.h"

namespace gatehouse::rules {
namespace {

constexpr std::array<std::string_view, 3> alarm_states{"OK", "ALARM", "INSUFFICIENT_DATA"};
constexpr std::size_t reason_characters_max = 1023;

bool is_alarm_state(std::string_view text) {
    return std::ranges::find(alarm_states, text) != alarm_states.end();
}

class CloudwatchAlarmAction final : public AwsAction {
public:
    explicit CloudwatchAlarmAction(const ActionParts& parts)
        : AwsAction(AwsService::CloudWatch,
                    {"CloudwatchAlarmAction", "AlarmName", "Failed to set alarm state."}, parts) {}

    Result<Call> call(const Job& job) const override {
        const std::string_view reason = job.text(state_reason);
        if (!is_alarm_state(job.text(state_value))) {
            return fail(ErrorKind::InvalidInput, fmt::format("stateValue comes to none of {}",
                                                             fmt::join(alarm_states, ", ")));
        }
        if (!is_utf8(reason) || character_count(reason) > reason_characters_max) {
            return fail(
                ErrorKind::InvalidInput,
                fmt::format("stateReason comes to over {} characters", reason_characters_max));
        }
        const std::vector<std::pair<std::string, std::string>> fields{
            {"AlarmName", std::string(job.text(target))},
            {"StateReason", std::string(reason)},
            {"StateValue", std::string(job.text(state_value))}};
        return query_call({"SetAlarmState", "2010-08-01"}, fields);
    }

    RoleNeed need(const Job& job) const override {
        return {"cloudwatch:SetAlarmState", make_arn(job.rule->tenant, "cloudwatch",
                                                     fmt::format("alarm:{}", job.text(target)))};
    }

    Text state_reason;
    Text state_value;
};

}  // namespace

Result<ActionPtr> make_cloudwatch_alarm_action(Parameters& parameters, const ActionParts& parts) {
    auto action = std::make_shared<CloudwatchAlarmAction>(parts);
    action->role = parameters.role_arn();
    action->target = parameters.text("alarmName");
    action->state_reason = parameters.text("stateReason");
    action->state_value = parameters.text("stateValue");
    if (action->state_value.is_constant()) parameters.choice("stateValue", alarm_states);
    check_endpoint(parameters, parts, AwsService::CloudWatch, "alarmName");
    if (auto read = parameters.finish(); !read) return fail(std::move(read.error()));
    return action;
}

}  // namespace gatehouse::rules
