#include "gateway/reason_string.h"

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

}  // namespace gatehouse::gateway
