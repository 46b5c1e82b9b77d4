// Connections that are refused at a bound, told of at most once a second: a flood is one record a
// second.
//
// Threads: one loop.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/clock.h"

namespace gatehouse::net {

class RefusalTally {
public:
    // One more. How many since they were told of last, where it is time to tell.
    std::optional<std::size_t> add(SteadyTime now) {
        ++count_;
        if (told_ && now - *told_ < std::chrono::seconds(1)) return std::nullopt;
        told_ = now;
        return std::exchange(count_, 0);
    }

private:
    std::size_t count_ = 0;
    std::optional<SteadyTime> told_;
};

}  // namespace gatehouse::net
