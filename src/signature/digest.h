// SHA-256 and HMAC-SHA-256 over bytes in memory.
//
// Threads: pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse::signature {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view bytes);
// Lower-case hexadecimal.
std::string sha256_hex(std::string_view bytes);

Digest hmac_sha256(std::string_view key, std::string_view message);
inline std::string_view view_of(const Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// sha256_hex("").
inline constexpr std::string_view empty_payload_hash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

}  // namespace gatehouse::signature
