// The event that a custom authorizer's function receives.
//
// Source: AWS IoT Core Developer Guide, "Defining your Lambda function" (custom authentication).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "authentication/credentials.h"

namespace gatehouse::authentication {

enum class Password : std::uint8_t { Shown, Masked };

struct TokenFacts {
    std::optional<std::string> token;  // as the client sent it under the authorizer's key
    bool signature_verified = false;
};

// Compact JSON; members that do not apply are absent. With Password::Masked, for logs, the
// password, the token, HTTP header values and queries are masked, the user name as logs/masking.h
// does it.
std::string make_authorizer_event(const Credentials& credentials, const TokenFacts& token,
                                  Password password);

}  // namespace gatehouse::authentication
