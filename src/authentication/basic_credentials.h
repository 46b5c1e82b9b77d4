// The user name and password in an HTTP request's Authorization. Pure.
//
// Functions decode it by what their language has at hand, which often does not look at the scheme
// and skips what is not base64. So odd spellings are told apart here, and their passwords known.
//
// Source: RFC 9110, 11.1; RFC 7617.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "authentication/credentials.h"

namespace gatehouse::authentication {

struct BasicCredentials {
    std::string user;
    std::string password;
};

// Any: what stands behind the name of another scheme, or none, if it looks like a user's.
enum class Scheme : bool { Basic, Any };

// nullopt: there is no such header, it is of another scheme, it is no base64 or without a colon.
std::optional<BasicCredentials> basic_credentials(const Credentials& credentials, Scheme scheme);

// Whether it is no base64, but called Basic, or a function may find a user in it all the same.
bool may_hide_user(const Credentials& credentials);

// The passwords that a function may find in it, however it is spelled.
std::vector<std::string> passwords_in_authorization(const Credentials& credentials);

}  // namespace gatehouse::authentication
