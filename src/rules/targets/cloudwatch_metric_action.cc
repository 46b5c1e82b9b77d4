// The action cloudwatchMetric: the message becomes a value of a metric.
// Source: AWS IoT Developer Guide, "CloudWatch metrics"; Amazon CloudWatch API Reference,
// PutMetricData.
#include <fmt/format.h>

#include "rules/targets/aws_action.h"
#include "rules/targets/aws_actions.h"
#include "sql/decimal.h"

namespace gatehouse::rules {
namespace {

// 9999-12-31T23:59:59Z
constexpr std::int64_t metric_seconds_max = 253'402'300'799;

class CloudwatchMetricAction final : public AwsAction {
public:
    explicit CloudwatchMetricAction(const ActionParts& parts)
        : AwsAction(AwsService::CloudWatch,
                    {"CloudwatchMetricAction", "MetricName", "Failed to put metric data."}, parts) {
    }

    Result<Call> call(const Job& job) const override {
        const auto number = sql::Decimal::parse(job.text(value));
        if (!number) return fail(ErrorKind::InvalidInput, "metricValue comes to no number");
        WallTime at = parts().clock->wall_now();
        if (timestamp) {
            const auto seconds = sql::Decimal::parse(job.text(*timestamp));
            const auto whole = seconds ? seconds->to_int64() : std::nullopt;
            if (!whole || *whole < 0 || *whole > metric_seconds_max) {
                return fail(ErrorKind::InvalidInput,
                            "metricTimestamp comes to no whole number of seconds since 1970");
            }
            at = WallTime(std::chrono::seconds(*whole));
        }
        const std::vector<std::pair<std::string, std::string>> fields{
            {"Namespace", std::string(job.text(metric_namespace))},
            {"MetricData.member.1.MetricName", std::string(job.text(target))},
            {"MetricData.member.1.Timestamp", format_iso8601(at)},
            {"MetricData.member.1.Unit", std::string(job.text(unit))},
            {"MetricData.member.1.Value", number->text()}};
        return query_call({"PutMetricData", "2010-08-01"}, fields);
    }

    RoleNeed need(const Job&) const override { return {"cloudwatch:PutMetricData", "*"}; }

    Text metric_namespace;
    Text value;
    Text unit;
    std::optional<Text> timestamp;  // seconds since 1970
};

}  // namespace

Result<ActionPtr> make_cloudwatch_metric_action(Parameters& parameters, const ActionParts& parts) {
    auto action = std::make_shared<CloudwatchMetricAction>(parts);
    action->role = parameters.role_arn();
    action->metric_namespace = parameters.text("metricNamespace");
    action->target = parameters.text("metricName");
    action->value = parameters.text("metricValue");
    action->unit = parameters.text("metricUnit");
    action->timestamp = parameters.optional_text("metricTimestamp", OnUndefined::Fail);
    check_endpoint(parameters, parts, AwsService::CloudWatch, "metricName");
    if (auto read = parameters.finish(); !read) return fail(std::move(read.error()));
    return action;
}

}  // namespace gatehouse::rules
