#include "rules/lambda_action.h"

#include <fmt/format.h>

#include <utility>

#include "sql/function_arn.h"

namespace gatehouse::rules {
namespace {

class LambdaAction final : public Action {
public:
    LambdaAction(Text function_arn, FunctionDoor* functions)
        : function_arn_(std::move(function_arn)), functions_(functions) {}

    std::string_view name() const override { return "LambdaAction"; }
    std::string resource(const Job& job) const override {
        return std::string(job.text(function_arn_));
    }
    std::vector<std::pair<std::string_view, std::string>> resources(const Job& job) const override {
        return {{"FunctionArn", resource(job)}};
    }
    bool waits_for_room() const override { return true; }
    async::Task<Result<Done>> perform(const Job& job, Deadline) const override {
        std::string function_arn = resource(job);
        if (!sql::is_function_arn(function_arn)) {
            co_return fail(ErrorKind::InvalidInput,
                           fmt::format("'{}' is not the ARN of a function", function_arn));
        }
        if (!job.is_json) {
            co_return fail(ErrorKind::InvalidInput,
                           "a function's event is JSON, which the result is not; SELECT "
                           "encode(*, 'base64') makes it so");
        }
        auto details =
            co_await functions_->hand_over({.tenant = job.rule->tenant,
                                            .function_arn = std::move(function_arn),
                                            .rule_arn = job.rule->arn,
                                            .payload = *job.payload,
                                            .trace_id = job.message->trace_id,
                                            .is_kept = job.message->qos != mqtt::Qos::AtMostOnce});
        if (!details) co_return fail(std::move(details.error()));
        co_return Done{std::move(*details)};
    }

private:
    const Text function_arn_;
    FunctionDoor* const functions_;
};

}  // namespace

Result<ActionPtr> make_lambda_action(Parameters& parameters, const ActionParts& parts) {
    Text function_arn = parameters.text("functionArn");
    if (function_arn.is_constant() && !sql::is_function_arn(function_arn.constant())) {
        parameters.refuse("functionArn", fmt::format("'{}' is not the ARN of a function "
                                                     "(arn:aws:lambda:REGION:ACCOUNT:function:"
                                                     "NAME)",
                                                     function_arn.constant()));
    }
    if (auto read = parameters.finish(); !read) return fail(std::move(read.error()));
    return std::make_shared<LambdaAction>(std::move(function_arn), parts.functions);
}

}  // namespace gatehouse::rules
