// The destinations of topic rules as they stand at one moment, for those who post: no disk, no
// lock.
//
// Threads: immutable; any.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "base/result.h"
#include "registry/topic_rule_destination.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

class TopicRuleDestinationDirectory {
public:
    // Reads everything from the store (blocking). Records that do not read back are left out.
    static Result<std::shared_ptr<const TopicRuleDestinationDirectory>> read(
        storage::ResourceStore& store);

    // Whether rules of the tenant may post to what the URL confirms. NotAllowed says why not.
    Result<void> check(const Tenant& tenant, const std::string& confirmation_url) const;
    // The same for what is sent into a VPC.
    Result<void> check_vpc(const Tenant& tenant, const std::string& arn) const;
    bool has(const Tenant& tenant, const std::string& confirmation_url) const;

private:
    using Statuses = std::unordered_map<std::string, DestinationStatus>;
    std::unordered_map<Tenant, Statuses> tenants_;  // HTTP endpoints by their URLs
    std::unordered_map<Tenant, Statuses> vpcs_;     // by their ARNs
};

}  // namespace gatehouse::registry
