// The action stepFunctions: the message is what an execution of a state machine starts with.
// Source: AWS IoT Developer Guide, "Step Functions"; AWS Step Functions API Reference,
// StartExecution.
#include <fmt/format.h>

#include "base/arn.h"
#include "base/character_count.h"
#include "base/uuid.h"
#include "rules/targets/aws_action.h"
#include "rules/targets/aws_actions.h"

namespace gatehouse::rules {
namespace {

constexpr std::size_t execution_name_characters_max = 80;

class StepFunctionsAction final : public AwsAction {
public:
    explicit StepFunctionsAction(const ActionParts& parts)
        : AwsAction(AwsService::StepFunctions,
                    {"StepFunctionsAction", "StateMachineName", "Failed to start execution."},
                    parts) {}

    Result<Call> call(const Job& job) const override {
        if (!job.is_json) {
            return fail(ErrorKind::InvalidInput, "an execution starts with JSON alone");
        }
        json::object body{{"stateMachineArn", arn_of(job)}, {"input", *job.payload}};
        if (execution_name_prefix) {
            std::string name(job.text(*execution_name_prefix));
            name += make_uuid(*parts().random);
            if (character_count(name) > execution_name_characters_max) {
                return fail(ErrorKind::InvalidInput,
                            fmt::format("executionNamePrefix and a UUID come to over {} characters",
                                        execution_name_characters_max));
            }
            body["name"] = name;
        }
        return json_call("AWSStepFunctions.StartExecution", JsonVersion::V1_0, to_text(body));
    }

    RoleNeed need(const Job& job) const override { return {"states:StartExecution", arn_of(job)}; }

    std::optional<Text> execution_name_prefix;

private:
    std::string arn_of(const Job& job) const {
        return make_arn(job.rule->tenant, "states",
                        fmt::format("stateMachine:{}", job.text(target)));
    }
};

}  // namespace

Result<ActionPtr> make_step_functions_action(Parameters& parameters, const ActionParts& parts) {
    auto action = std::make_shared<StepFunctionsAction>(parts);
    action->role = parameters.role_arn();
    action->target = parameters.text("stateMachineName");
    action->execution_name_prefix =
        parameters.optional_text("executionNamePrefix", OnUndefined::Fail);
    check_endpoint(parameters, parts, AwsService::StepFunctions, "stateMachineName");
    if (auto read = parameters.finish(); !read) return fail(std::move(read.error()));
    return action;
}

}  // namespace gatehouse::rules
