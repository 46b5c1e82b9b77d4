// A bounded room that many groups of records share, so that one that floods leaves room for others:
// each may have four times what is left. Alone it gets four fifths, two get four ninths each.
//
// Threads: all methods from any.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <string>

#include "logs/event_sink.h"

namespace gatehouse::logs {

class FairShares {
public:
    // Which part a stream's group has. Few groups may, by chance, share one.
    static std::size_t part_of(const StreamAddress& to) {
        return (std::hash<std::string>{}(to.group) ^ std::hash<Tenant>{}(to.tenant)) % part_count;
    }

    // Whether a part may have more of a room of `room` bytes.
    bool may_have_more(std::size_t part, std::size_t room) const {
        const std::size_t all = all_.load(std::memory_order_relaxed);
        return all < room && parts_[part].load(std::memory_order_relaxed) <= 4 * (room - all);
    }
    // What all had before.
    std::size_t add(std::size_t part, std::size_t bytes) {
        parts_[part].fetch_add(bytes, std::memory_order_relaxed);
        return all_.fetch_add(bytes);
    }
    void remove(std::size_t part, std::size_t bytes) {
        parts_[part].fetch_sub(bytes, std::memory_order_relaxed);
        all_.fetch_sub(bytes);
    }
    void clear() {
        for (auto& part : parts_) part.store(0, std::memory_order_relaxed);
        all_.store(0);
    }
    std::size_t all() const { return all_.load(std::memory_order_relaxed); }

private:
    static constexpr std::size_t part_count = 256;
    std::array<std::atomic<std::size_t>, part_count> parts_{};
    std::atomic<std::size_t> all_ = 0;
};

}  // namespace gatehouse::logs
