// The way in for coroutines to the records of one kind: the work runs on a worker.
//
//   auto policy = co_await policies.run([&](PolicyRecords& records) {
//       return records.get(tenant, name);
//   });
//
// Threads: any loop.
#pragma once

#include <memory>
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
        return opened<Answer>(
            store_.run_boxed([this, work = std::move(work)](storage::ResourceStore& store) mutable {
                Records records(store, parts_);
                return std::shared_ptr<void>(std::make_shared<Answer>(work(records)));
            }));
    }

private:
    // A coroutine for each type of answer, not for each piece of work.
    template <class Answer>
    static async::Task<Answer> opened(async::Task<std::shared_ptr<void>> working) {
        const auto answer = co_await std::move(working);
        if (!answer) {
            co_return refuse(Refusal::ServiceUnavailable, "too much work is queued already");
        }
        co_return std::move(*static_cast<Answer*>(answer.get()));
    }

    storage::AsyncResourceStore& store_;
    const Parts parts_;
};

}  // namespace gatehouse::registry
