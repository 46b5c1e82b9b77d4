// Compiled policies that many identities share: an authorizer that answers the same documents
// for a whole fleet makes one object, not one a connection.
//
// Only policies that come out the same for every connection are remembered: documents without
// variables and conditions. They live as long as an identity holds them.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>

#include "async/guarded.h"
#include "base/pinned.h"
#include "base/tenant.h"
#include "policy/compiled_policies.h"

namespace gatehouse::authentication {

using CompiledPoliciesPtr = std::shared_ptr<const policy::CompiledPolicies>;

class SharedPolicies : Pinned {
public:
    // How many different answers are known at once; others are compiled a connection.
    static constexpr std::size_t known_max = 64;

    // What these texts, in this order, were compiled to; null: not known.
    CompiledPoliciesPtr find(const Tenant& tenant, std::span<const std::string> texts) const;
    // Does nothing unless the policies are the same for every connection of the tenant.
    // Requires: compiled from these texts for this tenant.
    void remember(const Tenant& tenant, std::span<const std::string> texts,
                  const CompiledPoliciesPtr& policies);

private:
    using Known = std::unordered_map<std::string, std::weak_ptr<const policy::CompiledPolicies>>;
    async::Guarded<Known> known_;
};

}  // namespace gatehouse::authentication
