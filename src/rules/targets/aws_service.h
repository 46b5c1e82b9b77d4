// The services that speak AWS's protocols, of whomever, and how their requests are written.
//
// Threads: pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/choice.h"
#include "rules/targets/call.h"

namespace gatehouse::rules {

enum class AwsService : std::uint8_t {
    S3,
    Sqs,
    Sns,
    Kinesis,
    Firehose,
    DynamoDb,
    CloudWatch,
    StepFunctions,
    Timestream,
    OpenSearch,
};

// "Amazon S3": as messages call it.
std::string_view full_name(AwsService service);

// AWS JSON 1.0 and 1.1: what is done is named by a header.
// Source: AWS SDKs and Tools Reference; Smithy, "AWS JSON 1.0 protocol", "AWS JSON 1.1 protocol".
enum class JsonVersion : std::uint8_t { V1_0, V1_1 };
Call json_call(std::string_view target, JsonVersion version, std::string body);

// AWS Query: a form. Source: Smithy, "AWS query protocol".
struct QueryAction {
    std::string_view name;     // "Publish"
    std::string_view version;  // "2010-03-31"
};
Call query_call(const QueryAction& action,
                std::span<const std::pair<std::string, std::string>> fields);

}  // namespace gatehouse::rules

// The names that signatures carry.
template <>
struct gatehouse::ChoiceNames<gatehouse::rules::AwsService> {
    static constexpr std::array<std::string_view, 10> names{
        "s3",       "sqs",        "sns",    "kinesis",    "firehose",
        "dynamodb", "monitoring", "states", "timestream", "es"};
};
