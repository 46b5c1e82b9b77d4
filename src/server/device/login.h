// The MQTT user name by which a device asks for a custom authorizer:
// USER?x-amz-customauthorizer-name=NAME&TOKENKEY=TOKEN&x-amz-customauthorizer-signature=SIGNATURE
//
// Source: AWS IoT Core Developer Guide, "Custom authentication"; the order is that of the AWS
// SDKs for MQTT 5. Unlike those, every value is percent-encoded, the name and the token as well.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"

namespace gatehouse::server::device {

struct Login {
    std::optional<std::string> user;
    std::optional<std::string> password;
    std::optional<std::string> authorizer;
    // All three or none: the token is sent under its key, signed.
    std::optional<std::string> token_key;
    std::optional<std::string> token;
    // Base64; one that holds a '%' is taken as encoded already.
    std::optional<std::string> signature;
};

// Nothing when there is nothing to send. A user that has a query string already is continued with
// '&'. InvalidInput for names that no authorizer can have, and for a query that says twice which
// authorizer is meant.
Result<std::optional<std::string>> build_user_name(const Login& login);

}  // namespace gatehouse::server::device
