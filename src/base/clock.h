// Time, replaceable. Kinds that never mix: steady time for waiting, wall time for records, expiries
// on disk and signatures; and machine time, for waiting for what really takes its time here,
// whatever the clock says: other processes, and those who guess passwords.
//
// Threads: every method may be called from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "base/pinned.h"

namespace gatehouse {

using SteadyTime = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

class Clock {
public:
    virtual ~Clock() = default;
    virtual SteadyTime steady_now() const = 0;
    virtual WallTime wall_now() const = 0;
    // Of the same kind as steady time: the clocks of most are the same.
    virtual SteadyTime machine_now() const { return steady_now(); }
};

class SystemClock final : public Clock {
public:
    SteadyTime steady_now() const override;
    WallTime wall_now() const override;
};

// Stands still until advanced; all times move together. For tests and `--clock manual`.
class ManualClock final : public Clock, Pinned {
public:
    enum class MachineTime : std::uint8_t {
        StandsStill,
        Goes,  // as the machine's does, and with each advance
    };
    // Starts at the given wall time (default 2026-01-01T00:00:00Z).
    explicit ManualClock(WallTime start = default_start(),
                         MachineTime machine_time = MachineTime::StandsStill);

    static WallTime default_start();
    SteadyTime steady_now() const override;
    WallTime wall_now() const override;
    SteadyTime machine_now() const override;
    // Requires: by >= 0.
    void advance(std::chrono::milliseconds by);

private:
    const WallTime start_;
    const MachineTime machine_time_;
    std::atomic<std::int64_t> elapsed_ms_ = 0;
};

// "2017-08-10 15:37:23.476", the form of AWS IoT log entries. UTC.
std::string format_log_time(WallTime time);
// "2017-08-10T15:37:23.476Z".
std::string format_iso8601(WallTime time);
// "20170810T153723Z", the form of X-Amz-Date.
std::string format_amz_date(WallTime time);

}  // namespace gatehouse
