// One page of a list that stands in memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace gatehouse::api::lambda {

template <class Shape>
struct Page {
    std::vector<Shape> shapes;
    std::optional<std::string> last;  // what the next page comes after; absent on the last page
};

// The order of "NAME:VERSION" and "VERSION": $LATEST, then versions by their number.
struct ByVersion {
    bool operator()(const std::string& a, const std::string& b) const { return key(a) < key(b); }

private:
    static std::tuple<std::string, std::size_t, std::string> key(const std::string& text) {
        const auto colon = text.rfind(':');
        const std::string name = colon == text.npos ? std::string() : text.substr(0, colon);
        const std::string version = colon == text.npos ? text : text.substr(colon + 1);
        return {name, version.starts_with('$') ? 0 : version.size(), version};
    }
};

// What comes after the one that is named, at most 50 whatever is asked for, as on AWS. It may be
// gone; `order` is that of the list.
template <class Shape, class Order = std::less<>>
Page<Shape> page_of(std::vector<std::pair<std::string, Shape>> named,
                    const std::optional<std::string>& after,
                    const std::optional<std::int32_t>& max_items, Order order = {}) {
    constexpr std::int32_t page_max = 50;
    const auto limit = static_cast<std::size_t>(std::min(max_items.value_or(page_max), page_max));
    auto at = named.begin();
    if (after) {
        at = std::ranges::find_if(named, [&](const auto& one) { return order(*after, one.first); });
    }
    Page<Shape> page;
    for (; at != named.end(); ++at) {
        if (page.shapes.size() == limit) {
            page.last = std::prev(at)->first;
            break;
        }
        page.shapes.push_back(std::move(at->second));
    }
    return page;
}

}  // namespace gatehouse::api::lambda
