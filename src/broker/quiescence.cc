#include "broker/quiescence.h"

#include <cassert>
#include <limits>

namespace gatehouse::broker {

Quiescence::Reader::Reader(Quiescence& quiescence) : quiescence_(quiescence), index_(0) {
    for (; index_ < readers_max; ++index_) {
        if (!quiescence_.announcements_[index_].taken.exchange(true)) return;
    }
    assert(!"more than readers_max readers");
}

Quiescence::Reader::~Reader() {
    quiescence_.announcements_[index_].taken.store(false);
}

Quiescence::ReadSection::ReadSection(Reader& reader)
    : announced_(reader.quiescence_.announcements_[reader.index_].epoch) {
    // The exchange is a full barrier: what this reader loads next is at least as new as what any
    // writer that does not see the announcement had written.
    announced_.exchange(reader.quiescence_.epoch_.load(std::memory_order_relaxed),
                        std::memory_order_seq_cst);
}

Quiescence::ReadSection::~ReadSection() {
    announced_.store(0, std::memory_order_release);
}

Quiescence::~Quiescence() {
    free_older(std::numeric_limits<std::uint64_t>::max());
}

void Quiescence::retire(void* object, Free free) {
    const std::lock_guard lock(mutex_);
    retired_.push_back({epoch_.fetch_add(1, std::memory_order_seq_cst), object, free});
    // Freeing in batches keeps the walk over the announcements off most calls.
    if (retired_.size() % 32 == 0) free_older(oldest_look());
}

std::size_t Quiescence::reclaim() {
    const std::lock_guard lock(mutex_);
    free_older(oldest_look());
    return retired_.size();
}

std::uint64_t Quiescence::oldest_look() const {
    std::uint64_t oldest = std::numeric_limits<std::uint64_t>::max();
    for (const Announcement& announcement : announcements_) {
        const std::uint64_t epoch = announcement.epoch.load(std::memory_order_seq_cst);
        if (epoch != 0 && epoch < oldest) oldest = epoch;
    }
    return oldest;
}

// A look that began in epoch e may hold what was retired in epoch e or later.
void Quiescence::free_older(std::uint64_t epoch) {
    std::size_t count = 0;
    while (count < retired_.size() && retired_[count].epoch < epoch) {
        retired_[count].free(retired_[count].object);
        ++count;
    }
    retired_.erase(retired_.begin(), retired_.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace gatehouse::broker
