#include "api/gatehouse/get_status.h"

namespace gatehouse::api::gatehouse {

Result<GetStatusResponse> GetStatus::handle(const Caller& caller, GetStatusRequest) const {
    const auto uptime =
        std::chrono::duration_cast<std::chrono::seconds>(clock.steady_now() - started);
    const bool manual = dynamic_cast<const ManualClock*>(&clock) != nullptr;
    return GetStatusResponse{.version = facts.version,
                             .profile = facts.profile,
                             .tenancy = facts.tenancy,
                             .account = caller.tenant.account.value(),
                             .region = caller.tenant.region.value(),
                             .endpoint = facts.endpoint,
                             .clock = manual ? ClockKind::Manual : ClockKind::System,
                             .time = clock.wall_now(),
                             .uptime_seconds = uptime.count()};
}

}  // namespace gatehouse::api::gatehouse
