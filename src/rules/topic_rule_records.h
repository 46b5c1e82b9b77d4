// Topic rules over the store, one operation a method.
// Source: AWS IoT API Reference, the operations of the same names.
//
// Threads: every method may be called from any thread, and blocks; see registry/on_workers.h.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/profile.h"
#include "registry/listing.h"
#include "registry/on_workers.h"
#include "registry/stored.h"
#include "rules/compiled_rule.h"
#include "rules/topic_rule.h"
#include "storage/resource_store.h"

namespace gatehouse::rules {

inline constexpr std::size_t listed_rules_max = 10'000;

struct RuleListing {
    std::optional<std::string> topic;  // those that listen to it
    std::optional<bool> is_disabled;
    std::size_t page_size = 100;  // 1 to listed_rules_max
    std::string token;
};

class TopicRuleRecords {
public:
    struct Parts {
        CompileParts compile;  // without lanes
        ParentMatch parent_match = ParentMatch::No;
    };
    // The store must outlive it.
    TopicRuleRecords(storage::ResourceStore& store, const Parts& parts)
        : store_(store), parts_(parts) {}

    // In whose name a rule of this payload would act. SqlParse, InvalidRequest: it cannot be one.
    registry::Outcome<std::vector<std::string>> check(const Tenant& tenant, const RuleName& name,
                                                      const RulePayload& payload) const;
    // All of `along` is done with it, or nothing. Requires: checked. ResourceAlreadyExists,
    // LimitExceeded, InvalidRequest (tags); VersionConflict of a field that `along` names.
    registry::Outcome<void> create(const TopicRule& rule, const storage::Batch& along = {});
    // Unauthorized: there is none of this name, of which AWS says no more.
    registry::Outcome<TopicRule> get(const Tenant& tenant, const RuleName& name);
    // `along` as for create(). Requires: checked. Unauthorized; ConflictingResourceUpdate.
    registry::Outcome<void> replace(const Tenant& tenant, const RuleName& name,
                                    const RulePayload& payload, const storage::Batch& along = {});
    // Unauthorized.
    registry::Outcome<void> set_disabled(const Tenant& tenant, const RuleName& name,
                                         bool is_disabled);
    // Nothing happens where there is none.
    registry::Outcome<void> remove(const Tenant& tenant, const RuleName& name);
    // By name. InvalidRequest: the page size, or the token of another listing.
    registry::Outcome<registry::Page<TopicRule>> list(const Tenant& tenant,
                                                      const RuleListing& listing);

private:
    registry::Outcome<void> change(const Tenant& tenant, const RuleName& name,
                                   const std::function<void(TopicRule&)>& change,
                                   const storage::Batch& along = {});
    registry::Outcome<registry::Stored<TopicRule>> read(const Tenant& tenant, const RuleName& name);
    bool is_listed(const TopicRule& rule, const RuleListing& listing) const;

    storage::ResourceStore& store_;
    const Parts parts_;
};

// The filter in FROM; empty: there is none.
std::string topic_pattern(const TopicRule& rule);

}  // namespace gatehouse::rules
