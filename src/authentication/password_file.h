// The users of the authorizer that needs no function: a line each,
//
//   NAME:HASH            may do what the default policy says
//   NAME:HASH:POLICY     may do what that policy says
//
// with comments ("# …") and empty lines between them. docs/reference/password-file.md.
//
// Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"

namespace gatehouse::authentication {

inline constexpr std::size_t password_users_max = 100'000;
inline constexpr std::size_t password_file_bytes_max = 32 * 1024 * 1024;
inline constexpr std::string_view default_policy_name = "default";

struct PasswordUser {
    std::string hash;
    std::string policy;  // the name of a policy
};
using PasswordUsers = std::unordered_map<std::string, PasswordUser>;

// 1 to 128 letters, digits and any of "_.@=,+-": nothing that would mean something in a policy.
bool is_password_user_name(std::string_view name);
// 1 to 64 letters, digits, '_' and '-'.
bool is_policy_name(std::string_view name);

// InvalidInput with "FILE:LINE: " and what is wrong. The form of hashes is checked, not their cost
// in time.
Result<PasswordUsers> parse_password_file(std::string_view text, std::string_view file_name);

// The text with this user's line replaced or added; an empty hash takes it out. Other lines stay as
// they are. Whether there was one before.
struct ChangedPasswordFile {
    std::string text;
    bool was_there = false;
};
ChangedPasswordFile change_password_file(std::string_view text, std::string_view name,
                                         const PasswordUser& user);

}  // namespace gatehouse::authentication
