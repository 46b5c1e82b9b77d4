// Whether AWS IoT may invoke an authorizer's function: what the server asks before it calls one,
// and what the commands show.
//
// Source: AWS IoT Developer Guide, "Authorizing AWS IoT to invoke your Lambda function".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::server {

struct AuthorizerInvoke {
    std::string_view function_name;
    std::string_view function_arn;
    std::string_view authorizer_arn;
    std::string_view account;
};

// What is missing in the function's resource policy (JSON; empty: it has none), with the command
// that mends it; nothing when the call is permitted.
std::optional<std::string> missing_invoke_permission(const std::string& policy,
                                                     const AuthorizerInvoke& call);

}  // namespace gatehouse::server
