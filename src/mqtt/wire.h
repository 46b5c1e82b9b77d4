// Reading and writing the data representations of MQTT (section 1.5). Used by the decoders and
// encoders of this module; not meant for others.
#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "mqtt/decode_error.h"
#include "mqtt/frame.h"
#include "mqtt/utf8.h"

namespace gatehouse::mqtt::wire {

inline std::uint16_t load_u16(const std::uint8_t* at) {
    return static_cast<std::uint16_t>(at[0] << 8 | at[1]);
}
inline std::uint32_t load_u32(const std::uint8_t* at) {
    return static_cast<std::uint32_t>(at[0]) << 24 | static_cast<std::uint32_t>(at[1]) << 16 |
           static_cast<std::uint32_t>(at[2]) << 8 | at[3];
}
inline std::uint8_t* store_u16(std::uint8_t* out, std::uint32_t value) {
    out[0] = static_cast<std::uint8_t>(value >> 8);
    out[1] = static_cast<std::uint8_t>(value);
    return out + 2;
}
inline std::uint8_t* store_u32(std::uint8_t* out, std::uint32_t value) {
    store_u16(out, value >> 16);
    return store_u16(out + 2, value & 0xffff);
}

// Reads from front to back. The first mistake sticks: from then on every read gives zero or
// nothing, so that a decoder asks for all its fields and looks at error() where it must.
class Reader {
public:
    Reader(BytesView bytes, ProtocolVersion version)
        : at_(bytes.data()), end_(bytes.data() + bytes.size()), version_(version) {}

    std::size_t remaining() const { return static_cast<std::size_t>(end_ - at_); }
    bool at_end() const { return at_ == end_; }
    bool ok() const { return !error_.has_value(); }
    const DecodeError& error() const { return *error_; }

    std::uint8_t u8(std::string_view subject) {
        const std::uint8_t* at = take(1, subject);
        return at != nullptr ? *at : 0;
    }
    std::uint16_t u16(std::string_view subject) {
        const std::uint8_t* at = take(2, subject);
        return at != nullptr ? load_u16(at) : 0;
    }
    std::uint32_t u32(std::string_view subject) {
        const std::uint8_t* at = take(4, subject);
        return at != nullptr ? load_u32(at) : 0;
    }
    // One to four bytes, no more than needed [MQTT-1.5.5-1].
    std::uint32_t variable_int(std::string_view subject);
    // Length in two bytes, then as many bytes.
    BytesView binary(std::string_view subject) {
        const std::size_t size = u16(subject);
        const std::uint8_t* at = take(size, subject);
        return at != nullptr ? BytesView(at, size) : BytesView();
    }
    // The same, checked to be text.
    std::string_view text(std::string_view subject);
    // Length as a variable byte integer, then as many bytes.
    BytesView property_section();
    BytesView rest() {
        const BytesView all(at_, remaining());
        at_ = end_;
        return all;
    }
    // Anything left over is a mistake.
    void expect_end(std::string_view subject);

    void refuse(DecodeError error) {
        if (!error_) error_ = error;
        at_ = end_;
    }

private:
    const std::uint8_t* take(std::size_t count, std::string_view subject) {
        if (remaining() < count) [[unlikely]] {
            refuse_truncated(subject);
            return nullptr;
        }
        const std::uint8_t* at = at_;
        at_ += count;
        return at;
    }
    void refuse_truncated(std::string_view subject);

    const std::uint8_t* at_;
    const std::uint8_t* end_;
    ProtocolVersion version_;
    std::optional<DecodeError> error_;
};

std::optional<DecodeError> text_error(TextProblem problem, ProtocolVersion version,
                                      std::string_view subject);

inline void put_u8(Bytes& out, std::uint32_t value) {
    out.push_back(static_cast<std::uint8_t>(value));
}
void put_u16(Bytes& out, std::uint32_t value);
void put_u32(Bytes& out, std::uint32_t value);
void put_variable_int(Bytes& out, std::uint32_t value);
// Length in two bytes, then the text. Requires: at most string_size_max bytes.
void put_text(Bytes& out, std::string_view text);
inline void put_binary(Bytes& out, BytesView data) {
    put_text(out, text_of(data));
}
void put_raw(Bytes& out, BytesView data);
// Length as a variable byte integer, then the section.
void put_property_section(Bytes& out, BytesView section);
// First byte, remaining length, body. Requires: the body is at most remaining_length_max bytes.
void put_packet(Bytes& out, PacketType type, std::uint8_t flags, BytesView body);

// What every packet but PUBLISH has fixed: flags that are reserved, and for MQTT 5 a remaining
// length in as few bytes as possible.
std::optional<DecodeError> check_fixed_header(const Frame& frame, ProtocolVersion version);

}  // namespace gatehouse::mqtt::wire
