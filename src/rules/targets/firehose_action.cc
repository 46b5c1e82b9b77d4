// The action firehose: the message becomes a record of a delivery stream, or with batchMode each
// element of an array does.
//
// Records of a batch that the service could not take are sent again at once, and the others not;
// what it still does not take makes the action fail as a whole.
//
// Source: AWS IoT Developer Guide, "Firehose"; Firehose API Reference, PutRecord, PutRecordBatch.
#include <fmt/format.h>

#include <array>

#include "base/arn.h"
#include "base/encoding.h"
#include "rules/targets/aws_action.h"
#include "rules/targets/aws_actions.h"
#include "sql/value.h"

namespace gatehouse::rules {
namespace {

constexpr std::array<std::string_view, 4> separators{"\n", "\t", "\r\n", ","};
constexpr std::size_t records_max = 500;
constexpr int tries_max = 3;

struct BatchAnswer {
    std::vector<std::string> left;  // records that were not taken
    std::string why;                // of the first of them
};

// InvalidInput: it is no answer to a batch of as many records.
Result<BatchAnswer> read_batch_answer(std::string_view body, std::vector<std::string> sent) {
    const auto wrong = [] {
        return fail(ErrorKind::InvalidInput, "the answer to a batch of records cannot be read");
    };
    const auto answer = parse_json(body, "the answer");
    if (!answer || !answer->is_object()) return wrong();
    const json::value* const responses = answer->as_object().if_contains("RequestResponses");
    if (responses == nullptr || !responses->is_array() ||
        responses->as_array().size() != sent.size()) {
        return wrong();
    }
    BatchAnswer read;
    for (std::size_t i = 0; i < sent.size(); ++i) {
        const json::value& each = responses->as_array()[i];
        if (!each.is_object()) return wrong();
        const json::value* const code = each.as_object().if_contains("ErrorCode");
        if (code == nullptr || !code->is_string() || code->as_string().empty()) continue;
        if (read.left.empty()) read.why = code->as_string();
        read.left.push_back(std::move(sent[i]));
    }
    return read;
}

class FirehoseAction final : public AwsAction {
public:
    explicit FirehoseAction(const ActionParts& parts)
        : AwsAction(AwsService::Firehose,
                    {"FirehoseAction", "DeliveryStreamName", "Failed to put record to Firehose."},
                    parts) {}

    Result<Call> call(const Job& job) const override {
        return json_call("Firehose_20150804.PutRecord", JsonVersion::V1_1,
                         to_text(json::object{{"DeliveryStreamName", job.text(target)},
                                              {"Record", record(*job.payload)}}));
    }

    RoleNeed need(const Job& job) const override {
        return {batch_mode ? "firehose:PutRecordBatch" : "firehose:PutRecord",
                make_arn(job.rule->tenant, "firehose",
                         fmt::format("deliverystream/{}", job.text(target)))};
    }

    async::Task<Result<Done>> perform(const Job& job, Deadline deadline) const override {
        auto records = elements(job);
        if (!records) co_return fail(std::move(records.error()));
        // Anything but an array is one record, with batchMode, too.
        if (records->empty()) co_return co_await AwsAction::perform(job, deadline);
        if (auto allowed = co_await check_role(job); !allowed) {
            co_return fail(std::move(allowed.error()));
        }
        std::string why;
        for (int tried = 0; tried < tries_max && !records->empty(); ++tried) {
            const auto answer = co_await ask(batch(job.text(target), *records), deadline);
            if (!answer) co_return fail(answer.error());
            auto read = read_batch_answer(answer->body, std::move(*records));
            if (!read) co_return fail(std::move(read.error()));
            *records = std::move(read->left);
            why = std::move(read->why);
        }
        if (records->empty()) co_return Done{};
        co_return fail(ErrorKind::Throttled,
                       fmt::format("Firehose did not take {} of the records of a batch: {}",
                                   records->size(), why.substr(0, 200)));
    }

    std::string separator;
    bool batch_mode = false;

private:
    json::object record(std::string_view data) const {
        std::string bytes(data);
        bytes += separator;
        return {{"Data", to_base64(bytes_of(bytes))}};
    }

    Call batch(std::string_view stream, std::span<const std::string> texts) const {
        json::array records;
        for (const std::string& text : texts) records.push_back(record(text));
        return json_call(
            "Firehose_20150804.PutRecordBatch", JsonVersion::V1_1,
            to_text(json::object{{"DeliveryStreamName", stream}, {"Records", std::move(records)}}));
    }

    // Empty: what there is goes as one record.
    Result<std::vector<std::string>> elements(const Job& job) const {
        std::vector<std::string> texts;
        sql::Document document;
        if (!batch_mode || !job.is_json || !document.parse(*job.payload) ||
            document.kind(0) != sql::Document::Kind::Array) {
            return texts;
        }
        for (auto at = document.first(0); at != document.end(0); at = document.next(at)) {
            if (texts.size() == records_max) {
                return fail(ErrorKind::InvalidInput,
                            fmt::format("a batch has at most {} records", records_max));
            }
            texts.push_back(sql::to_json(sql::Value::at(document, at, sql::Version::V2016)));
        }
        if (texts.empty()) return fail(ErrorKind::InvalidInput, "a batch has at least one record");
        return texts;
    }
};

}  // namespace

Result<ActionPtr> make_firehose_action(Parameters& parameters, const ActionParts& parts) {
    auto action = std::make_shared<FirehoseAction>(parts);
    action->role = parameters.role_arn();
    action->target = parameters.text("deliveryStreamName");
    action->separator = parameters.choice("separator", separators, "");
    action->batch_mode = parameters.truth("batchMode", false);
    check_endpoint(parameters, parts, AwsService::Firehose, "deliveryStreamName");
    if (auto read = parameters.finish(); !read) return fail(std::move(read.error()));
    return action;
}

}  // namespace gatehouse::rules
