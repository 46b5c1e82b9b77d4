// Topic rules as they are managed: the way in for coroutines.
//
// Threads: any loop.
#pragma once

#include "base/pinned.h"
#include "iam/role_sessions.h"
#include "registry/on_workers.h"
#include "rules/topic_rule_records.h"

namespace gatehouse::rules {

class TopicRules : Pinned {
public:
    // All must outlive it.
    TopicRules(storage::AsyncResourceStore& store, TopicRuleRecords::Parts parts,
               iam::RoleSessions& roles)
        : records_(store, std::move(parts)), roles_(roles) {}

    // As the methods of TopicRuleRecords, and InvalidRequest: a role does not trust this service.
    async::Task<registry::Outcome<void>> create(TopicRule rule, storage::Batch along);
    async::Task<registry::Outcome<void>> replace(Tenant tenant, RuleName name, RulePayload payload,
                                                 storage::Batch along);
    template <class Work>
    auto run(Work work) {
        return records_.run(std::move(work));
    }

private:
    async::Task<registry::Outcome<void>> check(const Tenant& tenant, const RuleName& name,
                                               const RulePayload& payload);

    registry::OnWorkers<TopicRuleRecords> records_;
    iam::RoleSessions& roles_;
};

}  // namespace gatehouse::rules
