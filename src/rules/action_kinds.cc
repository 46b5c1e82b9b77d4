#include "rules/action_kinds.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/suggestion.h"
#include "rules/cloudwatch_logs_action.h"
#include "rules/lambda_action.h"
#include "rules/republish_action.h"
#include "rules/targets/aws_actions.h"
#include "rules/targets/database_action.h"
#include "rules/targets/file_action.h"
#include "rules/targets/http_action.h"
#include "rules/targets/kafka_action.h"
#include "rules/targets/mqtt_action.h"

namespace gatehouse::rules {
namespace {

struct ActionKind {
    std::string_view name;
    Result<ActionPtr> (*make)(Parameters& parameters, const ActionParts& parts);
};
constexpr std::array action_kinds{
    ActionKind{"cloudwatchAlarm", &make_cloudwatch_alarm_action},
    ActionKind{"cloudwatchLogs", &make_cloudwatch_logs_action},
    ActionKind{"cloudwatchMetric", &make_cloudwatch_metric_action},
    ActionKind{"dynamoDB", &make_dynamodb_action},
    ActionKind{"dynamoDBv2", &make_dynamodb_v2_action},
    ActionKind{"elasticsearch", &make_elasticsearch_action},
    ActionKind{"file", &make_file_action},
    ActionKind{"firehose", &make_firehose_action},
    ActionKind{"http", &make_http_action},
    ActionKind{"kafka", &make_kafka_action},
    ActionKind{"kinesis", &make_kinesis_action},
    ActionKind{"lambda", &make_lambda_action},
    ActionKind{"mqtt", &make_mqtt_action},
    ActionKind{"openSearch", &make_open_search_action},
    ActionKind{"republish", &make_republish_action},
    ActionKind{"s3", &make_s3_action},
    ActionKind{"sns", &make_sns_action},
    ActionKind{"sql", &make_sql_action},
    ActionKind{"sqs", &make_sqs_action},
    ActionKind{"stepFunctions", &make_step_functions_action},
    ActionKind{"timestream", &make_timestream_action},
};

// Those that AWS has, and that are not done here.
// Source: AWS IoT API Reference, Action.
constexpr std::array<std::string_view, 6> kinds_of_aws{"influxDB",    "iotAnalytics", "iotEvents",
                                                       "iotSiteWise", "location",     "salesforce"};

std::string kinds_in_words() {
    std::vector<std::string_view> names;
    for (const ActionKind& each : action_kinds) names.push_back(each.name);
    return fmt::format("{}", fmt::join(names, ", "));
}

std::unexpected<Error> no_such_kind(std::string_view name, const std::string& path) {
    const std::string place = fmt::format("{}.{}", path, name);
    if (std::ranges::find(kinds_of_aws, name) != kinds_of_aws.end()) {
        return fail(ErrorKind::Unsupported,
                    fmt::format("{}: the action {} is not done here; there are {}", place, name,
                                kinds_in_words()),
                    {place, 0, 0});
    }
    return fail(
        ErrorKind::InvalidInput,
        fmt::format("{}: there is no action of this name; there are {}", place, kinds_in_words()),
        {place, 0, 0});
}

}  // namespace

Result<ActionPtr> make_action(const json::value& action, const std::string& path,
                              ActionTexts& texts, const ActionParts& parts) {
    if (!action.is_object() || action.get_object().size() != 1) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("{} has to be an object with one member, the action", path),
                    {path, 0, 0});
    }
    const auto& [key, value] = *action.get_object().begin();
    const std::string_view name = key;
    const auto* const kind = std::ranges::find(action_kinds, name, &ActionKind::name);
    if (kind == action_kinds.end()) return no_such_kind(name, path);
    std::string inner = fmt::format("{}.{}", path, name);
    if (!value.is_object()) {
        return fail(ErrorKind::InvalidInput, fmt::format("{} has to be an object", inner),
                    {inner, 0, 0});
    }
    Parameters parameters(value.get_object(), std::move(inner), texts);
    return kind->make(parameters, parts);
}

}  // namespace gatehouse::rules
