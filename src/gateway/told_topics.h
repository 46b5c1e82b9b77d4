// Of which topics something was told already, so that it is told once of each and a flood of
// messages is no flood of records.
//
// Threads: a plain value.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <unordered_set>

namespace gatehouse::gateway {

class ToldTopics {
public:
    static constexpr std::size_t topics_max = 256;

    // True the first time, unless it was so for topics_max others.
    bool is_news(std::string_view topic) {
        if (hashes_.size() >= topics_max) return false;
        return hashes_.insert(std::hash<std::string_view>()(topic)).second;
    }

private:
    std::unordered_set<std::size_t> hashes_;
};

}  // namespace gatehouse::gateway
