// Numbers that should come one after the other: which did not come, came twice, or came late.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <map>

namespace gatehouse::load {

class Sequence {
public:
    enum class Start : std::uint8_t {
        AtZero,         // what is missing before the first is lost
        AtTheFirstSeen  // whoever listens came later
    };
    explicit Sequence(Start start) : open_(start == Start::AtTheFirstSeen) {}

    void note(std::uint64_t number);

    // One more than the highest number seen.
    std::uint64_t next() const { return next_; }
    // Below next() and not seen. What comes late is no longer lost, but out of order.
    std::uint64_t lost() const { return lost_; }
    std::uint64_t duplicates() const { return duplicates_; }
    std::uint64_t out_of_order() const { return out_of_order_; }

private:
    void note_earlier(std::uint64_t number);

    // Numbers not seen: first, and one behind the last. Of more gaps than gaps_max the oldest are
    // forgotten; what comes late for those counts as a duplicate.
    std::map<std::uint64_t, std::uint64_t> gaps_;
    std::uint64_t next_ = 0;
    std::uint64_t lost_ = 0;
    std::uint64_t duplicates_ = 0;
    std::uint64_t out_of_order_ = 0;
    bool open_;  // where it begins is not known yet
};

}  // namespace gatehouse::load
