// How long to wait before the next attempt: twice as long each time, up to a bound, and half of
// it at random, so that a fleet that lost its server does not come back in one wave.
//
// Source: AWS Well-Architected Framework, REL05-BP03 "Control and limit retry calls".
#pragma once

#include <chrono>

#include "base/random.h"

namespace gatehouse::server::device {

struct BackOffBounds {
    std::chrono::milliseconds first{1000};   // > 0
    std::chrono::milliseconds most{60'000};  // >= first
};

class BackOff {
public:
    // `random` must outlive it.
    explicit BackOff(Random& random, BackOffBounds bounds = {})
        : random_(random), bounds_(bounds), ceiling_(bounds.first) {}

    // Between half of the present ceiling and all of it; doubles the ceiling.
    std::chrono::milliseconds next();
    // After a connection that was of use.
    void reset() { ceiling_ = bounds_.first; }

private:
    Random& random_;
    const BackOffBounds bounds_;
    std::chrono::milliseconds ceiling_;
};

}  // namespace gatehouse::server::device
