#include "api/gatehouse/test_topic_rule.h"

#include <fmt/format.h>

#include <utility>

#include "base/encoding.h"
#include "base/random.h"
#include "base/uuid.h"
#include "rules/trial.h"

namespace gatehouse::api::gatehouse {
namespace {

namespace rules = ::gatehouse::rules;
namespace sql = ::gatehouse::sql;

sql::Version version_of(const std::optional<SqlVersion>& version) {
    switch (version.value_or(SqlVersion::Value20160323)) {
        case SqlVersion::Value20151008: return sql::Version::V2015;
        case SqlVersion::Value20160323: break;
    }
    return sql::Version::V2016;
}

Result<std::string> payload_of(TestTopicRuleRequest& request) {
    if (request.payload && request.binary_payload) {
        return fail(ErrorKind::InvalidInput, "payload and binaryPayload exclude each other");
    }
    if (request.binary_payload) return std::string(text_of(*request.binary_payload));
    return std::move(request.payload).value_or("");
}

Result<std::vector<sql::Value>> answers_of(const TestTopicRuleRequest& request,
                                           sql::Version version) {
    std::vector<sql::Value> answers;
    for (const std::string& each : request.answers.value_or(std::vector<std::string>())) {
        auto value = sql::Value::parse(each, version);
        if (value.is_undefined()) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("answers: number {} is no JSON", answers.size() + 1));
        }
        answers.push_back(std::move(value));
    }
    return answers;
}

Result<rules::TrialInput> input_of(const Caller& caller, const Clock& clock,
                                   TestTopicRuleRequest request) {
    auto payload = payload_of(request);
    if (!payload) return fail(std::move(payload.error()));
    const sql::Version version = version_of(request.aws_iot_sql_version);
    auto answers = answers_of(request, version);
    if (!answers) return fail(std::move(answers.error()));
    SystemRandom random;
    rules::TrialInput input{.sql = std::move(request.sql),
                            .version = version,
                            .topic = std::move(request.topic),
                            .payload = std::move(*payload),
                            .client_id = std::move(request.client_id).value_or(""),
                            .principal = std::move(request.principal).value_or(""),
                            .source_ip = std::move(request.source_ip).value_or(""),
                            .account = caller.tenant.account.value(),
                            .content_type = std::move(request.content_type).value_or(""),
                            .trace_id = make_uuid(random),
                            .now = clock.wall_now(),
                            .answers = std::move(*answers)};
    for (UserProperty& each : request.user_properties.value_or(std::vector<UserProperty>())) {
        input.user_properties.emplace_back(std::move(each.key), std::move(each.value));
    }
    input.templates = std::move(request.templates).value_or(std::vector<std::string>());
    return input;
}

std::vector<Evaluated> shape_of(const std::vector<sql::Explained>& parts) {
    std::vector<Evaluated> made;
    for (const sql::Explained& part : parts) {
        Evaluated evaluated{.expression = part.expression,
                            .is_undefined = part.value.is_undefined()};
        if (!part.value.is_undefined()) evaluated.value = rules::shown(part.value);
        made.push_back(std::move(evaluated));
    }
    return made;
}

TestTopicRuleResponse response_of(rules::Trial trial, const rules::TrialInput& input) {
    TestTopicRuleResponse response{.matches = trial.matches(),
                                   .verdict = verdict(trial, input),
                                   .variables = shape_of(trial.explanation.variables),
                                   .condition = shape_of(trial.explanation.condition),
                                   .items = shape_of(trial.explanation.items),
                                   .templates = std::vector<FilledTemplate>(),
                                   .warnings = std::move(trial.warnings)};
    if (trial.payload_problem) response.payload_problem = trial.payload_problem->describe();
    for (auto& [text, filled] : trial.templates) {
        response.templates->push_back({.template_ = std::move(text),
                                       .is_undefined = filled.undefined.has_value(),
                                       .text = rules::text_of_template(filled)});
    }
    if (!trial.matches()) return response;
    std::string& payload = trial.explanation.payload;
    if (is_utf8(payload)) {
        response.payload = std::move(payload);
    } else {
        const BytesView bytes = bytes_of(payload);
        response.binary_payload = Bytes(bytes.begin(), bytes.end());
    }
    return response;
}

}  // namespace

async::Task<Result<TestTopicRuleResponse>> TestTopicRule::handle(
    const Caller& caller, TestTopicRuleRequest request) const {
    auto input = input_of(caller, clock, std::move(request));
    if (!input) co_return fail(std::move(input.error()));
    auto trial =
        co_await workers.run(*async::EventLoop::current(), [&] { return rules::try_out(*input); });
    if (!trial && trial.error().kind == ErrorKind::Unavailable) {
        co_return fail(ErrorKind::Throttled, "others are trying statements just now; try again");
    }
    if (!trial) co_return fail(trial.error().kind, trial.error().describe());
    co_return response_of(std::move(*trial), *input);
}

}  // namespace gatehouse::api::gatehouse
