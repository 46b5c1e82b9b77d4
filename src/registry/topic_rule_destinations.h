// The destinations of topic rules of all tenants: changed and listed here, read by those who post
// from a snapshot.
//
// Threads: the coroutines from any loop; directory() from any thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <type_traits>

#include "async/snapshot.h"
#include "async/task.h"
#include "base/pinned.h"
#include "registry/topic_rule_destination_directory.h"
#include "registry/topic_rule_destination_records.h"
#include "storage/async_resource_store.h"

namespace gatehouse::registry {

class TopicRuleDestinations : Pinned {
public:
    using Parts = TopicRuleDestinationRecords::Parts;

    // Reads what is stored; blocking, for start-up. The store and what the parts refer to must
    // outlive it.
    static Result<std::unique_ptr<TopicRuleDestinations>> load(storage::AsyncResourceStore& store,
                                                               const Parts& parts);

    // `work` takes a TopicRuleDestinationRecords& and answers an Outcome. When a change is
    // answered, the snapshot has it already.
    template <class Work>
    async::Task<std::invoke_result_t<Work, TopicRuleDestinationRecords&>> read(Work work) {
        return run(Effect::Reads, std::move(work));
    }
    template <class Work>
    async::Task<std::invoke_result_t<Work, TopicRuleDestinationRecords&>> change(Work work) {
        return run(Effect::Changes, std::move(work));
    }

    // What came into the store by another way is in the snapshot then.
    async::Task<Outcome<void>> refresh() {
        return change([](TopicRuleDestinationRecords&) { return Outcome<void>(); });
    }

    const Clock& clock() const { return parts_.clock; }
    // Replaced whole after each change.
    const async::Snapshot<TopicRuleDestinationDirectory>& directory() const { return directory_; }

private:
    TopicRuleDestinations(storage::AsyncResourceStore& store, const Parts& parts,
                          std::shared_ptr<const TopicRuleDestinationDirectory> directory)
        : store_(store), parts_(parts), directory_(std::move(directory)) {}

    enum class Effect : std::uint8_t { Reads, Changes };
    template <class Work>
    async::Task<std::invoke_result_t<Work, TopicRuleDestinationRecords&>> run(Effect effect,
                                                                              Work work);
    Result<void> publish(storage::ResourceStore& store);

    storage::AsyncResourceStore& store_;
    const Parts parts_;
    // Held while the directory is read anew and replaced, so that the newest replaces last.
    std::mutex publishing_;
    async::Snapshot<TopicRuleDestinationDirectory> directory_;
};

template <class Work>
async::Task<std::invoke_result_t<Work, TopicRuleDestinationRecords&>> TopicRuleDestinations::run(
    Effect effect, Work work) {
    using Answer = std::invoke_result_t<Work, TopicRuleDestinationRecords&>;
    auto step = [this, effect,
                 work = std::move(work)](storage::ResourceStore& store) mutable -> Result<Answer> {
        TopicRuleDestinationRecords records(store, parts_);
        Answer answer = work(records);
        if (effect == Effect::Changes && answer) {
            if (auto published = publish(store); !published) {
                return fail(std::move(published.error()));
            }
        }
        return answer;
    };
    auto answer = co_await store_.run(std::move(step));
    if (!answer) co_return refuse(refused_by(answer.error()));
    co_return std::move(*answer);
}

}  // namespace gatehouse::registry
