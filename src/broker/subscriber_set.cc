#include "broker/subscriber_set.h"

#include <cstdlib>
#include <new>

namespace gatehouse::broker {

namespace {

std::uint32_t spread(SessionPlace place) {
    const std::uint64_t key = static_cast<std::uint64_t>(place.slot) << 8 | place.loop;
    return static_cast<std::uint32_t>((key * 0x9E37'79B9'7F4A'7C15) >> 32);
}

}  // namespace

SubscriberSet::Table* SubscriberSet::Table::make(std::uint32_t capacity) {
    const std::size_t bytes = sizeof(Table) + (capacity - 1) * sizeof(std::atomic<std::uint64_t>);
    void* memory = std::calloc(1, bytes);
    if (memory == nullptr) throw std::bad_alloc();
    auto* table = new (memory) Table;
    for (std::uint32_t i = 0; i < capacity; ++i) {
        new (&table->entries[i]) std::atomic<std::uint64_t>(0);
    }
    table->mask = capacity - 1;
    table->live = 0;
    table->used = 0;
    return table;
}

std::atomic<std::uint64_t>* SubscriberSet::Table::find(SessionPlace place) {
    for (std::uint32_t i = spread(place) & mask;; i = (i + 1) & mask) {
        const std::uint64_t entry = entries[i].load(std::memory_order_relaxed);
        if (entry == 0) return nullptr;
        if (is_subscriber(entry) && Subscriber::from_word(entry).place() == place) {
            return &entries[i];
        }
    }
}

void SubscriberSet::Table::insert_new(Subscriber subscriber) {
    std::uint32_t i = spread(subscriber.place()) & mask;
    while (is_subscriber(entries[i].load(std::memory_order_relaxed))) i = (i + 1) & mask;
    if (entries[i].load(std::memory_order_relaxed) == 0) ++used;
    ++live;
    entries[i].store(subscriber.word(), std::memory_order_relaxed);
}

bool SubscriberSet::add(Subscriber subscriber, Quiescence& quiescence) {
    const std::uint64_t word = word_.load(std::memory_order_relaxed);
    if (word == 0) {
        word_.store(subscriber.word(), std::memory_order_release);
        return true;
    }
    if (is_subscriber(word)) {
        const Subscriber one = Subscriber::from_word(word);
        if (one.is_same_session(subscriber)) {
            word_.store(subscriber.word(), std::memory_order_release);
            return false;
        }
        Table* table = Table::make(4);
        table->insert_new(one);
        table->insert_new(subscriber);
        word_.store(reinterpret_cast<std::uint64_t>(table), std::memory_order_release);
        return true;
    }
    Table& table = *table_at(word);
    if (auto* entry = table.find(subscriber.place())) {
        entry->store(subscriber.word(), std::memory_order_relaxed);
        return false;
    }
    const std::uint32_t capacity = table.mask + 1;
    if ((table.used + 1) * 4 > capacity * 3) {
        rebuild(table, table.live * 2 > capacity ? capacity * 2 : capacity, quiescence);
        table_at(word_.load(std::memory_order_relaxed))->insert_new(subscriber);
        return true;
    }
    table.insert_new(subscriber);
    return true;
}

bool SubscriberSet::remove(SessionPlace place, Quiescence& quiescence) {
    const std::uint64_t word = word_.load(std::memory_order_relaxed);
    if (word == 0) return false;
    if (is_subscriber(word)) {
        if (Subscriber::from_word(word).place() != place) return false;
        word_.store(0, std::memory_order_release);
        return true;
    }
    Table& table = *table_at(word);
    auto* entry = table.find(place);
    if (entry == nullptr) return false;
    entry->store(removed, std::memory_order_relaxed);
    --table.live;
    if (table.live <= 1) {
        std::uint64_t last = 0;
        for (std::uint32_t i = 0; i <= table.mask; ++i) {
            const std::uint64_t other = table.entries[i].load(std::memory_order_relaxed);
            if (is_subscriber(other)) last = other;
        }
        word_.store(last, std::memory_order_release);
        quiescence.retire(&table, std::free);
    } else if (table.mask + 1 > 8 && table.live * 8 < table.mask + 1) {
        rebuild(table, (table.mask + 1) / 4, quiescence);
    }
    return true;
}

void SubscriberSet::rebuild(Table& old, std::uint32_t capacity, Quiescence& quiescence) {
    Table* fresh = Table::make(capacity);
    for (std::uint32_t i = 0; i <= old.mask; ++i) {
        const std::uint64_t entry = old.entries[i].load(std::memory_order_relaxed);
        if (is_subscriber(entry)) fresh->insert_new(Subscriber::from_word(entry));
    }
    word_.store(reinterpret_cast<std::uint64_t>(fresh), std::memory_order_release);
    quiescence.retire(&old, std::free);
}

void SubscriberSet::clear() {
    const std::uint64_t word = word_.load(std::memory_order_relaxed);
    if (word != 0 && !is_subscriber(word)) std::free(table_at(word));
    word_.store(0, std::memory_order_relaxed);
}

}  // namespace gatehouse::broker
