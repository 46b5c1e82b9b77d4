#include "base/suggestion.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace gatehouse {
namespace {

// Characters inserted, left out, replaced, or swapped with their neighbour.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> above(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before.swap(above);
        above.swap(row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
    }
    return row.back();
}

constexpr std::size_t name_bytes_max = 256;  // bounds the quadratic work on hostile input

}  // namespace

std::optional<std::string_view> nearest_name(std::string_view typed,
                                             std::span<const std::string_view> candidates) {
    if (typed.size() > name_bytes_max) return std::nullopt;
    std::optional<std::string_view> nearest;
    std::size_t best = 0;
    for (const std::string_view candidate : candidates) {
        const auto [shorter, longer] = std::minmax({typed.size(), candidate.size()});
        const std::size_t allowed = std::max<std::size_t>(1, longer / 3);
        if (longer - shorter > allowed) continue;  // at least that many edits apart
        const std::size_t distance = edit_distance(typed, candidate);
        if (distance <= allowed && (!nearest || distance < best)) {
            nearest = candidate;
            best = distance;
        }
    }
    return nearest;
}

}  // namespace gatehouse
