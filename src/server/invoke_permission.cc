#include "server/invoke_permission.h"

#include <fmt/format.h>

#include "policy/resource_policy.h"

namespace gatehouse::server {

std::optional<std::string> missing_invoke_permission(const std::string& policy,
                                                     const IotInvoke& call) {
    policy::DocumentPointer document;
    if (!policy.empty()) {
        auto parsed = policy::parse_document(policy, policy::Dialect::ResourcePolicy);
        if (!parsed) {
            return fmt::format("the resource policy of function '{}' cannot be read: {}",
                               call.function_name, parsed.error().describe());
        }
        document = std::make_shared<const policy::Document>(std::move(*parsed));
    }
    const policy::ServiceAnswer answer =
        policy::allows_service(document, {.service = "iot.amazonaws.com",
                                          .action = "lambda:InvokeFunction",
                                          .resource = std::string(call.function_arn),
                                          .source_arn = std::string(call.source_arn),
                                          .source_account = std::string(call.account)});
    if (answer.allowed()) return std::nullopt;
    return fmt::format("function '{}' does not permit iot.amazonaws.com to invoke it. {}",
                       call.function_name, answer.advice);
}

}  // namespace gatehouse::server
