// How often a client id connected in the running second, over all loops.
//
// Approximate on purpose: a fixed table in which the newest client of a slot replaces the one
// before, so that an id may be forgotten under a storm of others; none is ever taken for another
// (but for one chance in 2^32).
//
// Source: AWS IoT Core endpoints and quotas, "Connect requests per second per client ID".
//
// Threads: any.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "base/clock.h"
#include "base/pinned.h"
#include "base/tenant.h"

namespace gatehouse::gateway {

class ConnectRates : Pinned {
public:
    // Counts a connect; how many there were in this second, this one included, up to 255.
    std::uint32_t note(const Tenant& tenant, std::string_view client_id, SteadyTime now);
    // How many were counted in this second.
    std::uint32_t count(const Tenant& tenant, std::string_view client_id, SteadyTime now) const;

private:
    static constexpr std::size_t slot_count = 16 * 1024;
    // 32 bits of the hash, 24 of the second, 8 of the count.
    std::array<std::atomic<std::uint64_t>, slot_count> slots_{};
};

}  // namespace gatehouse::gateway
