// A ResourceStore for coroutines: the work runs on a worker, the answer arrives on the calling
// loop.
//
// Threads: any loop; call from a task running on it.
// Lifetimes: the store and the workers outlive it, and outlive every task awaiting a call.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "async/task.h"
#include "async/worker_pool.h"
#include "base/pinned.h"
#include "storage/resource_store.h"

namespace gatehouse::storage {

class AsyncResourceStore : Pinned {
public:
    AsyncResourceStore(ResourceStore& store, async::WorkerPool& workers)
        : store_(store), workers_(workers) {}

    // Several calls in one go, on a worker: `work` takes a ResourceStore& and answers a Result.
    // Read, decide and apply in one such step, with the revision read as a condition.
    // Unavailable when too much is queued already.
    template <std::invocable<ResourceStore&> Work>
    auto run(Work work) -> async::Task<std::invoke_result_t<Work, ResourceStore&>> {
        using Value = std::invoke_result_t<Work, ResourceStore&>;
        return async::WorkerPool::opened<Value>(
            run_boxed([work = std::move(work)](ResourceStore& store) mutable {
                return std::shared_ptr<void>(std::make_shared<Value>(work(store)));
            }));
    }
    // As run(), for an answer that can't be a failure to queue: null then. See WorkerPool.
    async::Task<std::shared_ptr<void>> run_boxed(
        std::move_only_function<std::shared_ptr<void>(ResourceStore&)> work);

    async::Task<Result<Record>> get(RecordKey key);
    async::Task<Result<RecordPage>> list(ListQuery query);
    async::Task<Result<LinkPage>> links(LinkQuery query);
    async::Task<Result<Revision>> apply(Batch batch);

    // For start-up, before any loop runs.
    ResourceStore& blocking() { return store_; }

private:
    ResourceStore& store_;
    async::WorkerPool& workers_;
};

}  // namespace gatehouse::storage
