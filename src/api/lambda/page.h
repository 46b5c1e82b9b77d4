// One page of a list that stands in memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gatehouse::api::lambda {

template <class Shape>
struct Page {
    std::vector<Shape> shapes;
    std::optional<std::string> next_marker;  // absent on the last page
};

// What comes after the one that the marker names, at most 50 whatever is asked for, as on AWS.
template <class Shape>
Page<Shape> page_of(std::vector<std::pair<std::string, Shape>> named,
                    const std::optional<std::string>& marker,
                    const std::optional<std::int32_t>& max_items) {
    constexpr std::int32_t page_max = 50;
    const auto limit = static_cast<std::size_t>(std::min(max_items.value_or(page_max), page_max));
    auto at = named.begin();
    if (marker) {
        at = std::ranges::find(named, *marker, &std::pair<std::string, Shape>::first);
        if (at != named.end()) ++at;
    }
    Page<Shape> page;
    for (; at != named.end(); ++at) {
        if (page.shapes.size() == limit) {
            page.next_marker = std::prev(at)->first;
            break;
        }
        page.shapes.push_back(std::move(at->second));
    }
    return page;
}

}  // namespace gatehouse::api::lambda
