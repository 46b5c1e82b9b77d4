// What one listener has of each publisher's numbered messages.
//
// Threads: one loop.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "load/sequence.h"
#include "load/stamp.h"

namespace gatehouse::load {

class Streams {
public:
    // Whose messages count.
    enum class Of : std::uint8_t {
        Anybody,   // whoever publishes, from the first message heard
        Expected,  // those named by expect(), from their first
    };
    explicit Streams(Of of) : of_(of) {}

    // The answer lives as long as this object.
    const Sequence& expect(std::uint64_t stream);
    // False for a message that does not count.
    bool note(const Stamp& stamp);

    std::uint64_t lost() const { return sum(&Sequence::lost); }
    std::uint64_t duplicates() const { return sum(&Sequence::duplicates); }
    std::uint64_t out_of_order() const { return sum(&Sequence::out_of_order); }

private:
    std::uint64_t sum(std::uint64_t (Sequence::*part)() const) const;

    const Of of_;
    std::unordered_map<std::uint64_t, Sequence> sequences_;
    // Of the last message: most come in rows.
    std::uint64_t last_stream_ = 0;
    Sequence* last_ = nullptr;
};

}  // namespace gatehouse::load
