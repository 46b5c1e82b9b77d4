#include "broker/topic_tree.h"

#include <algorithm>
#include <cassert>

#include "broker/topic_levels.h"

namespace gatehouse::broker {

namespace {

bool is_wildcard(std::string_view level) {
    return level == "+" || level == "#";
}

// The bit of RunStart::lengths_or_hash for a run of that many levels.
std::size_t length_bit(std::size_t levels) {
    return std::min<std::size_t>(levels - 1, 31);
}

// How many levels come before the first wildcard.
std::size_t literal_levels(const TopicLevels& filter) {
    std::size_t count = 0;
    while (count < filter.count() && !is_wildcard(filter.run(count, count))) ++count;
    return count;
}

}  // namespace

TopicTree::TopicTree(Quiescence& quiescence, ParentMatch parent_match, std::uint64_t seed)
    : quiescence_(quiescence),
      parent_match_(parent_match),
      seed_(seed),
      root_(RunStart::make(nullptr)) {}

TopicTree::~TopicTree() {
    // Nodes reached by `+` hang on exactly one other node; those at the ends of runs are in the
    // table. Each of the latter frees the chain of the former that begins at it.
    const auto free_plus_chain = [](TopicNode& node) {
        TopicNode* plus = node.plus.load(std::memory_order_relaxed);
        while (plus != nullptr) {
            TopicNode* next = plus->plus.load(std::memory_order_relaxed);
            TopicNode::free(plus);
            plus = next;
        }
    };
    std::vector<TopicNode*> run_ends;
    runs_.for_each([&](TopicNode& node) { run_ends.push_back(&node); });
    for (TopicNode* node : run_ends) free_plus_chain(*node);
    for (TopicNode* node : run_ends) TopicNode::free(node);
    free_plus_chain(*root_);
    TopicNode::free(root_);
}

Result<FilterHandle> TopicTree::subscribe(std::string_view filter, Subscriber subscriber) {
    const TopicLevels levels(filter, seed_);
    if (levels.is_cut()) {
        return fail(ErrorKind::LimitExceeded, "the topic filter has more than " +
                                                  std::to_string(tree_levels_max) + " levels");
    }
    const std::lock_guard lock(mutex_);
    const FilterHandle handle = walk(filter, levels, Missing::Create);
    if (handle.subscribers().add(subscriber, quiescence_)) {
        subscriptions_.fetch_add(1, std::memory_order_relaxed);
    }
    note_change(levels);
    return handle;
}

void TopicTree::unsubscribe(FilterHandle handle, SessionPlace place) {
    const std::lock_guard lock(mutex_);
    const std::string filter = text_of(handle);
    const bool was_there = handle.subscribers().remove(place, quiescence_);
    assert(was_there);
    if (was_there) subscriptions_.fetch_sub(1, std::memory_order_relaxed);
    prune(&handle.node());
    note_change(TopicLevels(filter, seed_));
}

FilterHandle TopicTree::find(std::string_view filter) {
    const TopicLevels levels(filter, seed_);
    if (levels.is_cut()) return {};
    const std::lock_guard lock(mutex_);
    return walk(filter, levels, Missing::LeaveOut);
}

std::string TopicTree::text_of(FilterHandle handle) const {
    // Collected from the end to the beginning, each part reversed once more at the end.
    std::string reversed = handle.is_rest() ? "#" : "";
    for (const TopicNode* node = &handle.node(); node->parent != nullptr; node = node->parent) {
        if (node != &handle.node() || handle.is_rest()) reversed += '/';
        if (node->is_run_end()) {
            reversed.append(node->text().rbegin(), node->text().rend());
        } else {
            reversed += '+';
        }
    }
    std::ranges::reverse(reversed);
    return reversed;
}

FilterHandle TopicTree::walk(std::string_view filter, const TopicLevels& levels, Missing missing) {
    const std::size_t count = levels.count();
    RunStart* start = root_;
    for (std::size_t level = 0;;) {
        std::size_t end = level;
        while (end < count && !is_wildcard(levels.run(end, end))) ++end;
        TopicNode* node = start;
        if (end > level) node = child_by_run(*start, levels, level, end, missing);
        if (node == nullptr) return {};
        if (end == count) return {node, false};
        if (filter.back() == '#' && end == count - 1) return {node, true};
        start = child_by_plus(*node, missing);
        if (start == nullptr) return {};
        level = end + 1;
    }
}

TopicNode* TopicTree::child_by_run(RunStart& from, const TopicLevels& levels, std::size_t first,
                                   std::size_t end, Missing missing) {
    std::uint64_t hash = topic_hash::start(seed_, &from);
    for (std::size_t i = first; i < end; ++i) hash = topic_hash::extend(hash, levels.hash(i));
    const std::string_view run = levels.run(first, end - 1);
    TopicNode* node = runs_.find(hash, from, run);
    if (node != nullptr || missing == Missing::LeaveOut) return node;

    node = TopicNode::make_run_end(from, run, hash);
    ++from.runs;
    from.lengths_or_hash.fetch_or(1U << length_bit(end - first), std::memory_order_release);
    runs_.insert(hash, *node, quiescence_);
    return node;
}

RunStart* TopicTree::child_by_plus(TopicNode& from, Missing missing) {
    auto* node = static_cast<RunStart*>(from.plus.load(std::memory_order_relaxed));
    if (node != nullptr || missing == Missing::LeaveOut) return node;
    node = RunStart::make(&from);
    from.plus.store(node, std::memory_order_release);
    return node;
}

std::uint64_t TopicTree::hash_of(const TopicNode& run_end) const {
    const TopicLevels levels(run_end.text(), seed_);
    std::uint64_t hash = topic_hash::start(seed_, run_end.parent);
    for (std::size_t i = 0; i < levels.count(); ++i) {
        hash = topic_hash::extend(hash, levels.hash(i));
    }
    return hash;
}

void TopicTree::prune(TopicNode* node) {
    const auto is_needed = [](const TopicNode& node) {
        return node.parent == nullptr || !node.end.is_empty() || !node.rest.is_empty() ||
               node.plus.load(std::memory_order_relaxed) != nullptr ||
               (!node.is_run_end() && static_cast<const RunStart&>(node).runs != 0);
    };
    while (!is_needed(*node)) {
        TopicNode* parent = node->parent;
        if (node->is_run_end()) {
            runs_.erase(hash_of(*node), *node);
            --static_cast<RunStart*>(parent)->runs;
        } else {
            parent->plus.store(nullptr, std::memory_order_release);
        }
        quiescence_.retire(node, TopicNode::free);
        node = parent;
    }
}

// --- keeping matches -------------------------------------------------------------------------

// A filter can match a topic only if its literal beginning is one of the topic's own beginnings.
// There is a counter for each beginning (some share one); beginnings of more than prefix_levels
// share the counter that the seed alone chooses.
void TopicTree::note_change(const TopicLevels& filter) {
    const std::size_t literal = literal_levels(filter);
    std::uint64_t hash = topic_hash::start(seed_, root_);
    if (literal > MatchStamp::prefix_levels) {
        hash = seed_;
    } else {
        for (std::size_t i = 0; i < literal; ++i) hash = topic_hash::extend(hash, filter.hash(i));
    }
    counters_[counter_of(hash)].fetch_add(1, std::memory_order_release);
    generation_.fetch_add(1, std::memory_order_release);
}

void TopicTree::set_stamp(const TopicLevels& levels, MatchStamp& stamp) const {
    stamp.generation_ = generation_.load(std::memory_order_acquire);
    std::uint64_t hash = topic_hash::start(seed_, root_);
    stamp.count_ = 0;
    stamp.counters_[stamp.count_++] = counter_of(hash);
    const std::size_t count = std::min(levels.count(), MatchStamp::prefix_levels);
    for (std::size_t i = 0; i < count; ++i) {
        hash = topic_hash::extend(hash, levels.hash(i));
        stamp.counters_[stamp.count_++] = counter_of(hash);
    }
    if (levels.count() > count) stamp.counters_[stamp.count_++] = counter_of(seed_);
    stamp.change_sum_ = 0;
    for (std::size_t i = 0; i < stamp.count_; ++i) {
        stamp.change_sum_ += counters_[stamp.counters_[i]].load(std::memory_order_acquire);
    }
}

// The counters only grow, so an equal sum means that each is the same.
bool TopicTree::is_still_current(MatchStamp& stamp, std::uint64_t generation) const {
    if (stamp.generation_ == 0) return false;
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < stamp.count_; ++i) {
        sum += counters_[stamp.counters_[i]].load(std::memory_order_acquire);
    }
    if (sum != stamp.change_sum_) return false;
    stamp.generation_ = generation;
    return true;
}

// --- matching --------------------------------------------------------------------------------

struct TopicTree::Matching {
    const TopicLevels& levels;
    std::vector<Subscriber>& found;
    std::size_t filters = 0;

    void take(const SubscriberSet& subscribers) {
        if (subscribers.is_empty()) return;
        ++filters;
        subscribers.for_each([this](Subscriber subscriber) { found.push_back(subscriber); });
    }
};

std::size_t TopicTree::match(Quiescence::Reader& reader, std::string_view topic, MatchStamp& stamp,
                             std::vector<Subscriber>& found) const {
    const TopicLevels levels(topic, seed_);
    const Quiescence::ReadSection section(reader);
    // Before looking: a change in between then makes the stamp stale, never wrongly current.
    set_stamp(levels, stamp);
    Matching matching{levels, found};
    if (!topic.starts_with('$')) collect(matching, *root_, 0);
    follow_runs(matching, *root_, 0);
    return matching.filters;
}

// Takes what is at a node that was reached by the topic's first `level` levels, and goes on
// behind its `+`.
void TopicTree::collect(Matching& matching, const TopicNode& node, std::size_t level) const {
    if (level == matching.levels.count()) {
        if (!matching.levels.is_cut()) matching.take(node.end);
        if (parent_match_ == ParentMatch::Yes) matching.take(node.rest);
        return;
    }
    matching.take(node.rest);
    if (const TopicNode* plus = node.plus.load(std::memory_order_acquire)) {
        collect(matching, *plus, level + 1);
        follow_runs(matching, *plus, level + 1);
    }
}

// Follows every run that begins at `from` and equals the topic's levels from `level` on. The
// table's lines are asked for a few runs ahead, so that their cache misses overlap.
void TopicTree::follow_runs(Matching& matching, const TopicNode& from, std::size_t level) const {
    const std::uint32_t lengths = from.lengths_or_hash.load(std::memory_order_acquire);
    const std::size_t count = matching.levels.count();
    std::uint64_t hash = topic_hash::start(seed_, &from);
    std::size_t next = level;
    struct Candidate {
        std::uint64_t hash;
        std::size_t last;
    };
    std::array<Candidate, 8> candidates;
    while (next < count && lengths >> length_bit(next - level + 1) != 0) {
        std::size_t filled = 0;
        for (; next < count && filled < candidates.size(); ++next) {
            hash = topic_hash::extend(hash, matching.levels.hash(next));
            if ((lengths >> length_bit(next - level + 1) & 1) == 0) continue;
            runs_.prefetch(hash);
            candidates[filled++] = {hash, next};
        }
        for (std::size_t i = 0; i < filled; ++i) {
            const auto& [run_hash, last] = candidates[i];
            const TopicNode* node = runs_.find(run_hash, from, matching.levels.run(level, last));
            if (node != nullptr) collect(matching, *node, last + 1);
        }
    }
}

}  // namespace gatehouse::broker
