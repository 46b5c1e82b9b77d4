// The way in for coroutines to the records of one kind: the work runs on a worker.
//
//   auto policy = co_await policies.run([&](PolicyRecords& records) {
//       return records.get(tenant, name);
//   });
//
// Threads: any loop.
#pragma once

#include <type_traits>
#include <utility>

#include "async/task.h"
#include "base/pinned.h"
#include "registry/refusal.h"
#include "storage/async_resource_store.h"

namespace gatehouse::registry {

template <class Records>
class OnWorkers : Pinned {
public:
    using Parts = Records::Parts;

    // The store and what the parts refer to must outlive it.
    OnWorkers(storage::AsyncResourceStore& store, Parts parts)
        : store_(store), parts_(std::move(parts)) {}

    // `work` takes a Records& and answers an Outcome; ServiceUnavailable when too much is queued.
    template <class Work>
    async::Task<std::invoke_result_t<Work, Records&>> run(Work work) {
        using Answer = std::invoke_result_t<Work, Records&>;
        auto answer =
            co_await store_.run([this, work = std::move(work)](
                                    storage::ResourceStore& store) mutable -> Result<Answer> {
                Records records(store, parts_);
                return work(records);
            });
        if (!answer) co_return refuse(refused_by(answer.error()));
        co_return std::move(*answer);
    }

private:
    storage::AsyncResourceStore& store_;
    const Parts parts_;
};

}  // namespace gatehouse::registry
