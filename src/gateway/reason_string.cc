#include "gateway/reason_string.h"

#include <fmt/format.h>

#include "mqtt/utf8.h"

namespace gatehouse::gateway {

namespace {

constexpr std::size_t reason_bytes_max = 1024;

bool continues_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

}  // namespace

std::optional<std::string_view> sendable_reason(std::string_view reason) {
    if (reason.size() > reason_bytes_max) {
        std::size_t size = reason_bytes_max;
        while (size > 0 && continues_character(reason[size])) --size;
        reason = reason.substr(0, size);
    }
    if (reason.empty() || mqtt::check_text(reason) != mqtt::TextProblem::None) return std::nullopt;
    return reason;
}

std::string text_of_connack(std::optional<mqtt::ProtocolVersion> version, mqtt::ReasonCode reason) {
    if (!version) {
        return fmt::format("the connection was closed without CONNACK ({})", mqtt::name_of(reason));
    }
    if (*version == mqtt::ProtocolVersion::V5) {
        return fmt::format("CONNACK 0x{:02x} ({})", mqtt::value_of(reason), mqtt::name_of(reason));
    }
    return fmt::format("CONNACK {} ({})", mqtt::connect_return_code(reason).value_or(0),
                       mqtt::name_of(reason));
}

}  // namespace gatehouse::gateway
