// Which sessions are subscribed to filters that match a topic: one tree a tenant, read on every
// loop without a lock, changed under one.
//
// The cost of a match depends on the levels of the topic and on the wildcards in filters that
// share its beginnings, not on how many filters there are.
//
// Matching follows MQTT 5 section 4.7: `+` is one level, `#` the rest, and a topic that begins
// with `$` is not matched by a filter that begins with a wildcard. Whether `a/#` also matches `a`
// is ParentMatch (AWS IoT Core: it does not).
//
// A match can be kept and used again as long as is_current(stamp) holds. Only subscriptions whose
// literal beginning the topic shares (or hash collisions, about one in two thousand) end it, so
// devices coming and going do not disturb each other's matches.
//
// Threads: everything may be called from any thread; match() with a Reader of that thread.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/pinned.h"
#include "base/profile.h"
#include "base/result.h"
#include "broker/quiescence.h"
#include "broker/subscriber.h"
#include "broker/topic_node.h"

namespace gatehouse::broker {

class TopicLevels;

// A filter that somebody is subscribed to. Valid while the subscription it was returned for lasts.
class FilterHandle {
public:
    FilterHandle() = default;
    bool operator==(const FilterHandle&) const = default;
    // As good as the handle to be found by. The second and third lowest bits are 0.
    std::uintptr_t word() const { return word_; }

private:
    friend class TopicTree;
    FilterHandle(TopicNode* node, bool rest)
        : word_(reinterpret_cast<std::uintptr_t>(node) | (rest ? 1U : 0U)) {}
    TopicNode& node() const { return *reinterpret_cast<TopicNode*>(word_ & ~std::uintptr_t{1}); }
    bool is_rest() const { return (word_ & 1) != 0; }
    SubscriberSet& subscribers() const { return is_rest() ? node().rest : node().end; }

    std::uintptr_t word_ = 0;
};

// The state of the part of a tree that a topic's match depends on.
class MatchStamp {
private:
    friend class TopicTree;
    static constexpr std::size_t prefix_levels = 8;

    std::uint64_t generation_ = 0;  // of the whole tree; 0: never current
    std::uint64_t change_sum_ = 0;  // over the counters that the topic depends on
    std::uint8_t count_ = 0;
    std::array<std::uint16_t, prefix_levels + 2> counters_;
};

class TopicTree : Pinned {
public:
    // `seed` is random and secret. The quiescence must outlive the tree.
    TopicTree(Quiescence& quiescence, ParentMatch parent_match, std::uint64_t seed);
    ~TopicTree();

    // Adds the subscription, or replaces its options. Requires: a valid filter without `$share/`,
    // at most 65,534 bytes. LimitExceeded: deeper than tree_levels_max.
    Result<FilterHandle> subscribe(std::string_view filter, Subscriber subscriber);
    // Requires: subscribed.
    void unsubscribe(FilterHandle handle, SessionPlace place);
    // The handle of a filter that somebody is subscribed to; empty handle otherwise. Requires: the
    // caller knows that the filter stays (its own subscription), or compares the handle only.
    FilterHandle find(std::string_view filter);
    // Requires: a handle that is valid.
    std::string text_of(FilterHandle handle) const;

    // Appends the subscribers of every matching filter; a session with several appears several
    // times. Returns how many filters matched. Requires: topic.size() <= 65,535.
    std::size_t match(Quiescence::Reader& reader, std::string_view topic, MatchStamp& stamp,
                      std::vector<Subscriber>& found) const;
    // Whether a match with this stamp would find the same again.
    bool is_current(MatchStamp& stamp) const {
        const std::uint64_t now = generation_.load(std::memory_order_acquire);
        return stamp.generation_ == now || is_still_current(stamp, now);
    }

    std::size_t subscription_count() const {
        return subscriptions_.load(std::memory_order_relaxed);
    }

private:
    struct Matching;

    // The node and place of a filter; an empty handle if it is not there and not to be created.
    enum class Missing : std::uint8_t { Create, LeaveOut };
    FilterHandle walk(std::string_view filter, const TopicLevels& levels, Missing missing);
    TopicNode* child_by_run(RunStart& from, const TopicLevels& levels, std::size_t first,
                            std::size_t end, Missing missing);
    RunStart* child_by_plus(TopicNode& from, Missing missing);
    void prune(TopicNode* node);
    std::uint64_t hash_of(const TopicNode& run_end) const;
    void note_change(const TopicLevels& filter);
    std::uint16_t counter_of(std::uint64_t run_hash) const { return run_hash % counters_.size(); }
    bool is_still_current(MatchStamp& stamp, std::uint64_t generation) const;
    void set_stamp(const TopicLevels& levels, MatchStamp& stamp) const;
    void follow_runs(Matching& matching, const TopicNode& from, std::size_t level) const;
    void collect(Matching& matching, const TopicNode& node, std::size_t level) const;

    Quiescence& quiescence_;
    const ParentMatch parent_match_;
    const std::uint64_t seed_;
    RunStart* const root_;
    RunTable runs_;
    std::atomic<std::uint64_t> generation_{1};
    // Bumped at each change of a filter with this literal beginning; before generation_ is.
    std::array<std::atomic<std::uint32_t>, 2048> counters_{};
    std::atomic<std::size_t> subscriptions_{0};
    std::mutex mutex_;  // held by whoever changes the tree
};

}  // namespace gatehouse::broker
