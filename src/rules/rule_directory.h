// All rules as they are in force: read once at start, and again whenever the store tells that one
// was changed, before whoever changed it is answered.
//
// Threads: load() before the loops run; note() from any; sets() from any.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "async/snapshot.h"
#include "base/pinned.h"
#include "base/profile.h"
#include "base/result.h"
#include "base/tenant.h"
#include "rules/rule_set.h"
#include "rules/topic_rule.h"
#include "storage/resource_store.h"

namespace gatehouse::rules {

using RuleSetPtr = std::shared_ptr<const RuleSet>;
using RuleSets = std::unordered_map<Tenant, RuleSetPtr>;  // of tenants that have rules

bool changes_rules(const storage::Batch& batch);

class RuleDirectory : Pinned {
public:
    // All must outlive it.
    struct Parts {
        storage::ResourceStore& store;
        ParentMatch parent_match = ParentMatch::No;
        CompileParts compile;
        // Told of a rule that is kept and cannot be run; what it was before goes on.
        std::function<void(const Tenant&, const std::string& name, const std::string& why)>
            on_problem;
    };
    explicit RuleDirectory(Parts parts) : parts_(std::move(parts)) {}

    // The store's errors.
    Result<void> load();
    // Of a batch that was applied.
    void note(const storage::Batch& batch);

    const async::Snapshot<RuleSets>& sets() const { return sets_; }
    // Whether the tenant has a rule with at-least-once delivery that is kept and cannot be run.
    bool has_broken_assured(const Tenant& tenant) const;

private:
    // What becomes of the tenant's rules with this one as it is in the store.
    void refresh(RuleSets& sets, const storage::RecordKey& key);
    void put(RuleSet::Members& members, const TopicRule& rule);

    const Parts parts_;
    mutable std::mutex mutex_;  // held by whoever replaces the sets
    std::set<std::pair<Tenant, std::string>> broken_assured_;
    async::Snapshot<RuleSets> sets_{std::make_shared<const RuleSets>()};
};

}  // namespace gatehouse::rules
