#include "registry/policy.h"

#include <algorithm>
#include <charconv>

#include "base/arn.h"

namespace gatehouse::registry {

std::string Policy::arn() const {
    return arn_of(tenant, name);
}

const PolicyVersion* Policy::version(PolicyVersionId id) const {
    const auto found = std::ranges::find(versions, id, &PolicyVersion::id);
    return found == versions.end() ? nullptr : &*found;
}

std::string arn_of(const Tenant& tenant, const PolicyName& name) {
    return make_arn(tenant, "iot", "policy/" + name.value());
}

std::optional<PolicyVersionId> parse_policy_version(std::string_view text) {
    std::uint32_t number = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end || number == 0) return std::nullopt;
    return PolicyVersionId(number);
}

std::string text_of(PolicyVersionId id) {
    return std::to_string(id.value());
}

}  // namespace gatehouse::registry
