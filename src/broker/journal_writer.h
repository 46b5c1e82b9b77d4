// Writes to disk what the journals of all loops hand over: one thread, which puts the batches of
// all loops that wait into one transaction.
//
// What cannot be written (the disk is full, an I/O error) is kept and tried again, in its order;
// meanwhile is_failing() is true, and publishers are refused what would have to be kept.
//
// Threads: construction before, destruction after the loops run; hand_over(), is_busy() and
// committed() of a loop on that loop; the rest from any.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/histogram.h"
#include "base/pinned.h"
#include "base/result.h"
#include "broker/persistence.h"
#include "broker/remote_mail.h"
#include "storage/message_store.h"

namespace gatehouse::broker {

class JournalWriter : Pinned {
public:
    // The store must outlive the writer and is the writer's alone.
    JournalWriter(storage::MessageStore& store, PostOffice& post_office, std::size_t loops,
                  DiskReport report);
    // Tries once more to write what was handed over.
    ~JournalWriter();

    // Takes the batch and leaves an empty one. `last`: the number that committed() shall have once
    // it is on disk. Requires: !is_busy(loop).
    void hand_over(std::size_t loop, storage::MessageBatch& batch, std::uint64_t last);
    // Whether something that the loop handed over is not on disk yet.
    bool is_busy(std::size_t loop) const {
        const Desk& desk = desks_[loop];
        return desk.batches_committed.load(std::memory_order_acquire) != desk.batches_handed_over;
    }
    // The loop is woken after each change.
    std::uint64_t committed(std::size_t loop) const {
        return desks_[loop].committed.load(std::memory_order_acquire);
    }
    // Numbers up to this one need no batch. Requires: !is_busy(loop).
    void skip_to(std::size_t loop, std::uint64_t last);

    // Whether the loop's batch is on disk within the time.
    bool wait_until_free(std::size_t loop, std::chrono::milliseconds longest);

    // How long transactions took, those that failed included.
    const Histogram& commit_times() const { return commit_times_; }

    bool is_failing() const { return is_failing_.load(std::memory_order_relaxed); }

private:
    struct alignas(64) Desk {
        storage::MessageBatch batch;            // guarded by mutex_
        std::uint64_t last = 0;                 // guarded by mutex_
        bool is_waiting = false;                // guarded by mutex_; batch has something
        std::uint64_t batches_handed_over = 0;  // the loop's
        std::atomic<std::uint64_t> batches_committed{0};
        std::atomic<std::uint64_t> committed{0};
    };

    void run();
    bool write(const std::vector<std::size_t>& loops);
    void note(const Result<void>& written);

    storage::MessageStore& store_;
    PostOffice& post_office_;
    const DiskReport report_;
    std::vector<Desk> desks_;
    std::vector<storage::MessageBatch> writing_;  // the writer's, one a loop
    std::atomic<bool> is_failing_{false};
    Histogram commit_times_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::condition_variable committed_;
    bool is_stopping_ = false;  // guarded by mutex_
    std::thread thread_;        // last: it uses the rest
};

}  // namespace gatehouse::broker
