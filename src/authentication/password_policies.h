// The policies of password-file users: a folder of documents, NAME.json, with
// `${gatehouse:UserName}` for the user's name beside the variables that AWS IoT knows.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"

namespace gatehouse::authentication {

inline constexpr std::string_view user_name_variable = "${gatehouse:UserName}";
inline constexpr std::size_t password_policies_max = 1000;
inline constexpr std::size_t password_policy_bytes_max = 64 * 1024;

class PasswordPolicies {
public:
    // Reads every NAME.json; other files are left alone. InvalidInput, NotFound, with the file: a
    // document that is no policy, or more of them than are taken.
    static Result<PasswordPolicies> read(const std::filesystem::path& folder);

    bool has(std::string_view name) const { return texts_.contains(std::string(name)); }
    // Requires: has(), and a name that is_password_user_name().
    std::string document_for(const std::string& policy, std::string_view user) const;
    // The errors of policy::parse_document() where it is no policy, which may be since it is too
    // long with this name. Requires the same.
    Result<void> check_for(const std::string& policy, std::string_view user) const;

private:
    std::unordered_map<std::string, std::string> texts_;  // by name
};

}  // namespace gatehouse::authentication
