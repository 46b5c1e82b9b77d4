// The moment after which waiting is given up. Every operation that can wait takes one.
#pragma once

#include "base/clock.h"

namespace gatehouse {

class Deadline {
public:
    explicit Deadline(SteadyTime at) : at_(at) {}
    // For work whose owner ends it in another way (a listener accepting, a subscription).
    static Deadline never() { return Deadline(SteadyTime::max()); }
    static Deadline after(const Clock& clock, SteadyTime::duration wait) {
        return Deadline(clock.steady_now() + wait);
    }

    SteadyTime at() const { return at_; }
    bool is_never() const { return at_ == SteadyTime::max(); }
    bool passed(SteadyTime now) const { return now >= at_; }
    // Zero when passed.
    SteadyTime::duration remaining(SteadyTime now) const {
        return passed(now) ? SteadyTime::duration::zero() : at_ - now;
    }
    Deadline sooner_of(Deadline other) const { return at_ < other.at_ ? *this : other; }

private:
    SteadyTime at_;
};

}  // namespace gatehouse
