#include "mqtt/wire.h"

namespace gatehouse::mqtt::wire {

void Reader::refuse_truncated(std::string_view subject) {
    refuse({ReasonCode::MalformedPacket, clause(version_, "MQTT-4.8.0-1", "MQTT-4.13.1-1"), subject,
            "the packet ends before it is complete"});
}

std::uint32_t Reader::variable_int(std::string_view subject) {
    std::uint32_t value = 0;
    for (std::uint32_t i = 0; i < 4; ++i) {
        const std::uint8_t byte = u8(subject);
        if (!ok()) return 0;
        value |= static_cast<std::uint32_t>(byte & 0x7f) << (7 * i);
        if (byte >= 0x80) continue;
        if (i > 0 && byte == 0) {
            refuse({ReasonCode::MalformedPacket, "MQTT-1.5.5-1", subject,
                    "takes more bytes than its value needs"});
            return 0;
        }
        return value;
    }
    refuse({ReasonCode::MalformedPacket, "1.5.5", subject, "does not end after four bytes"});
    return 0;
}

std::string_view Reader::text(std::string_view subject) {
    const std::string_view text = text_of(binary(subject));
    if (is_plain_text(text)) [[likely]]
        return text;
    if (const auto error = text_error(check_text(text), version_, subject)) {
        refuse(*error);
        return {};
    }
    return text;
}

BytesView Reader::property_section() {
    const std::size_t size = variable_int("Property Length");
    const std::uint8_t* at = ok() ? take(size, "Property Length") : nullptr;
    return at != nullptr ? BytesView(at, size) : BytesView();
}

void Reader::expect_end(std::string_view subject) {
    if (ok() && !at_end()) {
        refuse({ReasonCode::MalformedPacket, clause(version_, "MQTT-4.8.0-1", "MQTT-4.13.1-1"),
                subject, "the packet goes on after its last field"});
    }
}

std::optional<DecodeError> text_error(TextProblem problem, ProtocolVersion version,
                                      std::string_view subject) {
    switch (problem) {
        case TextProblem::None: return std::nullopt;
        case TextProblem::NotUtf8:
            return DecodeError{ReasonCode::MalformedPacket,
                               clause(version, "MQTT-1.5.3-1", "MQTT-1.5.4-1"), subject,
                               "is not well-formed UTF-8"};
        case TextProblem::Nul:
            return DecodeError{ReasonCode::MalformedPacket,
                               clause(version, "MQTT-1.5.3-2", "MQTT-1.5.4-2"), subject,
                               "holds the character U+0000"};
    }
    return std::nullopt;
}

void put_u16(Bytes& out, std::uint32_t value) {
    put_u8(out, value >> 8);
    put_u8(out, value);
}

void put_u32(Bytes& out, std::uint32_t value) {
    put_u16(out, value >> 16);
    put_u16(out, value & 0xffff);
}

void put_variable_int(Bytes& out, std::uint32_t value) {
    assert(value <= remaining_length_max);
    std::uint8_t encoded[4];
    std::uint8_t* const end = write_variable_int(encoded, value);
    out.insert(out.end(), encoded, end);
}

void put_text(Bytes& out, std::string_view text) {
    assert(text.size() <= string_size_max);
    put_u16(out, static_cast<std::uint32_t>(text.size()));
    put_raw(out, bytes_of(text));
}

void put_raw(Bytes& out, BytesView data) {
    out.insert(out.end(), data.begin(), data.end());
}

void put_property_section(Bytes& out, BytesView section) {
    put_variable_int(out, static_cast<std::uint32_t>(section.size()));
    put_raw(out, section);
}

void put_packet(Bytes& out, PacketType type, std::uint8_t flags, BytesView body) {
    out.reserve(out.size() + body.size() + 5);
    put_u8(out, static_cast<std::uint32_t>(type) << 4 | flags);
    put_variable_int(out, static_cast<std::uint32_t>(body.size()));
    put_raw(out, body);
}

std::optional<DecodeError> check_fixed_header(const Frame& frame, ProtocolVersion version) {
    if (version == ProtocolVersion::V5 && frame.has_overlong_length()) {
        return DecodeError{ReasonCode::MalformedPacket, "MQTT-1.5.5-1", "Remaining Length",
                           "takes more bytes than its value needs"};
    }
    // MQTT 3.1 has DUP and QoS in these places and says that they are not used.
    if (version == ProtocolVersion::V3_1) return std::nullopt;
    const PacketType type = frame.type();
    const bool one_is_set = type == PacketType::Pubrel || type == PacketType::Subscribe ||
                            type == PacketType::Unsubscribe;
    if (frame.flags() == (one_is_set ? 2 : 0)) return std::nullopt;
    return DecodeError{ReasonCode::MalformedPacket, clause(version, "MQTT-2.2.2-2", "MQTT-2.1.3-1"),
                       name_of(type),
                       "reserved bits of the first byte are not as the specification sets them"};
}

}  // namespace gatehouse::mqtt::wire
