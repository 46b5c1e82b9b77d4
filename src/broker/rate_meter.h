// What of a connection happens in the running second, and whether that is more than its profile
// allows.
#pragma once

#include <cstdint>

#include "base/profile.h"

namespace gatehouse::broker {

// How a message stands to the rates of its connection, connection_publishes_per_second_max and
// connection_bytes_per_second_max, which count both directions together.
enum class PublishRate : std::uint8_t {
    Within,
    Over,      // where rates are only counted
    Exceeded,  // where they are throttled
};

// Messages and bytes of one connection; three words.
class RateMeter {
public:
    // Counts a message in the second `now_seconds`.
    PublishRate add(std::uint32_t now_seconds, std::size_t bytes, const Limits& limits,
                    Rates rates) {
        if (now_seconds != second_) {
            second_ = now_seconds;
            messages_ = 0;
            bytes_ = 0;
        }
        ++messages_;
        bytes_ += bytes;
        const bool is_within = messages_ <= limits.connection_publishes_per_second_max &&
                               bytes_ <= limits.connection_bytes_per_second_max;
        if (is_within) [[likely]]
            return PublishRate::Within;
        return rates == Rates::Counted ? PublishRate::Over : PublishRate::Exceeded;
    }

private:
    std::uint64_t bytes_ = 0;
    std::uint32_t second_ = 0;
    std::uint32_t messages_ = 0;
};

// Stored messages that were sent in one second; those of shared groups apart.
class StoredRate {
public:
    std::uint32_t sent(std::uint32_t now_seconds, bool of_group) const {
        if (now_seconds != second_) return 0;
        return of_group ? of_groups_ : own_;
    }
    bool has_begun(std::uint32_t now_seconds) const {
        return now_seconds == second_ && own_ + of_groups_ != 0;
    }
    void add(std::uint32_t now_seconds, bool of_group) {
        if (now_seconds != second_) *this = StoredRate();
        second_ = now_seconds;
        ++(of_group ? of_groups_ : own_);
    }

private:
    std::uint32_t second_ = 0;
    std::uint32_t own_ = 0;
    std::uint32_t of_groups_ = 0;
};

// Whether there is anything to count.
inline bool has_rates(const Limits& limits) {
    return limits.connection_publishes_per_second_max != no_limit ||
           limits.connection_bytes_per_second_max != no_limit;
}

}  // namespace gatehouse::broker
