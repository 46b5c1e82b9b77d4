// What one record may cost a query, so that none takes the memory or the time of all others.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gatehouse::logs::insights {

class Effort {
public:
    // A unit is a byte of text that is read, or a step of a regular expression. This many take
    // about half a second, and hold at most units_max / held_factor bytes at once.
    static constexpr std::uint64_t units_max = 128UL * 1024 * 1024;
    static constexpr std::uint64_t held_factor = 8;

    // False, from then on for good, when it is more than is left.
    bool spend(std::uint64_t units) {
        if (units > left_) is_spent_ = true;
        if (is_spent_) return false;
        left_ -= units;
        return true;
    }
    // Text that stays until the record went through all commands.
    bool hold(std::size_t bytes) { return spend(held_factor * bytes); }
    bool is_spent() const { return is_spent_; }
    // For the next record.
    void renew() { left_ = units_max; }

private:
    std::uint64_t left_ = units_max;
    bool is_spent_ = false;
};

}  // namespace gatehouse::logs::insights
