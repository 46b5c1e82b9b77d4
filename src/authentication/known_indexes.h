// Indexes of policies that connections share, found again by what they were made of. Each lives as
// long as a connection holds it.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "async/guarded.h"
#include "base/pinned.h"
#include "base/tenant.h"
#include "policy/compiled_policies.h"

namespace gatehouse::authentication {

using CompiledPoliciesPtr = std::shared_ptr<const policy::CompiledPolicies>;
using PolicyIndexPtr = std::shared_ptr<const policy::PolicyIndex>;

class KnownIndexes : Pinned {
public:
    // How many are known at once, and how long may be what they are made of.
    static constexpr std::size_t known_max = 256;
    static constexpr std::size_t text_bytes_max = 32UL * 1024;

    // `kind` keeps apart what is made of the same texts in different ways.
    static std::string key_of(const Tenant& tenant, std::string_view kind,
                              std::span<const std::string> texts);

    // Null: none.
    PolicyIndexPtr find(const std::string& key) const;
    // One that is made of too much is not.
    void remember(const std::string& key, const PolicyIndexPtr& index);

private:
    async::Guarded<std::unordered_map<std::string, std::weak_ptr<const policy::PolicyIndex>>>
        known_;
};

}  // namespace gatehouse::authentication
