// The action kinesis: the message becomes a record of a stream.
// Source: AWS IoT Developer Guide, "Kinesis Data Streams"; Kinesis API Reference, PutRecord.
#include <fmt/format.h>

#include "base/arn.h"
#include "base/character_count.h"
#include "base/encoding.h"
#include "base/uuid.h"
#include "rules/targets/aws_action.h"
#include "rules/targets/aws_actions.h"

namespace gatehouse::rules {
namespace {

constexpr std::size_t partition_key_characters_max = 256;

class KinesisAction final : public AwsAction {
public:
    explicit KinesisAction(const ActionParts& parts)
        : AwsAction(AwsService::Kinesis,
                    {"KinesisAction", "StreamName", "Failed to put record to Kinesis."}, parts) {}

    Result<Call> call(const Job& job) const override {
        // Records without a key of their own are spread over all shards.
        const std::string key =
            partition_key ? std::string(job.text(*partition_key)) : make_uuid(*parts().random);
        if (key.empty() || !is_utf8(key) || character_count(key) > partition_key_characters_max) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("partitionKey has to come to 1 to {} characters",
                                    partition_key_characters_max));
        }
        if (job.text(target).empty()) {
            return fail(ErrorKind::InvalidInput, "streamName comes to nothing");
        }
        return json_call("Kinesis_20131202.PutRecord", JsonVersion::V1_1,
                         to_text(json::object{{"StreamName", job.text(target)},
                                              {"Data", to_base64(bytes_of(*job.payload))},
                                              {"PartitionKey", key}}));
    }

    RoleNeed need(const Job& job) const override {
        return {"kinesis:PutRecord",
                make_arn(job.rule->tenant, "kinesis", fmt::format("stream/{}", job.text(target)))};
    }

    std::optional<Text> partition_key;
};

}  // namespace

Result<ActionPtr> make_kinesis_action(Parameters& parameters, const ActionParts& parts) {
    auto action = std::make_shared<KinesisAction>(parts);
    action->role = parameters.role_arn();
    action->target = parameters.text("streamName");
    action->partition_key = parameters.optional_text("partitionKey", OnUndefined::Fail);
    check_endpoint(parameters, parts, AwsService::Kinesis, "streamName");
    if (auto read = parameters.finish(); !read) return fail(std::move(read.error()));
    return action;
}

}  // namespace gatehouse::rules
