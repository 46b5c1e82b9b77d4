// Clients that only connect: a crowd that comes and stays, or visitors that come, leave at once
// and come again.
//
// Threads: one loop, which they turn themselves.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "load/client.h"
#include "load/traffic.h"

namespace gatehouse::load {

struct CrowdPlan {
    Target target;
    std::string prefix = "load";  // of client ids
    ConnectPace pace;
};

class Crowd : Pinned {
public:
    Crowd(async::EventLoop& loop, CrowdPlan plan, GoesOn goes_on);

    // More come, until there are so many in all, those that failed included.
    void grow_to(std::size_t clients);
    // They stay that long, or until the last is gone.
    void stay_for(std::chrono::nanoseconds duration);
    void leave();

    const Arrivals& arrivals() const { return arrivals_; }

private:
    async::EventLoop& loop_;
    const CrowdPlan plan_;
    const GoesOn goes_on_;
    Arrivals arrivals_;
    std::vector<std::unique_ptr<Client>> clients_;
};

enum class UpTo : std::uint8_t {
    Connack,
    Handshake,  // the visitor leaves as soon as the stream stands, without CONNECT
};

struct VisitPlan {
    Target target;
    std::string prefix = "load";
    std::size_t at_once = 16;
    std::uint64_t visits = std::numeric_limits<std::uint64_t>::max();
    std::chrono::nanoseconds duration = std::chrono::nanoseconds::max();
    UpTo up_to = UpTo::Connack;
    ConnectPace pace;  // its under_way_max does not count: at_once does
};

// Until all visits are made, the time is over, or `goes_on` (Phase::Running) says no.
void make_visits(async::EventLoop& loop, const VisitPlan& plan, const GoesOn& goes_on,
                 Arrivals& arrivals);

}  // namespace gatehouse::load
