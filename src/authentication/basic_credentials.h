// The user name and password in an HTTP request's Authorization. Pure.
//
// Functions decode it by what their language has at hand, which often does not look at the scheme
// and skips what is not base64. So odd spellings are told apart here, and their passwords known.
//
// Source: RFC 9110, 11.1; RFC 7617.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "authentication/credentials.h"

namespace gatehouse::authentication {

struct BasicCredentials {
    std::string user;
    std::string password;
};

// What the Authorization says, by its form alone.
enum class AuthorizationForm : std::uint8_t {
    None,        // there is no such header
    User,        // of the scheme Basic with a user and a password, or another that looks like it
    Unreadable,  // not base64, but a function may find a user in it, or it is called Basic
    Other        // a token, say
};
AuthorizationForm authorization_form(const Credentials& credentials);

// Of the form User; the scheme of another name only where `any_scheme`.
std::optional<BasicCredentials> basic_credentials(const Credentials& credentials,
                                                  bool any_scheme = false);

// The passwords that a function may find in it, however it is spelled.
std::vector<std::string> passwords_in_authorization(const Credentials& credentials);

}  // namespace gatehouse::authentication
