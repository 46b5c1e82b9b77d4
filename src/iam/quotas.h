// Bounds of what an account may have. Source: IAM User Guide, "IAM and AWS STS quotas".
#pragma once

#include <cstddef>
#include <cstdint>

namespace gatehouse::iam::quotas {

inline constexpr std::size_t users_max = 5000;
inline constexpr std::size_t groups_max = 300;
inline constexpr std::size_t roles_max = 1000;
inline constexpr std::size_t policies_max = 1500;  // managed ones of an account
inline constexpr std::size_t versions_max = 5;     // of a managed policy
inline constexpr std::size_t attached_max = 10;    // managed policies to one user, group or role
inline constexpr std::size_t groups_of_user_max = 10;
inline constexpr std::size_t keys_of_user_max = 2;
// Characters of documents, white space not counted; of inline policies, all of one identity.
inline constexpr std::size_t user_inline_characters_max = 2048;
inline constexpr std::size_t group_inline_characters_max = 5120;
inline constexpr std::size_t role_inline_characters_max = 10'240;
inline constexpr std::uint32_t managed_characters_max = 6144;
inline constexpr std::uint32_t trust_characters_max = 2048;

}  // namespace gatehouse::iam::quotas
