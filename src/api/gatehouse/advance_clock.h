// AdvanceClock: moves the time of a server that runs with `--clock manual`, so that tests reach
// any expiry without waiting. Refused with the system's clock.
#pragma once

#include <functional>

#include "api/endpoint.h"
#include "api/shapes/gatehouse/advance_clock.h"
#include "base/clock.h"

namespace gatehouse::api::gatehouse {

struct AdvanceClock {
    using Shape = AdvanceClockShape;

    ManualClock* clock;  // null with the system's clock
    std::function<void()> wake_loops;

    Result<AdvanceClockResponse> handle(const Caller& caller, AdvanceClockRequest request) const;
};

}  // namespace gatehouse::api::gatehouse
