// The user name and password of an HTTP request's Basic authentication. Pure.
//
// Source: RFC 9110, 11.1; RFC 7617.
#pragma once

#include <optional>
#include <string>

#include "authentication/credentials.h"

namespace gatehouse::authentication {

struct BasicCredentials {
    std::string user;
    std::string password;
};

// nullopt: there is no such header, it is of another scheme, or it cannot be read.
std::optional<BasicCredentials> basic_credentials(const Credentials& credentials);

}  // namespace gatehouse::authentication
