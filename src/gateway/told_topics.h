// Of which topics something was told already, so that a flood of messages is no flood of records:
// once of each, and when these are too many to remember, again after a while.
//
// Threads: a plain value.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string_view>
#include <unordered_set>

#include "base/clock.h"

namespace gatehouse::gateway {

class ToldTopics {
public:
    static constexpr std::size_t topics_max = 256;
    static constexpr std::chrono::minutes forgotten_after{1};

    // True the first time. After topics_max of them none is until forgotten_after has passed since
    // the first of these; then all are again.
    bool is_news(std::string_view topic, SteadyTime now) {
        if (hashes_.size() >= topics_max) {
            if (now - since_ < forgotten_after) return false;
            hashes_.clear();
        }
        if (hashes_.empty()) since_ = now;
        return hashes_.insert(std::hash<std::string_view>()(topic)).second;
    }

private:
    std::unordered_set<std::size_t> hashes_;
    SteadyTime since_{};
};

}  // namespace gatehouse::gateway
