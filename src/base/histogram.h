// How long things took, counted in fixed buckets.
//
// Threads: add() by one thread at a time; read() by any, at any time.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/pinned.h"

namespace gatehouse {

class Histogram : Pinned {
public:
    // Upper bounds, inclusive; one more bucket has what is longer.
    static constexpr std::array<std::chrono::microseconds, 14> bounds = [] {
        using us = std::chrono::microseconds;
        return std::array{us(50),      us(100),     us(250),       us(500),      us(1'000),
                          us(2'500),   us(5'000),   us(10'000),    us(25'000),   us(50'000),
                          us(100'000), us(250'000), us(1'000'000), us(5'000'000)};
    }();

    void add(std::chrono::nanoseconds duration) {
        std::size_t bucket = 0;
        while (bucket < bounds.size() && duration > bounds[bucket]) ++bucket;
        raise(counts_[bucket], 1);
        raise(nanoseconds_, static_cast<std::uint64_t>(duration.count()));
    }

    struct Reading {
        std::array<std::uint64_t, bounds.size() + 1> counts{};
        std::uint64_t nanoseconds = 0;  // of all together

        Reading& operator+=(const Reading& other) {
            for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
            nanoseconds += other.nanoseconds;
            return *this;
        }
    };
    Reading read() const {
        Reading reading;
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            reading.counts[i] = counts_[i].load(std::memory_order_relaxed);
        }
        reading.nanoseconds = nanoseconds_.load(std::memory_order_relaxed);
        return reading;
    }

private:
    static void raise(std::atomic<std::uint64_t>& cell, std::uint64_t by) {
        cell.store(cell.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    }
    std::array<std::atomic<std::uint64_t>, bounds.size() + 1> counts_{};
    std::atomic<std::uint64_t> nanoseconds_{0};
};

}  // namespace gatehouse
