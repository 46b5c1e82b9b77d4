// A device that logs in with a password: the function that knows its hash, and the authorizer that
// asks this function.
#pragma once

#include <string>

#include "base/json.h"
#include "server/client/api_client.h"

namespace gatehouse::server {

struct PasswordDevice {
    std::string name;
    std::string password;
    std::string policy_document;

    // Of both the function and the authorizer: "pump-Authorizer".
    std::string authorizer_name() const { return name + "-Authorizer"; }
};

// The longest name whose function's name is one.
inline constexpr std::size_t password_device_name_max = 53;

// The function of a device that is there.
struct PasswordFunction {
    json::object variables;
    std::string policy_document;  // which the device has now
    std::string revision;
};

// Makes both. When the second fails, the first is taken back.
Answer<void> create_password_device(const ApiClient& client, const PasswordDevice& device);
// Conflict: the function of that name knows no password, so it is none of ours.
Answer<PasswordFunction> find_password_function(const ApiClient& client,
                                                const PasswordDevice& device);
// Gives the function the hash of another password, and leaves the rest of it as it was found.
Answer<void> renew_password_device(const ApiClient& client, const PasswordDevice& device,
                                   PasswordFunction found);

}  // namespace gatehouse::server
