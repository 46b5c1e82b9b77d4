// How long things took: every value is counted in a bucket less than 1 % wide, so that any
// percentile can be read afterwards, however many values there were.
//
// Threads: one at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace gatehouse::load {

class Latencies {
public:
    // What is negative counts as nothing: clocks of two machines differ.
    void add(std::chrono::nanoseconds value);
    void clear();

    std::uint64_t count() const { return count_; }
    std::chrono::nanoseconds max() const { return std::chrono::nanoseconds(max_); }
    // The value that this share of all values (0.99: the 99th percentile) does not exceed, at most
    // 1 % too high. 0 when there is none.
    std::chrono::nanoseconds at(double share) const;

private:
    std::vector<std::uint64_t> counts_;  // as many as were needed so far
    std::uint64_t count_ = 0;
    std::uint64_t max_ = 0;
};

}  // namespace gatehouse::load
