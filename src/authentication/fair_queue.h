// A queue whose places are shared out by where its items come from: each source is served in turn,
// and where there is no place left, the source with the most items waiting gives one up. So one
// source alone may use the whole queue, and none can keep another out of it.
//
// Threads: one at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <iterator>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/pinned.h"

namespace gatehouse::authentication {

// Items are cheap to copy, and no two in the queue are equal.
template <class Item>
class FairQueue : Pinned {
public:
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

    void push(std::string_view source, Item item) {
        const auto [found, is_new] = lines_.try_emplace(std::string(source));
        if (is_new) found->second = turns_.insert(turns_.end(), Line{found->first, {}});
        found->second->items.push_back(std::move(item));
        ++size_;
    }

    // The oldest item of the source whose turn it is, among those that `may_go(source)`; it then
    // goes behind the others. nullopt: none may, or none is there.
    template <class MayGo>
    std::optional<Item> pop(MayGo may_go) {
        const auto line =
            std::ranges::find_if(turns_, [&](const Line& one) { return may_go(one.source); });
        if (line == turns_.end()) return std::nullopt;
        Item item = std::move(line->items.front());
        line->items.pop_front();
        turns_.splice(turns_.end(), turns_, line);
        forget_if_empty(line);
        --size_;
        return item;
    }

    // Takes out the newest item of the source that has the most, where that is more than an item of
    // this source would make; nullopt: it has as many as anybody.
    std::optional<Item> make_room_for(std::string_view source) {
        const auto longest = std::ranges::max_element(
            turns_, {}, [](const Line& line) { return line.items.size(); });
        const auto own = lines_.find(std::string(source));
        const std::size_t own_size = own == lines_.end() ? 0 : own->second->items.size();
        if (longest == turns_.end() || longest->items.size() <= own_size + 1) return std::nullopt;
        Item item = std::move(longest->items.back());
        longest->items.pop_back();
        --size_;
        return item;
    }

    // Nothing, where it is not there.
    void erase(std::string_view source, const Item& item) {
        const auto found = lines_.find(std::string(source));
        if (found == lines_.end()) return;
        const auto line = found->second;
        size_ -= std::erase(line->items, item);
        forget_if_empty(line);
    }

    template <class Visit>
    void each(Visit visit) const {
        for (const Line& line : turns_) std::ranges::for_each(line.items, visit);
    }

private:
    struct Line {
        std::string source;
        std::deque<Item> items;
    };
    using Place = typename std::list<Line>::iterator;

    void forget_if_empty(Place line) {
        if (!line->items.empty()) return;
        lines_.erase(line->source);
        turns_.erase(line);
    }

    std::size_t size_ = 0;
    std::list<Line> turns_;  // in the order in which they are served; none is empty
    std::unordered_map<std::string, Place> lines_;
};

}  // namespace gatehouse::authentication
