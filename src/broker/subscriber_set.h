// The subscribers of one filter, in one word: none, one (in place), or a pointer to a table.
// Read without a lock while one writer changes it.
//
// Threads: add(), remove() and clear() by one thread at a time (the topic tree's lock);
// for_each() by any, inside a Quiescence::ReadSection.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "broker/quiescence.h"
#include "broker/subscriber.h"

namespace gatehouse::broker {

class SubscriberSet {
public:
    bool is_empty() const { return word_.load(std::memory_order_relaxed) == 0; }

    // Adds the session, or replaces its options if it is there. Whether it was new.
    bool add(Subscriber subscriber, Quiescence& quiescence);
    // Whether it was there.
    bool remove(SessionPlace place, Quiescence& quiescence);
    // Frees at once. Requires: no readers.
    void clear();

    template <class Visit>
    void for_each(Visit visit) const {
        const std::uint64_t word = word_.load(std::memory_order_acquire);
        if (word == 0) return;
        if (is_subscriber(word)) return visit(Subscriber::from_word(word));
        const Table& table = *table_at(word);
        for (std::uint32_t i = 0; i <= table.mask; ++i) {
            const std::uint64_t entry = table.entries[i].load(std::memory_order_relaxed);
            if (is_subscriber(entry)) visit(Subscriber::from_word(entry));
        }
    }

private:
    // Open addressing by session place. Entries: 0 free, `removed`, or a Subscriber (odd).
    struct Table {
        std::uint32_t mask;
        std::uint32_t live;
        std::uint32_t used;  // live and removed
        std::atomic<std::uint64_t> entries[1];

        static Table* make(std::uint32_t capacity);
        std::atomic<std::uint64_t>* find(SessionPlace place);
        void insert_new(Subscriber subscriber);
    };
    static constexpr std::uint64_t removed = 2;

    static bool is_subscriber(std::uint64_t word) { return (word & 1) != 0; }
    static Table* table_at(std::uint64_t word) { return reinterpret_cast<Table*>(word); }
    void rebuild(Table& old, std::uint32_t capacity, Quiescence& quiescence);

    std::atomic<std::uint64_t> word_{0};
};

}  // namespace gatehouse::broker
