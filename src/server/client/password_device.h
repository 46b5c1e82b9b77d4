// A device that logs in with a password: the function that knows its hash, and the authorizer that
// asks this function.
#pragma once

#include <string>

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

// Makes both. When the second fails, the first is taken back.
Answer<void> create_password_device(const ApiClient& client, const PasswordDevice& device);
// Gives the function the hash of another password, and the policy.
Answer<void> renew_password_device(const ApiClient& client, const PasswordDevice& device);

}  // namespace gatehouse::server
