// What attempts to get in are counted by: bits of a keyed hash of the user a client says to be and
// its address, so that a key takes as much memory whatever the client called itself, and nobody can
// choose two that collide.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace gatehouse::authentication {

using GateKey = std::array<std::uint8_t, 16>;

struct GateKeyHash {
    std::size_t operator()(const GateKey& key) const {
        std::size_t bits = 0;
        std::memcpy(&bits, key.data(), sizeof bits);
        return bits;
    }
};

}  // namespace gatehouse::authentication
