#include "broker/topic_node.h"

#include <cassert>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

namespace gatehouse::broker {

namespace {

void* allocate(std::size_t bytes) {
    void* memory = std::malloc(bytes);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

// Sets the members one by one: of a run's end, less than the whole type is allocated.
void construct(TopicNode* node, TopicNode* parent, std::uint32_t lengths_or_hash,
               std::uint32_t label_size) {
    new (&node->end) SubscriberSet;
    new (&node->rest) SubscriberSet;
    new (&node->plus) std::atomic<TopicNode*>(nullptr);
    node->parent = parent;
    new (&node->lengths_or_hash) std::atomic<std::uint32_t>(lengths_or_hash);
    node->label_size = label_size & TopicNode::no_label;
}

}  // namespace

TopicNode* TopicNode::make_run_end(TopicNode& parent, std::string_view run, std::uint64_t hash) {
    auto* node = static_cast<TopicNode*>(allocate(offsetof(TopicNode, label) + run.size()));
    construct(node, &parent, static_cast<std::uint32_t>(hash),
              static_cast<std::uint32_t>(run.size()));
    std::memcpy(node->label, run.data(), run.size());
    return node;
}

RunStart* RunStart::make(TopicNode* parent) {
    auto* node = static_cast<RunStart*>(allocate(sizeof(RunStart)));
    construct(node, parent, 0, no_label);
    node->runs = 0;
    return node;
}

void TopicNode::free(void* node) {
    auto* topic_node = static_cast<TopicNode*>(node);
    topic_node->end.clear();
    topic_node->rest.clear();
    std::free(node);
}

RunTable::~RunTable() {
    for (auto& segment : segments_) std::free(segment.load(std::memory_order_relaxed));
}

RunTable::Segment* RunTable::Segment::make(std::uint32_t capacity) {
    const std::size_t bytes = sizeof(Segment) + (capacity - 1) * sizeof(std::atomic<std::uint64_t>);
    void* memory = std::calloc(1, bytes);
    if (memory == nullptr) throw std::bad_alloc();
    auto* segment = static_cast<Segment*>(memory);
    for (std::uint32_t i = 0; i < capacity; ++i) {
        new (&segment->slots[i]) std::atomic<std::uint64_t>(0);
    }
    segment->mask = capacity - 1;
    return segment;
}

void RunTable::Segment::insert_new(std::uint32_t hash, std::uint64_t slot) {
    std::uint32_t i = hash & mask;
    while (slots[i].load(std::memory_order_relaxed) > removed) i = (i + 1) & mask;
    if (slots[i].load(std::memory_order_relaxed) == 0) ++used;
    ++live;
    slots[i].store(slot, std::memory_order_release);
}

TopicNode* RunTable::find(std::uint64_t hash, const TopicNode& from, std::string_view run) const {
    const Segment* segment = segment_of(hash);
    if (segment == nullptr) return nullptr;
    const std::uint64_t tag = tag_of(hash);
    for (auto i = static_cast<std::uint32_t>(hash) & segment->mask;; i = (i + 1) & segment->mask) {
        const std::uint64_t slot = segment->slots[i].load(std::memory_order_acquire);
        if (slot == 0) return nullptr;
        if (slot == removed || (slot & ~address_mask) != tag) continue;
        TopicNode* node = node_at(slot);
        if (node->parent == &from && node->text() == run) return node;
    }
}

void RunTable::insert(std::uint64_t hash, TopicNode& node, Quiescence& quiescence) {
    auto& pointer = segments_[hash >> 56];
    Segment* segment = pointer.load(std::memory_order_relaxed);
    if (segment == nullptr) {
        segment = Segment::make(4);
        pointer.store(segment, std::memory_order_release);
    }
    const std::uint32_t capacity = segment->mask + 1;
    if ((segment->used + 1) * 4 > capacity * 3) {
        Segment* old = segment;
        segment = rebuild(*old, segment->live * 2 >= capacity ? capacity * 2 : capacity);
        pointer.store(segment, std::memory_order_release);
        quiescence.retire(old, std::free);
    }
    const auto address = reinterpret_cast<std::uint64_t>(&node);
    assert((address & ~address_mask) == 0);
    segment->insert_new(static_cast<std::uint32_t>(hash), tag_of(hash) | address);
}

void RunTable::erase(std::uint64_t hash, const TopicNode& node) {
    Segment* segment = segments_[hash >> 56].load(std::memory_order_relaxed);
    const std::uint64_t wanted = tag_of(hash) | reinterpret_cast<std::uint64_t>(&node);
    auto i = static_cast<std::uint32_t>(hash) & segment->mask;
    while (segment->slots[i].load(std::memory_order_relaxed) != wanted) i = (i + 1) & segment->mask;
    --segment->live;
    // The last of a chain needs no mark.
    const bool is_last =
        segment->slots[(i + 1) & segment->mask].load(std::memory_order_relaxed) == 0;
    if (is_last) --segment->used;
    segment->slots[i].store(is_last ? 0 : removed, std::memory_order_release);
}

RunTable::Segment* RunTable::rebuild(const Segment& old, std::uint32_t capacity) {
    Segment* fresh = Segment::make(capacity);
    for (std::uint32_t i = 0; i <= old.mask; ++i) {
        const std::uint64_t slot = old.slots[i].load(std::memory_order_relaxed);
        if (slot <= removed) continue;
        const TopicNode& node = *node_at(slot);
        fresh->insert_new(node.lengths_or_hash.load(std::memory_order_relaxed), slot);
    }
    return fresh;
}

}  // namespace gatehouse::broker
