// What a loop has to do to sessions at a later time: end them, publish their wills, send on.
//
// Entries are not taken back: each carries the session's attachment number, and one that no
// longer fits is passed over when its time comes.
//
// Threads: one loop.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"

namespace gatehouse::broker {

struct Expiry {
    enum class Kind : std::uint8_t {
        Session,   // nobody resumed it
        Will,      // the will delay is over
        Rate,      // a new second: delivery may go on
        Feed,      // more retained messages may be looked for
        Room,      // a member of a group has room again for what went to others
        HandOn,    // what waits for it although it is away may have a better place
        Messages,  // something in its queue has expired
    };

    SteadyTime at;
    std::uint32_t slot = 0;
    std::uint32_t attachment = 0;
    Kind kind = Kind::Session;
};

class Expiries {
public:
    void add(const Expiry& expiry);
    // The next one that is due, taken out.
    std::optional<Expiry> take_due(SteadyTime now);
    // Forgets the entries for which is_wanted(const Expiry&) is false.
    template <class IsWanted>
    void keep(IsWanted is_wanted) {
        std::erase_if(heap_, [&](const Expiry& expiry) { return !is_wanted(expiry); });
        std::ranges::make_heap(heap_, is_later);
    }
    std::size_t size() const { return heap_.size(); }
    // SteadyTime::max() when there is none.
    SteadyTime next() const { return heap_.empty() ? SteadyTime::max() : heap_.front().at; }

private:
    static bool is_later(const Expiry& a, const Expiry& b) { return a.at > b.at; }

    std::vector<Expiry> heap_;  // soonest first
};

}  // namespace gatehouse::broker
