// Authorizers that a file of the server's operator declares, beside those that are stored. They are
// described and listed like any other, may be the default, and are changed in their file alone.
//
// Values; immutable once shared.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "registry/authorizer.h"

namespace gatehouse::registry {

struct DeclaredAuthorizers {
    std::vector<Authorizer> authorizers;  // by name
    std::string origin;                   // "authorizers-file (/etc/gatehouse/authorizers.json)"

    // Null when none of that name is declared.
    const Authorizer* find(const Tenant& tenant, std::string_view name) const;
};
// Never null.
using DeclaredAuthorizersPtr = std::shared_ptr<const DeclaredAuthorizers>;

}  // namespace gatehouse::registry
