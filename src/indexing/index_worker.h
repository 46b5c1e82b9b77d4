// The thread on which the fleet indexes live: what changes is noted at once, wherever it happens,
// and taken in before the next question is answered.
//
//   auto page = co_await worker.ask(
//       [&](Indexes& indexes) { return indexes.search(tenant, question); });
//
// Threads: any; ask() from a task on a loop.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <utility>

#include "async/event_loop.h"
#include "async/guarded.h"
#include "async/task.h"
#include "async/worker_pool.h"
#include "base/pinned.h"
#include "indexing/indexes.h"
#include "indexing/noted_changes.h"

namespace gatehouse::indexing {

class IndexWorker : Pinned {
public:
    // Both must outlive it. The store's changes are noted here.
    IndexWorker(storage::ResourceStore& store, registry::EventOutbox& outbox)
        : indexes_(store, outbox) {}
    ~IndexWorker() { is_stopping_ = true; }

    // Builds what is to be indexed; once, at start. Blocking: reads which tenants that are.
    Result<void> start(storage::ResourceStore& store);

    // Of a batch that was applied.
    void note(const storage::Batch& batch);
    // Of a client, or the thing that it is by its certificate. Where nobody wants to know, nothing
    // is kept.
    void note(const Tenant& tenant, const std::string& name, Connectivity connectivity);
    bool wants_connectivity(const Tenant& tenant) const {
        return has_connectivity_ && with_connectivity_.lock()->contains(tenant);
    }
    // Called, on the thread of the indexes, when a tenant's connections are to be told from now on:
    // those that there are, too. Null: nobody is.
    void on_connectivity_wanted(std::function<void(const Tenant&)> tell);

    // `work` takes Indexes& and answers an Outcome; ServiceUnavailable when too much is queued.
    template <class Work>
    async::Task<std::invoke_result_t<Work, Indexes&>> ask(Work work) {
        using Answer = std::invoke_result_t<Work, Indexes&>;
        const auto answer = co_await worker_.run_boxed(
            *async::EventLoop::current(), [this, work = std::move(work)]() mutable {
                work_off();
                return std::shared_ptr<void>(std::make_shared<Answer>(work(indexes_)));
            });
        if (!answer) {
            co_return registry::refuse(registry::Refusal::ServiceUnavailable,
                                       "too much work is queued already");
        }
        co_return std::move(*static_cast<Answer*>(answer.get()));
    }

    enum class State : std::uint8_t { Active, Building, Rebuilding };
    // Of a tenant's indexes, and of who is in a dynamic group.
    State state_of(const Tenant& tenant) const;
    bool is_settled(const Tenant& tenant, const std::string& group) const;

private:
    void wake();
    void work_off();
    void follow_configurations(const NotedChanges& changes);

    Indexes indexes_;
    struct Pending {
        NotedChanges changes;
        std::shared_ptr<const NotedChanges> worked_on = std::make_shared<NotedChanges>();
        std::set<Tenant> built;  // once, at least
        bool is_woken = false;
    };
    async::Guarded<Pending> pending_;
    async::Guarded<std::set<Tenant>> with_connectivity_;
    async::Guarded<std::function<void(const Tenant&)>> tell_;
    std::atomic<bool> is_stopping_ = false;
    std::atomic<bool> has_indexes_ = false;
    std::atomic<bool> has_connectivity_ = false;
    async::WorkerPool worker_{{.name = "gh-index", .threads = 1}};
};

}  // namespace gatehouse::indexing
