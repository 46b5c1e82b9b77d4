// A value that is read on every thread and replaced whole: compiled policies, authorizer records,
// keys, settings.
//
// Readers on a hot path keep a Reader each (one per loop): while nothing changed it costs one
// atomic load and touches no shared count.
//
//   async::Snapshot<Directory> directory(std::make_shared<const Directory>());
//   async::Snapshot<Directory>::Reader reader(directory);     // one per loop
//   const Directory& now = reader.current();                  // at the start of a turn
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "async/guarded.h"
#include "base/pinned.h"

namespace gatehouse::async {

template <class T>
class Snapshot : Pinned {
public:
    // Requires: not null, here and in replace().
    explicit Snapshot(std::shared_ptr<const T> first) : value_(std::move(first)) {}

    // Threads: any. The old value lives until its last reader lets go of it.
    void replace(std::shared_ptr<const T> next) {
        {
            const auto value = value_.lock();
            value->swap(next);
            generation_.fetch_add(1, std::memory_order_release);
        }
        // The old value, now in `next`, dies outside the lock.
    }

    // Threads: any. Takes a lock; for control paths.
    std::shared_ptr<const T> get() const { return *value_.lock(); }

    // Grows with each replacement.
    std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

    // Threads: one thread at a time. Must not outlive the snapshot.
    class Reader {
    public:
        explicit Reader(const Snapshot& snapshot) : snapshot_(&snapshot) { refresh(); }

        // Valid until the next current() of this reader.
        const T& current() {
            if (snapshot_->generation() != generation_) refresh();
            return *value_;
        }
        // The same value, for keeping longer.
        std::shared_ptr<const T> hold() {
            current();
            return value_;
        }
        // Of the value that current() answered last.
        std::uint64_t generation() const { return generation_; }

    private:
        void refresh() {
            const auto value = snapshot_->value_.lock();
            value_ = *value;
            generation_ = snapshot_->generation();
        }

        const Snapshot* snapshot_;
        std::shared_ptr<const T> value_;
        std::uint64_t generation_ = 0;
    };

private:
    Guarded<std::shared_ptr<const T>> value_;
    std::atomic<std::uint64_t> generation_ = 0;
};

}  // namespace gatehouse::async
