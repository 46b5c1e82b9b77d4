// One node of a topic tree, and the table that finds a node's children. Part of the topic tree.
//
// A node stands for the beginning of a filter. Filters are not cut at every slash: all literal
// levels up to the next wildcard are one edge (a run), so `d/17/state` is one node below the
// root and `d/17/cmd/+` two. Runs begin at the root and at nodes reached by `+`.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/pinned.h"
#include "broker/quiescence.h"
#include "broker/subscriber_set.h"

namespace gatehouse::broker {

struct TopicNode {
    SubscriberSet end;   // of the filter that ends here
    SubscriberSet rest;  // of the filter that goes on with `#`
    std::atomic<TopicNode*> plus{nullptr};
    TopicNode* parent;
    // Where runs begin: bit n is set once a run of n + 1 levels began here (bit 31: or more).
    // At the end of a run: the low half of the run's hash.
    std::atomic<std::uint32_t> lengths_or_hash;
    // Of the run that leads here, 0..65535; no_label: reached by `+`, or root.
    std::uint32_t label_size : 24;
    char label[1];  // label_size bytes; as many are allocated

    static constexpr std::uint32_t no_label = 0xFF'FFFF;

    bool is_run_end() const { return label_size != no_label; }
    std::string_view text() const { return {label, is_run_end() ? std::size_t{label_size} : 0U}; }

    static TopicNode* make_run_end(TopicNode& parent, std::string_view run, std::uint64_t hash);
    // Frees a node of either kind.
    static void free(void* node);
};

// A node where runs begin: reached by `+`, or the root (with parent null).
struct RunStart : TopicNode {
    std::uint32_t runs = 0;  // how many begin here; the writer's only

    static RunStart* make(TopicNode* parent);
};

// The nodes at the ends of runs, by (node where the run begins, run). Grows in small parts, so
// that no single subscribe pays for moving everything.
//
// Threads: find() and prefetch() by any inside a read section; the rest by one at a time.
class RunTable : Pinned {
public:
    RunTable() = default;
    ~RunTable();

    void prefetch(std::uint64_t hash) const {
        if (const Segment* segment = segment_of(hash)) {
            __builtin_prefetch(&segment->slots[hash & segment->mask]);
        }
    }
    TopicNode* find(std::uint64_t hash, const TopicNode& from, std::string_view run) const;

    void insert(std::uint64_t hash, TopicNode& node, Quiescence& quiescence);
    void erase(std::uint64_t hash, const TopicNode& node);

    template <class Visit>
    void for_each(Visit visit) const {
        for (const auto& pointer : segments_) {
            const Segment* segment = pointer.load(std::memory_order_relaxed);
            for (std::uint32_t i = 0; segment != nullptr && i <= segment->mask; ++i) {
                const std::uint64_t slot = segment->slots[i].load(std::memory_order_relaxed);
                if (slot > removed) visit(*node_at(slot));
            }
        }
    }

private:
    // Slots: 0 free, `removed`, or 16 bits of the hash above 48 bits of a node's address.
    struct Segment {
        std::uint32_t mask;
        std::uint32_t live;
        std::uint32_t used;  // live and removed
        std::atomic<std::uint64_t> slots[1];

        static Segment* make(std::uint32_t capacity);
        void insert_new(std::uint32_t hash, std::uint64_t slot);
    };
    static constexpr std::uint64_t removed = 1;
    static constexpr std::uint64_t address_mask = 0x0000'FFFF'FFFF'FFFF;

    // The hash serves thrice: bits 56-63 choose the segment, 40-55 are the tag, low bits the slot.
    static std::uint64_t tag_of(std::uint64_t hash) { return (hash << 8) & ~address_mask; }
    static TopicNode* node_at(std::uint64_t slot) {
        return reinterpret_cast<TopicNode*>(slot & address_mask);
    }
    Segment* segment_of(std::uint64_t hash) const {
        return segments_[hash >> 56].load(std::memory_order_acquire);
    }
    static Segment* rebuild(const Segment& old, std::uint32_t capacity);

    std::array<std::atomic<Segment*>, 256> segments_{};
};

}  // namespace gatehouse::broker
