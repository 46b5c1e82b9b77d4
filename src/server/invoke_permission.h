// Whether AWS IoT may invoke a function for a resource of its, an authorizer or a domain
// configuration: what the server asks before it calls one, and what the commands show.
//
// Source: AWS IoT Developer Guide, "Authorizing AWS IoT to invoke your Lambda function".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::server {

struct IotInvoke {
    std::string_view function_name;
    std::string_view function_arn;
    std::string_view source_arn;  // of the resource
    std::string_view account;
};

// What is missing in the function's resource policy (JSON; empty: it has none), with the command
// that mends it; nothing when the call is permitted.
std::optional<std::string> missing_invoke_permission(const std::string& policy,
                                                     const IotInvoke& call);

}  // namespace gatehouse::server
