// Whose resources these are: an account in a region. Every resource, session and topic tree
// belongs to exactly one tenant.
#pragma once

#include <string>
#include <string_view>

#include "base/named.h"

namespace gatehouse {

using AccountId = Named<std::string, struct AccountIdTag>;  // 12 digits
using Region = Named<std::string, struct RegionTag>;        // "us-east-1"

inline constexpr const char* default_account = "000000000000";
inline constexpr const char* default_region = "us-east-1";

struct Tenant {
    AccountId account{default_account};
    Region region{default_region};

    auto operator<=>(const Tenant&) const = default;
    bool operator==(const Tenant&) const = default;
};

// Whether the text is an account id: exactly 12 decimal digits.
inline bool is_account_id(std::string_view text) {
    return text.size() == 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Whether the text may be a region's name: 1 to 32 of a-z, 0-9 and '-'. What is not comes from a
// client's mouth and must not become the name of a folder.
inline bool is_region(std::string_view text) {
    return !text.empty() && text.size() <= 32 &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") ==
               std::string_view::npos;
}

}  // namespace gatehouse

template <>
struct std::hash<gatehouse::Tenant> {
    std::size_t operator()(const gatehouse::Tenant& tenant) const noexcept {
        return std::hash<std::string>{}(tenant.account.value()) * 31 +
               std::hash<std::string>{}(tenant.region.value());
    }
};
