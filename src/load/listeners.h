// What those who listen to one publisher have of its numbered messages.
//
// Threads: one loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "load/sequence.h"

namespace gatehouse::load {

class Listeners {
public:
    // The sequence of this publisher at one more listener. It must outlive this object.
    void add(const Sequence& sequence) { sequences_.push_back(&sequence); }
    bool empty() const { return sequences_.empty(); }

    // Whether that many messages, from the first, have come to each of them, or were passed over.
    // Requires: not empty.
    bool all_have(std::uint64_t messages);
    // How many of them each has, at least. Requires: not empty.
    std::uint64_t least() const;
    // Of so many sent: those that have not come to a listener, summed over all.
    std::uint64_t outstanding(std::uint64_t sent) const;

private:
    std::vector<const Sequence*> sequences_;
    // Asked before each message: numbers only grow, so that most answers need no look at all.
    std::uint64_t known_least_ = 0;
    std::size_t slowest_ = 0;
};

}  // namespace gatehouse::load
