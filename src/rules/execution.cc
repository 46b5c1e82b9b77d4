#include "rules/execution.h"

#include "base/encoding.h"
#include "base/json.h"

namespace gatehouse::rules {

bool Execution::is_pledged() const {
    return rule->assurance == Assurance::AtLeastOnce && message->hold.is_held();
}

std::size_t Execution::bytes() const {
    std::size_t bytes = sizeof(*this);
    for (const ActionFailure& each : failures) {
        bytes += sizeof(each) + each.action.size() + each.resource.size() + each.message.size();
    }
    for (const MessagePtr& each : others) bytes += each->bytes();
    return bytes;
}

namespace {

void put_message(json::object& told, const Message& message) {
    told["cloudwatchTraceId"] = message.trace_id;
    told["clientId"] = message.client_id.empty() ? std::string("N/A") : message.client_id;
    told["base64OriginalPayload"] = to_base64(bytes_of(message.payload));
}

json::array messages_of_batch(const Execution& execution) {
    json::array messages;
    const auto add = [&](const Message& message) {
        json::object told{{"id", messages.size() + 1}};
        if (execution.batch == BatchTold::AcrossTopics) told["topic"] = message.ruled_topic();
        put_message(told, message);
        messages.push_back(std::move(told));
    };
    add(*execution.message);
    for (const MessagePtr& each : execution.others) add(*each);
    return messages;
}

}  // namespace

std::string error_payload(const Execution& execution) {
    json::array failures;
    for (const ActionFailure& failure : execution.failures) {
        failures.push_back(json::object{{"failedAction", failure.action},
                                        {"failedResource", failure.resource},
                                        {"errorMessage", failure.message}});
    }
    json::object told{{"ruleName", execution.rule->facts->name}};
    if (execution.batch != BatchTold::AcrossTopics) {
        told["topic"] = execution.message->ruled_topic();
    }
    if (execution.batch == BatchTold::Apart) {
        put_message(told, *execution.message);
    } else {
        told["payloadsWithMetadata"] = messages_of_batch(execution);
    }
    told["failures"] = std::move(failures);
    return to_text(told);
}

}  // namespace gatehouse::rules
