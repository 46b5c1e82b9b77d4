#include "logs/intake.h"

#include <algorithm>
#include <utility>

namespace gatehouse::logs {

bool Intake::may_add(Importance importance) {
    const std::size_t waiting = waiting_bytes();
    if (importance == Importance::Droppable &&
        (waiting > limits_.droppable_bytes || over_budget_.load(std::memory_order_relaxed))) {
        dropped_.fetch_add(1, std::memory_order_relaxed);
        return false;
    }
    if (waiting > limits_.bytes_max) {
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

Batch& Intake::batch_for(Part& part, const StreamRef& to) {
    // One thread writes to a few streams in turn; each batch costs two allocations.
    constexpr std::size_t looked_at = 8;
    const std::size_t count = part.batches.size();
    for (std::size_t back = 1; back <= std::min(count, looked_at); ++back) {
        if (part.batches[count - back].to == to) return part.batches[count - back];
    }
    return part.batches.emplace_back(Batch{.to = to});
}

std::vector<Batch> Intake::take() {
    std::vector<Batch> taken;
    std::size_t bytes = 0;
    for (Part& part : parts_) {
        const std::scoped_lock lock(part.mutex);
        for (Batch& batch : part.batches) {
            bytes += batch.messages.size() + batch.entries.size() * sizeof(Batch::Entry);
            taken.push_back(std::move(batch));
        }
        part.batches.clear();
    }
    waiting_.fetch_sub(bytes);
    return taken;
}

}  // namespace gatehouse::logs
