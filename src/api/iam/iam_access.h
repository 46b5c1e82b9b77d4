// The records of IAM as its operations use them: on a worker, since they are on disk.
#pragma once

#include <type_traits>
#include <utility>

#include "api/caller.h"
#include "async/task.h"
#include "iam/access_judge.h"
#include "iam/accounts.h"
#include "iam/identity_records.h"
#include "iam/key_uses.h"
#include "iam/managed_policy_records.h"
#include "iam/user_keys.h"
#include "storage/async_resource_store.h"

namespace gatehouse::api::iam {

// The module of that name, seen from the namespace of that name.
namespace store = ::gatehouse::iam;

// What the operations work on; lives for one step on a worker.
struct Records {
    store::IdentityRecords identities;
    store::ManagedPolicyRecords policies;
    store::UserKeys keys;
};

// All of it outlives every operation.
struct IamAccess {
    storage::AsyncResourceStore& records;
    const storage::SecretBox& box;
    const Clock& clock;
    Random& random;
    store::Accounts& accounts;
    store::AccessJudge& judge;
    store::KeyUses& key_uses;

    // `work` takes Records& and answers a Result.
    template <class Work>
    auto read(Work work) const -> async::Task<std::invoke_result_t<Work, Records&>> {
        return records.run(
            [*this, work = std::move(work)](storage::ResourceStore& resources) mutable {
                return apply(resources, work);
            });
    }
    // The same for what changes records: nobody is judged by the old ones afterwards.
    template <class Work>
    auto change(const Caller& caller, Work work) const
        -> async::Task<std::invoke_result_t<Work, Records&>> {
        return judged_anew(judge, caller.tenant.account, read(std::move(work)));
    }
    // The same for what changes access keys.
    template <class Work>
    auto change_keys(const Caller& caller, Work work) const
        -> async::Task<std::invoke_result_t<Work, Records&>> {
        using Answer = std::invoke_result_t<Work, Records&>;
        return judged_anew(judge, caller.tenant.account,
                           records.run([*this, work = std::move(work)](
                                           storage::ResourceStore& resources) mutable -> Answer {
                               auto done = apply(resources, work);
                               auto published = accounts.publish(resources);
                               if (done && !published) return fail(std::move(published.error()));
                               return done;
                           }));
    }

private:
    // A coroutine for each type of answer, not for each piece of work.
    template <class Answer>
    static async::Task<Answer> judged_anew(store::AccessJudge& judge, AccountId account,
                                           async::Task<Answer> working) {
        auto outcome = co_await std::move(working);
        judge.changed(account);
        co_return outcome;
    }
    template <class Work>
    auto apply(storage::ResourceStore& resources, Work& work) const {
        const store::IdentityRecords::Parts identity_parts{clock, random};
        const store::ManagedPolicyRecords::Parts policy_parts{clock, random};
        const store::UserKeys::Parts key_parts{box, random};
        Records all{{resources, identity_parts}, {resources, policy_parts}, {resources, key_parts}};
        return work(all);
    }
};

}  // namespace gatehouse::api::iam
