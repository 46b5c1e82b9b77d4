#include "load/latencies.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace gatehouse::load {
namespace {

// Buckets are one wide up to 2 * steps; from there on each power of two has as many steps.
constexpr int step_bits = 7;
constexpr std::uint64_t steps = 1 << step_bits;

std::size_t bucket_of(std::uint64_t value) {
    const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - step_bits - 1);
    return static_cast<std::size_t>(shift) * steps + (value >> shift);
}

// The largest value that is counted there.
std::uint64_t end_of(std::size_t bucket) {
    if (bucket < 2 * steps) return bucket;
    const std::size_t shift = bucket / steps - 1;
    return ((bucket - shift * steps + 1) << shift) - 1;
}

}  // namespace

void Latencies::add(std::chrono::nanoseconds value) {
    const auto counted = static_cast<std::uint64_t>(std::max<std::int64_t>(value.count(), 0));
    const std::size_t bucket = bucket_of(counted);
    if (bucket >= counts_.size()) counts_.resize(bucket + 1);
    ++counts_[bucket];
    ++count_;
    max_ = std::max(max_, counted);
}

void Latencies::clear() {
    std::ranges::fill(counts_, 0);
    count_ = 0;
    max_ = 0;
}

std::chrono::nanoseconds Latencies::at(double share) const {
    const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
    std::uint64_t passed = 0;
    for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
        passed += counts_[bucket];
        if (passed > 0 && passed >= wanted) {
            return std::chrono::nanoseconds(std::min(end_of(bucket), max_));
        }
    }
    return {};
}

}  // namespace gatehouse::load
