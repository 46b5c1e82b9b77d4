// How many connections there may be: what the settings say, and no more than this process has
// descriptors for, so that a flood leaves some to the API, to functions and to files.
//
// Pure.
#pragma once

#include <cstdint>
#include <string>

#include "server/settings.h"

namespace gatehouse::server {

struct ConnectionBounds {
    std::size_t total_max = 0;        // of devices
    std::size_t per_address_max = 0;  // of devices
    std::size_t api_max = 0;          // beside them
    std::size_t api_per_address_max = 0;
    std::string lowered;  // what is less than was set and why; empty: nothing
};

// `descriptors` as raise_descriptor_limit() has it; 0: unknown, and nothing is lowered. Where they
// are few, one address leaves an eighth of the connections to the others.
ConnectionBounds connection_bounds(const Settings& settings, std::uint64_t descriptors);

}  // namespace gatehouse::server
