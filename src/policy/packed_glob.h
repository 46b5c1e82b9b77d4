// A glob in bytes, half as long as one in units: three bytes that UTF-8 does not have stand for
// wildcards and for what matches nothing.
//
//   the literal bytes that it begins with, then what is left: nothing, one `*`, or more
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "policy/literal_trie.h"
#include "policy/pattern.h"

namespace gatehouse::policy {

struct PackedGlob {
    std::string_view prefix;
    std::string_view rest;
};

inline constexpr std::uint8_t packed_any_run = 0xFF;
inline constexpr std::uint8_t packed_any_one = 0xFE;
inline constexpr std::uint8_t packed_never = 0xFD;

// A packed glob that owns its bytes.
struct PackedGlobText {
    std::string bytes;
    std::size_t prefix_length = 0;

    bool operator==(const PackedGlobText&) const = default;
};

// Nothing for globs with slots, and with bytes that mean something else here (as a value that is no
// UTF-8 may bring in).
std::optional<PackedGlobText> pack_glob(GlobView glob);

// Whether what is left of a glob behind its literal bytes matches the text.
bool rest_matches(std::string_view rest, std::string_view text) noexcept;

// Inline up to the literal bytes, at which most comparisons end.
inline bool matches(PackedGlob glob, std::string_view text) noexcept {
    const std::size_t length = glob.prefix.size();
    if (text.size() < length) return false;
    // The last byte first: names of one policy often begin alike.
    if (length > 0 && glob.prefix.back() != text[length - 1]) return false;
    if (!equal_bytes(glob.prefix.data(), text.data(), length)) return false;
    text.remove_prefix(length);
    if (glob.rest.empty()) return text.empty();
    return rest_matches(glob.rest, text);
}

}  // namespace gatehouse::policy
