#include "iam/identity.h"

#include <fmt/format.h>

#include "base/arn.h"

namespace gatehouse::iam {

std::string IdentityName::text() const {
    return fmt::format("{}/{}", name_of_choice(kind), name);
}

std::optional<IdentityName> parse_identity_name(std::string_view text) {
    const auto slash = text.find('/');
    const auto kind = parse_choice<IdentityKind>(text.substr(0, slash));
    if (slash == text.npos || !kind) return std::nullopt;
    return IdentityName{*kind, std::string(text.substr(slash + 1))};
}

std::string iam_arn(const Tenant& tenant, std::string_view resource) {
    return fmt::format("arn:{}:iam::{}:{}", partition_of(tenant.region), tenant.account.view(),
                       resource);
}

std::string arn_of(const Tenant& tenant, const Identity& identity) {
    return iam_arn(tenant, fmt::format("{}{}{}", name_of_choice(identity.name.kind), identity.path,
                                       identity.name.name));
}

std::string_view id_prefix(IdentityKind kind) {
    switch (kind) {
        case IdentityKind::User: return "AIDA";
        case IdentityKind::Group: return "AGPA";
        case IdentityKind::Role: return "AROA";
    }
    return "AIDA";
}

}  // namespace gatehouse::iam
