#include "server/serve/connection_bounds.h"

#include <fmt/format.h>

#include <algorithm>

namespace gatehouse::server {
namespace {

// Of descriptors, what connections of devices leave to others: a part, and no more than the most
// that these others take.
constexpr std::uint64_t reserved_part = 8;
constexpr std::uint64_t reserved_max = 8192;
// Of connections, what one address leaves to the others. Where all come from one, as in a test or
// behind a balancer without the PROXY protocol, it may still have nearly all.
constexpr std::uint64_t others_part = 8;
// Of what is reserved, for the API.
constexpr std::uint64_t api_part = 3;
constexpr std::size_t api_connections_max = 2048;

std::size_t without_others_part(std::size_t connections) {
    return std::max<std::size_t>(connections - connections / others_part, 1);
}

}  // namespace

ConnectionBounds connection_bounds(const Settings& settings, std::uint64_t descriptors) {
    ConnectionBounds bounds{.total_max = settings.connections_max,
                            .per_address_max = settings.connections_per_address_max,
                            .api_max = api_connections_max,
                            .api_per_address_max = without_others_part(api_connections_max),
                            .lowered = {}};
    if (descriptors == 0) return bounds;
    const std::uint64_t reserved = std::min(descriptors / reserved_part, reserved_max);
    const std::uint64_t room = descriptors - reserved;
    bounds.api_max = std::clamp<std::size_t>(reserved / api_part, 1, api_connections_max);
    bounds.api_per_address_max = without_others_part(bounds.api_max);
    if (room >= bounds.total_max) return bounds;
    bounds.total_max = std::max<std::uint64_t>(room, 1);
    bounds.per_address_max =
        std::min(bounds.per_address_max, without_others_part(bounds.total_max));
    bounds.lowered = fmt::format(
        "this process may open {} descriptors: at most {} connections are taken, {} of one "
        "address, though connections-max is {} and connections-per-address-max {}; raise the limit "
        "of open files (LimitNOFILE=, ulimit -n) for more",
        descriptors, bounds.total_max, bounds.per_address_max, settings.connections_max,
        settings.connections_per_address_max);
    return bounds;
}

}  // namespace gatehouse::server
