// Whether a thing is connected, and since when.
// Source: AWS IoT API Reference, ThingConnectivity, GetThingConnectivityData; Developer Guide,
// "Lifecycle events".
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"

namespace gatehouse::indexing {

struct Connectivity {
    bool is_connected = false;
    WallTime since{};           // when it connected or disconnected; 0: not known
    std::string reason;         // why it is not; empty: it is, or nobody knows
    std::uint64_t version = 0;  // grows with each connection

    bool operator==(const Connectivity&) const = default;
};

}  // namespace gatehouse::indexing
