// Counts what happens in the running second; two words.
#pragma once

#include <cstdint>

namespace gatehouse::broker {

class RateMeter {
public:
    // Counts `amount` in the second `now_seconds` and returns that second's count so far.
    std::uint32_t add(std::uint32_t now_seconds, std::uint32_t amount) {
        if (now_seconds != second_) {
            second_ = now_seconds;
            count_ = 0;
        }
        return count_ += amount;
    }
    std::uint32_t count(std::uint32_t now_seconds) const {
        return now_seconds == second_ ? count_ : 0;
    }

private:
    std::uint32_t second_ = 0;
    std::uint32_t count_ = 0;
};

}  // namespace gatehouse::broker
