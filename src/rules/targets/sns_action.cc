// The action sns: the message is published to a topic, or to a device, of SNS's.
// Source: AWS IoT Developer Guide, "SNS"; Amazon SNS API Reference, Publish.
#include <array>

#include "base/arn.h"
#include "base/encoding.h"
#include "rules/targets/aws_action.h"
#include "rules/targets/aws_actions.h"

namespace gatehouse::rules {
namespace {

constexpr std::array<std::string_view, 2> message_formats{"RAW", "JSON"};

bool is_arn_of_sns(std::string_view text) {
    const auto arn = parse_arn(text);
    return arn && arn->service == "sns" && !arn->resource.empty();
}

class SnsAction final : public AwsAction {
public:
    explicit SnsAction(const ActionParts& parts)
        : AwsAction(AwsService::Sns,
                    {"SnsAction", "TargetArn", "Failed to publish message to SNS."}, parts) {}

    Result<Call> call(const Job& job) const override {
        if (!is_arn_of_sns(job.text(target))) {
            return fail(ErrorKind::InvalidInput, "targetArn comes to what is no ARN of SNS's");
        }
        if (job.payload->empty() || !is_utf8(*job.payload)) {
            return fail(ErrorKind::InvalidInput, "SNS takes texts that are not empty");
        }
        std::vector<std::pair<std::string, std::string>> fields{
            {"TargetArn", std::string(job.text(target))}, {"Message", *job.payload}};
        if (message_format == "JSON") fields.emplace_back("MessageStructure", "json");
        return query_call({"Publish", "2010-03-31"}, fields);
    }

    RoleNeed need(const Job& job) const override {
        return {"sns:Publish", std::string(job.text(target))};
    }

    std::string message_format;
};

}  // namespace

Result<ActionPtr> make_sns_action(Parameters& parameters, const ActionParts& parts) {
    auto action = std::make_shared<SnsAction>(parts);
    action->role = parameters.role_arn();
    action->target = parameters.text("targetArn");
    action->message_format = parameters.choice("messageFormat", message_formats, "RAW");
    if (action->target.is_constant() && !is_arn_of_sns(action->target.constant())) {
        parameters.refuse("targetArn", "is no ARN of SNS's");
    }
    check_endpoint(parameters, parts, AwsService::Sns, "targetArn");
    if (auto read = parameters.finish(); !read) return fail(std::move(read.error()));
    return action;
}

}  // namespace gatehouse::rules
