#include "rules/targets/aws_service.h"

#include "base/encoding.h"

namespace gatehouse::rules {

std::string_view full_name(AwsService service) {
    switch (service) {
        case AwsService::S3: return "Amazon S3";
        case AwsService::Sqs: return "Amazon SQS";
        case AwsService::Sns: return "Amazon SNS";
        case AwsService::Kinesis: return "Amazon Kinesis";
        case AwsService::Firehose: return "Amazon Data Firehose";
        case AwsService::DynamoDb: return "Amazon DynamoDB";
        case AwsService::CloudWatch: return "Amazon CloudWatch";
        case AwsService::StepFunctions: return "AWS Step Functions";
        case AwsService::Timestream: return "Amazon Timestream";
        case AwsService::OpenSearch: return "Amazon OpenSearch Service";
    }
    return "AWS";
}

Call json_call(std::string_view target, JsonVersion version, std::string body) {
    return {
        .headers = {{"Content-Type", version == JsonVersion::V1_0 ? "application/x-amz-json-1.0"
                                                                  : "application/x-amz-json-1.1"},
                    {"X-Amz-Target", std::string(target)}},
        .body = std::move(body)};
}

Call query_call(const QueryAction& action,
                std::span<const std::pair<std::string, std::string>> fields) {
    std::string form = "Action=";
    form += action.name;
    form += "&Version=";
    form += action.version;
    for (const auto& [name, value] : fields) {
        form += '&';
        form += percent_encode(name);
        form += '=';
        form += percent_encode(value);
    }
    return {.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
            .body = std::move(form)};
}

}  // namespace gatehouse::rules
