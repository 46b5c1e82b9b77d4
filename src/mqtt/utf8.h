// The text rules of MQTT: well-formed UTF-8 without U+0000. Plain ASCII, the common case, is
// recognised sixteen bytes at a time.
// Source: MQTT 3.1.1 section 1.5.3, MQTT 5 section 1.5.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace gatehouse::mqtt {

enum class TextProblem : std::uint8_t { None, NotUtf8, Nul };

namespace detail {

using SignedBytes16 = signed char __attribute__((vector_size(16)));
using SignedBytes8 = signed char __attribute__((vector_size(8)));

template <class Block>
inline Block load_block(const char* at) {
    Block block;
    std::memcpy(&block, at, sizeof block);
    return block;
}

inline bool any(SignedBytes16 mask) {
    std::uint64_t halves[2];
    std::memcpy(halves, &mask, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}
inline bool any(SignedBytes8 mask) {
    std::uint64_t whole;
    std::memcpy(&whole, &mask, sizeof whole);
    return whole != 0;
}

// Whether no byte is suspect; `suspect` maps a vector of bytes to a vector of masks, and one
// byte to whether it is.
template <class Suspect>
inline bool none(std::string_view text, Suspect suspect) {
    const char* at = text.data();
    const char* const end = at + text.size();
    if (text.size() >= 16) {
        for (; end - at > 16; at += 16) {
            if (any(suspect(load_block<SignedBytes16>(at)))) return false;
        }
        // The last block overlaps the one before, so there is no loop over single bytes.
        return !any(suspect(load_block<SignedBytes16>(end - 16)));
    }
    if (text.size() >= 8) {
        return !any(static_cast<SignedBytes8>(suspect(load_block<SignedBytes8>(at)) |
                                              suspect(load_block<SignedBytes8>(end - 8))));
    }
    for (; at != end; ++at) {
        if (suspect(static_cast<signed char>(*at))) return false;
    }
    return true;
}

}  // namespace detail

// Whether every byte is in 0x01-0x7f. As signed bytes, NUL and all non-ASCII bytes are <= 0.
inline bool is_plain_text(std::string_view text) {
    return detail::none(text, [](auto bytes) { return bytes <= 0; });
}

// The same, and no byte is '+' or '#': a topic name needs no closer look (unless it is empty).
inline bool is_plain_topic_name(std::string_view text) {
    return detail::none(text,
                        [](auto bytes) { return (bytes <= 0) | (bytes == '+') | (bytes == '#'); });
}

// The full check.
TextProblem check_text(std::string_view text);

// Whether a packet can carry the text: that, and the length, at most string_size_max bytes. For
// texts that come another way than in a packet.
bool is_packet_text(std::string_view text);

}  // namespace gatehouse::mqtt
