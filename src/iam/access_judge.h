// Whether a user or a role session may do what an API call does: the policies of the one who
// calls, put to the policy engine.
//
// Compiled policies are kept until something of IAM changes.
//
// Threads: judge() from a task on any loop; changed() from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "async/guarded.h"
#include "async/task.h"
#include "base/clock.h"
#include "base/pinned.h"
#include "base/resource_tags.h"
#include "base/result.h"
#include "base/tenant.h"
#include "iam/key_uses.h"
#include "policy/compiled_policies.h"
#include "signature/scope.h"
#include "storage/async_resource_store.h"

namespace gatehouse::iam {

struct AccessQuestion {
    AccountId account;
    std::string principal;  // ARN of a user or a role session; of root nobody has to ask
    signature::AccessKeyId access_key_id;
    std::string service;                 // signing name
    Region region;                       // signed
    std::string action;                  // "iot:CreateThing"; empty: everybody may
    std::vector<std::string> resources;  // ARNs or "*"; each has to be allowed
    std::vector<policy::Variable> context;
    // Of the access key, as signature::AccessKey has both.
    std::string identity_id = {};
    std::vector<std::pair<std::string, std::string>> session_facts = {};
};

// The tags of a resource that is none of IAM's, by its ARN; those of one that is not there are
// none. Nothing: nobody can tell, so that a Deny by them counts.
using TagsOf = std::function<Result<std::optional<ResourceTags>>(storage::ResourceStore& store,
                                                                 const std::string& arn)>;

// Completes an ARN that ends with "/*", since a request names the resource by a part of it, and
// leaves it where there is none of that name.
using CompleteArn = std::function<Result<void>(storage::ResourceStore& store, std::string& arn)>;

struct Verdict {
    bool allowed = false;
    bool denied_explicitly = false;  // else nothing allows it
    std::string sentence;            // why not: AWS's words, then ours
};

class AccessJudge : Pinned {
public:
    // All outlive it.
    AccessJudge(storage::AsyncResourceStore& store, const Clock& clock, KeyUses& uses)
        : store_(store), clock_(clock), uses_(uses) {}

    // Before the first question; without it nobody can tell.
    void read_tags_with(TagsOf tags_of) { tags_of_ = std::move(tags_of); }

    // Before the first question; without it they are judged as they are.
    void complete_with(CompleteArn complete) { complete_ = std::move(complete); }

    // Unavailable, Corrupt: the policies cannot be read. NotFound never: who is gone may do
    // nothing.
    async::Task<Result<Verdict>> judge(AccessQuestion question);
    // Forgets what is compiled; to be called after every change of an account's records.
    void changed(const AccountId& account);
    // Told of each change once it counts, on the thread that made it; empty: nobody is.
    void on_changed(std::function<void(const AccountId&)> tell) { *tell_.lock() = std::move(tell); }

private:
    using Policies = std::shared_ptr<const policy::RequestPolicies>;
    struct Compiled {
        std::uint64_t generation = 0;
        std::map<std::string, Policies> by_caller;
    };

    Policies kept_for(const std::string& caller) const;
    Result<Policies> policies_of(storage::ResourceStore& store, const AccessQuestion& question);
    Result<Verdict> judge_on_worker(storage::ResourceStore& store, AccessQuestion question);
    Result<std::optional<ResourceTags>> tags_of(storage::ResourceStore& store,
                                                const AccessQuestion& question,
                                                const std::string& resource) const;

    storage::AsyncResourceStore& store_;
    const Clock& clock_;
    KeyUses& uses_;
    TagsOf tags_of_;
    CompleteArn complete_;
    async::Guarded<Compiled> compiled_;
    async::Guarded<std::function<void(const AccountId&)>> tell_;
};

}  // namespace gatehouse::iam
