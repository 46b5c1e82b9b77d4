#include "rules/execution.h"

#include "base/encoding.h"
#include "base/json.h"

namespace gatehouse::rules {

std::string error_payload(const Execution& execution) {
    json::array failures;
    for (const ActionFailure& failure : execution.failures) {
        failures.push_back(json::object{{"failedAction", failure.action},
                                        {"failedResource", failure.resource},
                                        {"errorMessage", failure.message}});
    }
    const Message& message = *execution.message;
    return to_text(json::object{
        {"ruleName", execution.rule->facts->name},
        {"topic", message.ruled_topic()},
        {"cloudwatchTraceId", message.trace_id},
        {"clientId", message.client_id.empty() ? std::string("N/A") : message.client_id},
        {"base64OriginalPayload", to_base64(bytes_of(message.payload))},
        {"failures", std::move(failures)}});
}

}  // namespace gatehouse::rules
