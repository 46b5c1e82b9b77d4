// Tells whether the registry changed for a client between two moments, without keeping anything of
// the client: counters that many clients share. So a yes may be wrong, a no never is.
//
// Threads: any.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/pinned.h"
#include "base/tenant.h"
#include "registry/affected_clients.h"

namespace gatehouse::authentication {

class IdentityEpochs : Pinned {
public:
    // Another one whenever a change that concerns this client was noted in between. An empty
    // client id: the client has none.
    std::uint64_t stamp(const Tenant& tenant, std::string_view certificate_id,
                        std::string_view client_id) const;
    void note(const registry::AffectedClients& affected);

private:
    using Count = std::atomic<std::uint64_t>;
    static constexpr std::size_t counts = 4096;
    static std::size_t place_of(const Tenant& tenant, std::string_view name);

    std::array<Count, counts> counts_{};
    Count of_everyone_ = 0;
};

}  // namespace gatehouse::authentication
