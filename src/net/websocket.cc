#include "net/websocket.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstring>

#include "base/encoding.h"

namespace gatehouse::net {
namespace {

constexpr std::string_view accept_suffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t key_bytes = 16;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_word(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

// Visits the elements of a comma-separated header, over all fields of that name.
template <class Visit>
void for_each_element(const HttpHeaders& headers, std::string_view name, Visit visit) {
    for (const auto& [field, value] : headers.fields()) {
        if (!same_word(field, name)) continue;
        for (std::string_view rest = value; !rest.empty();) {
            const std::size_t comma = std::min(rest.find(','), rest.size());
            std::string_view element = rest.substr(0, comma);
            rest.remove_prefix(std::min(comma + 1, rest.size()));
            const auto first = element.find_first_not_of(" \t");
            if (first == element.npos) continue;
            element = element.substr(first, element.find_last_not_of(" \t") - first + 1);
            visit(element);
        }
    }
}

bool has_element(const HttpHeaders& headers, std::string_view name, std::string_view wanted) {
    bool found = false;
    for_each_element(headers, name,
                     [&](std::string_view element) { found |= same_word(element, wanted); });
    return found;
}

HttpResponse refuse_upgrade(unsigned status, std::string_view sentence) {
    HttpResponse response{.status = status, .close = true};
    response.headers.set("Content-Type", "text/plain; charset=utf-8");
    if (status == 426) {
        response.headers.set("Upgrade", "websocket");
        response.headers.set("Sec-WebSocket-Version", "13");
    }
    response.body = std::string(sentence) + "\n";
    return response;
}

// Section 4.2.2, point 5.4.
std::string accept_value(std::string_view key) {
    const std::string text = std::string(key) + std::string(accept_suffix);
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest;
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
    return to_base64(BytesView(digest).first(size));
}

}  // namespace

bool asks_for_websocket(const HttpRequest& request) {
    return request.headers.find("Sec-WebSocket-Key").has_value() ||
           has_element(request.headers, "Upgrade", "websocket");
}

HttpResponse answer_websocket(const HttpRequest& request,
                              std::span<const std::string_view> protocols) {
    if (request.method != "GET") return refuse_upgrade(405, "a WebSocket begins with GET");
    if (request.version < 11 || !has_element(request.headers, "Upgrade", "websocket") ||
        !has_element(request.headers, "Connection", "Upgrade")) {
        return refuse_upgrade(426, "MQTT over WebSocket is served here: ask for an upgrade");
    }
    if (request.headers.find("Sec-WebSocket-Version") != "13") {
        return refuse_upgrade(426, "only version 13 of WebSocket is spoken");
    }
    const auto key = request.headers.find("Sec-WebSocket-Key");
    const auto decoded = key ? from_base64(*key) : std::nullopt;
    if (!decoded || decoded->size() != key_bytes) {
        return refuse_upgrade(400, "Sec-WebSocket-Key is not 16 bytes in base64");
    }
    auto chosen = protocols.end();
    for_each_element(request.headers, "Sec-WebSocket-Protocol", [&](std::string_view offered) {
        chosen = std::min(chosen, std::ranges::find(protocols, offered));
    });
    if (chosen == protocols.end()) {
        return refuse_upgrade(400,
                              fmt::format("none of the subprotocols offered is spoken; offer '{}'",
                                          protocols.front()));
    }
    HttpResponse response{.status = 101};
    response.headers.set("Upgrade", "websocket");
    response.headers.set("Sec-WebSocket-Accept", accept_value(*key));
    response.headers.set("Sec-WebSocket-Protocol", std::string(*chosen));
    return response;
}

// --- frames ----------------------------------------------------------------------------------

bool WebSocketReader::refuse(CloseCode code, std::string_view clause, std::string_view sentence) {
    refusal_ = {code, clause, sentence};
    is_over_ = true;
    return false;
}

// What the first two bytes say (section 5.2).
bool WebSocketReader::check_head() {
    const auto violation = [this](std::string_view clause, std::string_view sentence) {
        return refuse(CloseCode::ProtocolError, clause, sentence);
    };
    if ((header_[0] & 0x70) != 0) return violation("5.2", "a reserved bit is set");
    is_final_ = (header_[0] & 0x80) != 0;
    opcode_ = static_cast<Opcode>(header_[0] & 0x0F);
    if ((header_[1] & 0x80) == 0) return violation("5.1", "a client's frame is not masked");
    const std::uint8_t length = header_[1] & 0x7F;
    header_wanted_ = 6U + (length == 126 ? 2U : length == 127 ? 8U : 0U);
    switch (opcode_) {
        case Opcode::Text:
            return refuse(CloseCode::UnacceptableData, "MQTT-6.0.0-1",
                          "MQTT comes in binary frames");
        case Opcode::Binary:
            if (is_in_message_) return violation("5.4", "a message begins within another");
            return true;
        case Opcode::Continuation:
            if (!is_in_message_) return violation("5.4", "a fragment continues nothing");
            return true;
        case Opcode::Close:
        case Opcode::Ping:
        case Opcode::Pong:
            if (!is_final_) return violation("5.5", "a control frame is fragmented");
            if (length > control_payload_max) {
                return violation("5.5", "a control frame has more than 125 bytes");
            }
            return true;
    }
    return violation("5.2", "the opcode is reserved");
}

// The header is whole.
bool WebSocketReader::begin_payload() {
    const std::uint8_t length = header_[1] & 0x7F;
    std::size_t at = 2;
    payload_left_ = length;
    if (length >= 126) {
        const std::size_t bytes = length == 126 ? 2 : 8;
        payload_left_ = 0;
        for (; at < 2 + bytes; ++at) payload_left_ = payload_left_ << 8 | header_[at];
        const std::uint64_t least = length == 126 ? 126 : 65'536;
        if (payload_left_ < least || payload_left_ >> 63 != 0) {
            return refuse(CloseCode::ProtocolError, "5.2", "a length is not in its shortest form");
        }
    }
    if (payload_left_ > frame_bytes_max_) {
        return refuse(CloseCode::TooLarge, "10.4", "a frame is larger than the service takes");
    }
    std::memcpy(mask_.data(), &header_[at], mask_.size());
    mask_at_ = 0;
    control_size_ = 0;
    is_in_payload_ = true;
    return true;
}

bool WebSocketReader::take_header(std::uint8_t byte) {
    header_[header_size_++] = byte;
    if (header_size_ == 2 && !check_head()) return false;
    if (header_size_ < header_wanted_) return true;
    header_size_ = 0;
    header_wanted_ = 2;
    return begin_payload();
}

std::optional<WebSocketReader::Event> WebSocketReader::end_frame() {
    is_in_payload_ = false;
    switch (opcode_) {
        case Opcode::Close: is_over_ = true; return Event::Close;
        case Opcode::Ping: return Event::Ping;
        case Opcode::Pong: return std::nullopt;
        default: is_in_message_ = !is_final_; return std::nullopt;
    }
}

// Forwards, eight bytes at a time: `to` may lie before `from` in the same buffer.
void WebSocketReader::unmask(std::uint8_t* to, const std::uint8_t* from, std::size_t count) const {
    std::array<std::uint8_t, 8> pattern;
    for (std::size_t i = 0; i < pattern.size(); ++i) pattern[i] = mask_[(mask_at_ + i) & 3];
    std::uint64_t mask = 0;
    std::memcpy(&mask, pattern.data(), sizeof mask);
    std::size_t i = 0;
    for (; i + sizeof mask <= count; i += sizeof mask) {
        std::uint64_t word = 0;
        std::memcpy(&word, from + i, sizeof word);
        word ^= mask;
        std::memcpy(to + i, &word, sizeof word);
    }
    for (; i < count; ++i) to[i] = from[i] ^ pattern[i & 7];
}

WebSocketReader::Step WebSocketReader::take(std::span<const std::uint8_t> bytes,
                                            std::uint8_t* out) {
    Step step;
    while (step.used < bytes.size()) {
        if (is_over_) {
            step.event = Event::Refused;
            return step;
        }
        if (!is_in_payload_) {
            if (!take_header(bytes[step.used++])) {
                step.event = Event::Refused;
                return step;
            }
            if (!is_in_payload_ || payload_left_ != 0) continue;
        }
        const std::size_t count = std::min<std::uint64_t>(payload_left_, bytes.size() - step.used);
        std::uint8_t* const to = is_control() ? control_.data() + control_size_ : out + step.data;
        unmask(to, &bytes[step.used], count);
        mask_at_ = (mask_at_ + count) & 3;
        (is_control() ? control_size_ : step.data) += count;
        step.used += count;
        payload_left_ -= count;
        if (payload_left_ != 0) continue;
        if (const auto event = end_frame()) {
            step.event = *event;
            return step;
        }
    }
    return step;
}

std::size_t write_frame_header(Opcode opcode, std::uint64_t payload_bytes,
                               std::span<std::uint8_t, frame_header_max> out) {
    out[0] = 0x80 | static_cast<std::uint8_t>(opcode);
    if (payload_bytes < 126) {
        out[1] = static_cast<std::uint8_t>(payload_bytes);
        return 2;
    }
    const std::size_t bytes = payload_bytes < 65'536 ? 2 : 8;
    out[1] = bytes == 2 ? 126 : 127;
    for (std::size_t i = 0; i < bytes; ++i) {
        out[2 + i] = static_cast<std::uint8_t>(payload_bytes >> (8 * (bytes - 1 - i)));
    }
    return 2 + bytes;
}

std::array<std::uint8_t, 2> close_payload(CloseCode code) {
    const auto number = static_cast<std::uint16_t>(code);
    return {static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

std::array<std::uint8_t, 2> close_answer(BytesView payload) {
    if (payload.empty()) return close_payload(CloseCode::Normal);
    if (payload.size() == 1) return close_payload(CloseCode::ProtocolError);
    const auto code = static_cast<std::uint16_t>(payload[0] << 8 | payload[1]);
    const bool may_be_sent = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
                             (code >= 3000 && code <= 4999);
    if (!may_be_sent) return close_payload(CloseCode::ProtocolError);
    return {payload[0], payload[1]};
}

}  // namespace gatehouse::net
