#include "registry/declared_authorizers.h"

#include <algorithm>

namespace gatehouse::registry {

const Authorizer* DeclaredAuthorizers::find(const Tenant& tenant, std::string_view name) const {
    const auto found = std::ranges::find_if(authorizers, [&](const Authorizer& one) {
        return one.name.view() == name && one.tenant == tenant;
    });
    return found == authorizers.end() ? nullptr : &*found;
}

}  // namespace gatehouse::registry
