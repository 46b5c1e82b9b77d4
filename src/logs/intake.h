// Where records wait between the threads that make them and the one that writes them.
//
// Each thread has a part of its own (threads share one when there are more than parts), so that
// adding a record is a short uncontended lock and a copy.
//
// Threads: all methods from any.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/pinned.h"
#include "logs/event_sink.h"
#include "logs/fair_shares.h"

namespace gatehouse::logs {

// A run of records for one stream, in the order they were added by one thread.
struct Batch {
    struct Entry {
        std::int64_t timestamp;
        std::uint32_t size;
    };
    StreamRef to;
    std::size_t share = 0;  // the part that its group has of the FairShares
    std::vector<Entry> entries;
    std::string messages;  // one after the other
};

class Intake : Pinned {
public:
    struct Limits {
        std::size_t droppable_bytes = 8 * 1024 * 1024;  // waiting; room for Droppable records
        std::size_t bytes_max = 64 * 1024 * 1024;       // waiting; over it, everything is dropped
    };
    // `write_budget`: bytes a second; over it, Droppable records are dropped. Groups share both.
    Intake(Limits limits, std::size_t write_budget) : limits_(limits), budget_(write_budget) {}

    enum class Added : std::uint8_t { First, More, Dropped };
    // Adds a record, rendered by `write` at the end of the string it is given. First: nothing
    // was waiting before, so that somebody should be told.
    template <class Write>
    Added add(const StreamRef& to, std::int64_t timestamp, Importance importance, Write&& write) {
        const std::size_t share = FairShares::part_of(*to);
        if (!may_add(importance, share)) return Added::Dropped;
        Part& part = own_part();
        const std::scoped_lock lock(part.mutex);
        Batch& batch = batch_for(part, to, share);
        const std::size_t before = batch.messages.size();
        write(batch.messages);
        const std::size_t size = batch.messages.size() - before;
        batch.entries.push_back({timestamp, static_cast<std::uint32_t>(size)});
        accepted_.add(share, size);
        const std::size_t waiting = waiting_.add(share, size + sizeof(Batch::Entry));
        return waiting == 0 ? Added::First : Added::More;
    }

    // Takes everything that waits.
    std::vector<Batch> take();
    // What was taken and is done with: its memory serves later batches. A busy server's log would
    // else have the kernel clear new pages for each of them.
    void give_back(std::vector<Batch> batches);

    std::size_t waiting_bytes() const { return waiting_.all(); }
    void set_write_budget(std::size_t bytes) { budget_.store(bytes, std::memory_order_relaxed); }
    // What was accepted since counts against the budget until the next second begins.
    void begin_second() { accepted_.clear(); }
    std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }
    std::uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }

private:
    static constexpr std::size_t part_count = 16;
    struct alignas(64) Part {
        std::mutex mutex;
        std::vector<Batch> batches;  // guarded by mutex
    };

    bool may_add(Importance importance, std::size_t share);
    Part& own_part();
    Batch& batch_for(Part& part, const StreamRef& to, std::size_t share);
    Batch new_batch(const StreamRef& to, std::size_t share);

    const Limits limits_;
    std::array<Part, part_count> parts_;
    std::mutex spare_mutex_;
    std::vector<Batch> spare_;  // guarded by spare_mutex_
    FairShares waiting_;
    FairShares accepted_;  // in this second
    std::atomic<std::size_t> budget_;
    std::atomic<std::uint64_t> dropped_ = 0;  // Droppable, for the budget's sake
    std::atomic<std::uint64_t> lost_ = 0;     // Kept, because the disk does not follow at all
};

}  // namespace gatehouse::logs
