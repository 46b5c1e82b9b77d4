// The action sqs: the message becomes one of a queue's. It is sent to the declared endpoint, with
// the queue's URL as its name.
// Source: AWS IoT Developer Guide, "SQS"; Amazon SQS API Reference, SendMessage.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "base/arn.h"
#include "base/encoding.h"
#include "net/http_url.h"
#include "rules/targets/aws_action.h"
#include "rules/targets/aws_actions.h"

namespace gatehouse::rules {
namespace {

// Characters that a queue takes: #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 on.
bool is_message_text(std::string_view text) {
    if (text.empty() || !is_utf8(text)) return false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r') return false;
        const std::string_view three = text.substr(at, 3);
        if (three == "\xEF\xBF\xBE" || three == "\xEF\xBF\xBF") return false;
    }
    return true;
}

constexpr std::size_t queue_name_bytes_max = 80;

struct Queue {
    std::string account;
    std::string name;
};

bool is_queue_name(std::string_view name) {
    return !name.empty() && name.size() <= queue_name_bytes_max &&
           std::ranges::all_of(name, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '-' || c == '_';
           });
}

// Whose the queue is, and its name: the whole path of its URL, so that the queue that the role is
// asked about is the one that is written to. Source: Amazon SQS Developer Guide, "Queue and message
// identifiers".
std::optional<Queue> queue_at(std::string_view text) {
    const auto url = net::HttpUrl::parse(text);
    if (!url) return std::nullopt;
    const std::string& path = url->target;  // with the query, which is no part of a name
    const auto slash = path.find('/', 1);
    if (slash == path.npos) return std::nullopt;
    Queue queue{path.substr(1, slash - 1), path.substr(slash + 1)};
    if (!is_account_id(queue.account) || !is_queue_name(queue.name)) return std::nullopt;
    return queue;
}

class SqsAction final : public AwsAction {
public:
    explicit SqsAction(const ActionParts& parts)
        : AwsAction(AwsService::Sqs, {"SqsAction", "QueueUrl", "Failed to send message to SQS."},
                    parts) {}

    Result<Call> call(const Job& job) const override {
        const std::string_view queue = job.text(target);
        if (!queue_at(queue)) {
            return fail(ErrorKind::InvalidInput,
                        "queueUrl comes to what is no queue's URL: https://HOST/ACCOUNT/NAME");
        }
        std::string message = use_base64 ? to_base64(bytes_of(*job.payload)) : *job.payload;
        if (!is_message_text(message)) {
            return fail(ErrorKind::InvalidInput,
                        "SQS takes texts that are not empty and hold no control characters; "
                        "useBase64 makes one of any payload");
        }
        return json_call(
            "AmazonSQS.SendMessage", JsonVersion::V1_0,
            to_text(json::object{{"QueueUrl", queue}, {"MessageBody", std::move(message)}}));
    }

    // Asked of what call() took for a queue.
    RoleNeed need(const Job& job) const override {
        const Queue queue = queue_at(job.text(target)).value();
        return {"sqs:SendMessage",
                fmt::format("arn:{}:sqs:{}:{}:{}", partition_of(job.rule->tenant.region),
                            job.rule->tenant.region.view(), queue.account, queue.name)};
    }

    bool use_base64 = false;
};

}  // namespace

Result<ActionPtr> make_sqs_action(Parameters& parameters, const ActionParts& parts) {
    auto action = std::make_shared<SqsAction>(parts);
    action->role = parameters.role_arn();
    action->target = parameters.text("queueUrl");
    action->use_base64 = parameters.truth("useBase64", false);
    const std::string url = action->target.is_constant() ? action->target.constant() : "";
    if (url.ends_with(".fifo")) {
        parameters.refuse("queueUrl", "is of a FIFO queue, which the action does not send to");
    } else if (!url.empty() && !queue_at(url)) {
        parameters.refuse("queueUrl", "is no queue's URL: https://HOST/ACCOUNT/NAME");
    }
    check_endpoint(parameters, parts, AwsService::Sqs, "queueUrl");
    if (auto read = parameters.finish(); !read) return fail(std::move(read.error()));
    return action;
}

}  // namespace gatehouse::rules
