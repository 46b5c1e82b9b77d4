#include "registry/elsewhere.h"

#include <fmt/format.h>

#include <algorithm>

namespace gatehouse::registry {

std::string describe(const Tenant& tenant) {
    return fmt::format("account {}, region {}", tenant.account.view(), tenant.region.view());
}

std::string describe_elsewhere(const Tenant& here, std::span<const Tenant> found) {
    // The own account's other regions first: that is the likelier mistake.
    const auto same_account = std::ranges::find_if(found, [&](const Tenant& tenant) {
        return tenant.account == here.account && tenant.region != here.region;
    });
    if (same_account != found.end()) {
        return fmt::format(
            "; it exists in region {0} of this account: start the server with --region {0}, or, "
            "where it serves all regions (--tenancy multi), use that region's host name or sign "
            "for that region",
            same_account->region.view());
    }
    const auto other = std::ranges::find_if(
        found, [&](const Tenant& tenant) { return tenant.account != here.account; });
    if (other == found.end()) return "";
    return fmt::format("; it exists in {}: use that account's host name or credentials",
                       describe(*other));
}

}  // namespace gatehouse::registry
