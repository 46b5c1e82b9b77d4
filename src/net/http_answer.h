// Reads one HTTP/1.1 answer from pieces, however the network cut them. Interim answers (1xx) are
// passed over; everything that can grow has a limit.
//
// Source: RFC 9112, 6 and 7; RFC 9110, 15.2.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/pinned.h"
#include "base/result.h"
#include "net/http.h"

namespace gatehouse::net {

// Not used any more after an error.
class HttpAnswerReader : Pinned {
public:
    // What was asked for: the answer to HEAD has no body, whatever its head says.
    enum class Body : bool { AsTold, None };
    HttpAnswerReader(Body body, std::size_t body_bytes_max)
        : body_(body), body_bytes_max_(body_bytes_max) {}

    // Unavailable: that is no answer. TooLarge.
    Result<void> take(std::string_view bytes);
    // The peer ended its side.
    Result<void> take_end();

    bool is_done() const { return state_ == State::Done; }
    // Once it is done. `close` is set also where more came than the answer.
    HttpResponse release();

private:
    enum class State : std::uint8_t {
        Head,
        Sized,
        ToEnd,
        ChunkSize,
        Chunk,
        ChunkEnd,
        Trailer,
        Done
    };

    // What was consumed of the bytes.
    Result<std::size_t> take_head(std::string_view bytes);
    Result<std::size_t> take_body(std::string_view bytes);
    Result<std::size_t> take_line(std::string_view bytes);
    Result<void> read_head();
    Result<void> read_line(std::string_view line);
    Result<void> read_chunk_size(std::string_view line);

    const Body body_;
    const std::size_t body_bytes_max_;
    State state_ = State::Head;
    std::string text_;            // a head or a line that is not whole yet
    std::size_t wanted_ = 0;      // of the body or the chunk
    std::size_t line_bytes_ = 0;  // of what surrounds the chunks, beside their sizes
    std::size_t interim_ = 0;
    bool has_begun_ = false;
    bool is_followed_ = false;
    HttpResponse response_;
};

}  // namespace gatehouse::net
