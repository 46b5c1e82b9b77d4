#include "logs/intake.h"

#include <algorithm>
#include <utility>

namespace gatehouse::logs {
namespace {

// Of one batch, about. Larger pieces of memory the allocator would give back to the kernel.
constexpr std::size_t batch_bytes = 64 * 1024;

}  // namespace

bool Intake::may_add(Importance importance, std::size_t share) {
    if (importance == Importance::Droppable &&
        (!waiting_.may_have_more(share, limits_.droppable_bytes) ||
         !accepted_.may_have_more(share, budget_.load(std::memory_order_relaxed)))) {
        dropped_.fetch_add(1, std::memory_order_relaxed);
        return false;
    }
    if (waiting_bytes() > limits_.bytes_max) {
        lost_.fetch_add(1, std::memory_order_relaxed);
        return false;
    }
    return true;
}

Intake::Part& Intake::own_part() {
    static std::atomic<std::size_t> next = 0;
    thread_local const std::size_t own = next.fetch_add(1) % part_count;
    return parts_[own];
}

Batch& Intake::batch_for(Part& part, const StreamRef& to, std::size_t share) {
    // One thread writes to a few streams in turn; each batch costs a lock.
    constexpr std::size_t looked_at = 8;
    const std::size_t count = part.batches.size();
    for (std::size_t back = 1; back <= std::min(count, looked_at); ++back) {
        Batch& batch = part.batches[count - back];
        if (batch.to == to && batch.messages.size() < batch_bytes) return batch;
    }
    return part.batches.emplace_back(new_batch(to, share));
}

Batch Intake::new_batch(const StreamRef& to, std::size_t share) {
    Batch batch;
    {
        const std::scoped_lock lock(spare_mutex_);
        if (!spare_.empty()) {
            batch = std::move(spare_.back());
            spare_.pop_back();
        }
    }
    batch.to = to;
    batch.share = share;
    return batch;
}

void Intake::give_back(std::vector<Batch> batches) {
    constexpr std::size_t spare_max = 16;
    const std::scoped_lock lock(spare_mutex_);
    for (Batch& batch : batches) {
        if (spare_.size() == spare_max) return;
        if (batch.messages.capacity() > 2 * batch_bytes) continue;
        batch.to.reset();
        batch.entries.clear();
        batch.messages.clear();
        spare_.push_back(std::move(batch));
    }
}

std::vector<Batch> Intake::take() {
    std::vector<Batch> taken;
    for (Part& part : parts_) {
        const std::scoped_lock lock(part.mutex);
        for (Batch& batch : part.batches) {
            waiting_.remove(batch.share,
                            batch.messages.size() + batch.entries.size() * sizeof(Batch::Entry));
            taken.push_back(std::move(batch));
        }
        part.batches.clear();
    }
    return taken;
}

}  // namespace gatehouse::logs
