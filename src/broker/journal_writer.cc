#include "broker/journal_writer.h"

#include <cassert>
#include <chrono>
#include <utility>

namespace gatehouse::broker {
namespace {

constexpr std::chrono::milliseconds retry_pause{250};

}  // namespace

JournalWriter::JournalWriter(storage::MessageStore& store, PostOffice& post_office,
                             std::size_t loops, DiskReport report)
    : store_(store),
      post_office_(post_office),
      report_(std::move(report)),
      desks_(loops),
      writing_(loops),
      thread_([this] { run(); }) {}

JournalWriter::~JournalWriter() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void JournalWriter::skip_to(std::size_t loop, std::uint64_t last) {
    assert(!is_busy(loop));
    desks_[loop].committed.store(last, std::memory_order_relaxed);
}

void JournalWriter::hand_over(std::size_t loop, storage::MessageBatch& batch, std::uint64_t last) {
    assert(!is_busy(loop));
    Desk& desk = desks_[loop];
    ++desk.batches_handed_over;
    {
        const std::lock_guard lock(mutex_);
        std::swap(desk.batch, batch);
        desk.last = last;
        desk.is_waiting = true;
    }
    changed_.notify_one();
}

bool JournalWriter::wait_until_free(std::size_t loop, std::chrono::milliseconds longest) {
    std::unique_lock lock(mutex_);
    return committed_.wait_for(lock, longest, [&] { return !is_busy(loop); });
}

void JournalWriter::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        std::vector<std::size_t> loops;
        for (std::size_t i = 0; i < desks_.size(); ++i) {
            if (desks_[i].is_waiting) loops.push_back(i);
        }
        if (loops.empty()) {
            if (is_stopping_) return;
            changed_.wait(lock);
            continue;
        }
        for (const std::size_t loop : loops) {
            desks_[loop].is_waiting = false;
            std::swap(writing_[loop], desks_[loop].batch);
        }
        lock.unlock();
        while (!write(loops)) {
            lock.lock();
            changed_.wait_for(lock, retry_pause, [this] { return is_stopping_; });
            const bool is_last_try = is_stopping_;
            lock.unlock();
            if (!is_last_try) continue;
            write(loops);
            return;
        }
        lock.lock();
    }
}

// Whether it is on disk.
bool JournalWriter::write(const std::vector<std::size_t>& loops) {
    std::vector<const storage::MessageBatch*> batches;
    for (const std::size_t loop : loops) batches.push_back(&writing_[loop]);
    const auto began = std::chrono::steady_clock::now();
    const Result<void> written = store_.write(batches);
    commit_times_.add(std::chrono::steady_clock::now() - began);
    note(written);
    if (!written) return false;
    {
        const std::lock_guard lock(mutex_);
        for (const std::size_t loop : loops) {
            writing_[loop].clear();
            Desk& desk = desks_[loop];
            desk.committed.store(desk.last, std::memory_order_release);
            desk.batches_committed.fetch_add(1, std::memory_order_release);
        }
    }
    committed_.notify_all();
    for (const std::size_t loop : loops) post_office_.wake(loop);
    return true;
}

void JournalWriter::note(const Result<void>& written) {
    if (is_failing_.load(std::memory_order_relaxed) == !written) return;
    is_failing_.store(!written, std::memory_order_relaxed);
    if (report_) report_(written);
    // What waits for the disk is refused, or may come again.
    for (std::size_t loop = 0; loop < desks_.size(); ++loop) post_office_.wake(loop);
}

}  // namespace gatehouse::broker
