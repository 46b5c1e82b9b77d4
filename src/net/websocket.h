// WebSocket framing as pure code, the server's end: frames of a client become the bytes they carry,
// bytes become frames. No extension is offered, so no frame is compressed.
//
// Source: RFC 6455; section numbers stand with what they ask for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "net/http.h"

namespace gatehouse::net {

// --- the handshake (section 4) ---------------------------------------------------------------

// Whether a request asks for an upgrade to WebSocket, rightly or wrongly.
bool asks_for_websocket(const HttpRequest& request);
// The answer to such a request: 101 with the first of `protocols` that the client offers, or why
// not (400, 405, 426).
HttpResponse answer_websocket(const HttpRequest& request,
                              std::span<const std::string_view> protocols);

// --- frames (section 5) ----------------------------------------------------------------------

enum class Opcode : std::uint8_t {
    Continuation = 0x0,
    Text = 0x1,
    Binary = 0x2,
    Close = 0x8,
    Ping = 0x9,
    Pong = 0xA,
};

// Status codes of a Close frame (section 7.4.1).
enum class CloseCode : std::uint16_t {
    Normal = 1000,
    GoingAway = 1001,
    ProtocolError = 1002,
    UnacceptableData = 1003,
    TooLarge = 1009,
};

inline constexpr std::size_t control_payload_max = 125;
inline constexpr std::size_t frame_header_max = 10;  // of a server's frame, which has no mask

// Takes a client's bytes apart, wherever they are cut. Frame boundaries mean nothing to what is
// carried (MQTT 5 section 6: packets may span and share frames), so data is passed on as it comes.
class WebSocketReader {
public:
    // `frame_bytes_max`: a longer frame is refused with TooLarge.
    explicit WebSocketReader(std::uint64_t frame_bytes_max) : frame_bytes_max_(frame_bytes_max) {}

    enum class Event : std::uint8_t {
        None,     // all bytes were taken
        Ping,     // control() is to be sent back
        Close,    // control() is its payload; nothing may follow
        Refused,  // see refusal(); nothing more is taken
    };
    struct Step {
        std::size_t used = 0;  // of the bytes
        std::size_t data = 0;  // carried bytes, moved to the beginning of `out`
        Event event = Event::None;
    };
    // Takes bytes up to the first event. `out` may be where `bytes` begin, or before; it needs as
    // much room.
    Step take(std::span<const std::uint8_t> bytes, std::uint8_t* out);

    BytesView control() const { return BytesView(control_).first(control_size_); }
    struct Refusal {
        CloseCode code;
        std::string_view clause;
        std::string_view sentence;
    };
    const Refusal& refusal() const { return refusal_; }

private:
    bool take_header(std::uint8_t byte);
    bool check_head();
    bool begin_payload();
    std::optional<Event> end_frame();
    void unmask(std::uint8_t* to, const std::uint8_t* from, std::size_t count) const;
    bool refuse(CloseCode code, std::string_view clause, std::string_view sentence);
    bool is_control() const { return (static_cast<std::uint8_t>(opcode_) & 0x8) != 0; }

    const std::uint64_t frame_bytes_max_;
    std::array<std::uint8_t, 14> header_{};
    std::size_t header_size_ = 0;    // bytes of it that came
    std::size_t header_wanted_ = 2;  // as far as is known
    bool is_in_payload_ = false;
    bool is_final_ = false;
    bool is_in_message_ = false;  // a fragment came and its last one did not
    bool is_over_ = false;
    Opcode opcode_{};
    std::uint64_t payload_left_ = 0;
    std::array<std::uint8_t, 4> mask_{};
    std::size_t mask_at_ = 0;
    std::array<std::uint8_t, control_payload_max> control_{};
    std::size_t control_size_ = 0;
    Refusal refusal_{};
};

// Writes the header of a final, unmasked frame; returns its size.
std::size_t write_frame_header(Opcode opcode, std::uint64_t payload_bytes,
                               std::span<std::uint8_t, frame_header_max> out);

// The payload of the Close frame that answers a client's: its code if that may be sent, else
// ProtocolError (section 5.5.1).
std::array<std::uint8_t, 2> close_answer(BytesView payload);
std::array<std::uint8_t, 2> close_payload(CloseCode code);

}  // namespace gatehouse::net
