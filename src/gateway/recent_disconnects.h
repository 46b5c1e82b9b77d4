// Who left lately, for those who ask about a connection that is over. Bounded; the oldest goes
// first.
//
// Source: AWS IoT data plane API Reference, GetConnection: kept for 30 minutes.
//
// Threads: one loop.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/pinned.h"
#include "base/tenant.h"

namespace gatehouse::gateway {

struct PastConnection {
    Tenant tenant;
    std::string client_id;
    std::string source_ip;
    std::uint16_t source_port = 0;
    std::string_view reason;  // as of lifecycle events; a literal
    WallTime connected_at{};
    WallTime disconnected_at{};
};

class RecentDisconnects : Pinned {
public:
    static constexpr std::size_t kept_max = 1024;

    void add(PastConnection past);
    // The latest of that client; null: none within the last 30 minutes.
    const PastConnection* find(const Tenant& tenant, std::string_view client_id,
                               WallTime now) const;

private:
    std::deque<PastConnection> past_;  // oldest first
};

}  // namespace gatehouse::gateway
