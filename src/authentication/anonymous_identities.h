// Who anonymous clients are, and what they may do: all of a tenant the same, so that they share one
// identity unless the policy speaks of something that is the connection's own.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <memory>
#include <unordered_map>
#include <vector>

#include "async/guarded.h"
#include "authentication/credentials.h"
#include "authentication/identity.h"
#include "base/pinned.h"
#include "policy/document.h"
#include "policy/policy_index.h"

namespace gatehouse::authentication {

class AnonymousIdentities : Pinned {
public:
    // Of how many tenants anything is kept; clients of others get an identity each.
    static constexpr std::size_t tenants_max = 256;

    // `documents`: what anonymous clients may do. The clock must outlive this and their identities.
    AnonymousIdentities(const std::vector<policy::DocumentPointer>& documents, const Clock& clock);

    IdentityPtr identity_of(const Credentials& credentials);

private:
    struct Shared {
        std::shared_ptr<const policy::PolicyIndex> index;  // null: cannot be shared
        IdentityPtr identity;                              // null: each has its own
    };

    Shared shared_by(const Tenant& tenant);
    Shared make_shared_by(const Tenant& tenant) const;

    std::vector<policy::PolicySource> sources_;
    const Clock& clock_;
    async::Guarded<std::unordered_map<Tenant, Shared>> shared_;
};

}  // namespace gatehouse::authentication
