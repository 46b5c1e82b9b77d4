#include "iam/principal.h"

#include "base/arn.h"

namespace gatehouse::iam {

std::optional<CallerName> parse_caller(std::string_view text) {
    const auto arn = parse_arn(text);
    if (!arn) return std::nullopt;
    const std::string_view resource = arn->resource;
    const auto last = resource.rfind('/');
    const std::string name(resource.substr(last == resource.npos ? 0 : last + 1));
    if (arn->service == "iam") {
        if (resource == "root") return CallerName{};
        if (!resource.starts_with("user/")) return std::nullopt;
        return CallerName{IdentityName{IdentityKind::User, name}, ""};
    }
    constexpr std::string_view assumed = "assumed-role/";
    if (arn->service != "sts" || !resource.starts_with(assumed) || last < assumed.size()) {
        return std::nullopt;
    }
    const std::string role(resource.substr(assumed.size(), last - assumed.size()));
    return CallerName{IdentityName{IdentityKind::Role, role}, name};
}

}  // namespace gatehouse::iam
