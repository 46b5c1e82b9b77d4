#include "api/gatehouse/advance_clock.h"

namespace gatehouse::api::gatehouse {

Result<AdvanceClockResponse> AdvanceClock::handle(const Caller&,
                                                  AdvanceClockRequest request) const {
    if (clock == nullptr) {
        return fail(ErrorKind::Conflict,
                    "this server runs on the system's clock; start it with --clock manual to "
                    "move its time");
    }
    clock->advance(std::chrono::milliseconds(request.milliseconds));
    if (wake_loops) wake_loops();
    return AdvanceClockResponse{.time = clock->wall_now()};
}

}  // namespace gatehouse::api::gatehouse
