// What is known of a client that asks to get in.
#pragma once

#include <cstdint>

namespace gatehouse::authentication {

enum class Standing : std::uint8_t {
    Known,   // got in before
    New,     // never seen
    Suspect  // new, at an address whose clients made the function fail
};

}  // namespace gatehouse::authentication
