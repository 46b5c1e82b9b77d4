// Reads the HTTP/1.1 requests a runtime sends on its Runtime API connection: as little of HTTP as
// correct clients need (sized and chunked bodies, keep-alive, pipelining), bounded in every part.
//
// Lean on purpose: it stands in the path of every invocation, and knows few header fields.
// Source: RFC 9112.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse::functions {

struct RuntimeRequest {
    std::string method;
    std::string path;  // the target up to '?'
    std::string content_type;
    std::string response_mode;       // Lambda-Runtime-Function-Response-Mode
    std::string error_type;          // Lambda-Runtime-Function-Error-Type
    std::string trailer_error_type;  // the same as a trailer: a stream that ended in an error
    std::string trailer_error_body;  // Lambda-Runtime-Function-Error-Body, base64 as sent
    std::string body;                // empty when too large
    bool body_too_large = false;     // read to its end, and not kept
    bool close = false;              // the client wants the connection closed afterwards
    bool expects_continue = false;
};

class RuntimeRequestReader {
public:
    struct Limits {
        std::size_t head_bytes_max = 16 * 1024;
        std::size_t body_bytes_max = 0;
        // What an error header may hold ("clients drop it from 1 MiB on").
        std::size_t trailer_bytes_max = 1024 * 1024;
    };
    explicit RuntimeRequestReader(Limits limits) : limits_(limits) {}

    enum class Status : std::uint8_t { NeedMore, Complete, Malformed };
    // Consumes from the front of `bytes`, up to the end of one request. After Complete, take()
    // first. Malformed is final; problem() says why.
    Status feed(std::string_view& bytes);
    RuntimeRequest take();
    const std::string& problem() const { return problem_; }
    // The head has arrived and asks for "100 Continue" before the body; true once.
    bool wants_continue();

private:
    enum class Part : std::uint8_t { Head, Sized, ChunkSize, ChunkData, ChunkEnd, Trailers, Done };

    Status malformed(std::string why);
    // Moves bytes into text_ until it ends with `end`. Returns whether it does.
    bool gather(std::string_view& bytes, std::string_view end);
    bool read_head();
    bool read_field(std::string_view line);
    bool read_framing();
    void take_body(std::string_view& bytes);
    bool read_chunk_size();
    bool read_trailer();
    bool step(std::string_view& bytes);

    Limits limits_;
    Part part_ = Part::Head;
    RuntimeRequest request_;
    std::string text_;        // the head, chunk-size line or trailers so far
    std::uint64_t left_ = 0;  // of the sized body or the chunk
    std::uint64_t length_ = 0;
    bool has_length_ = false;
    bool chunked_ = false;
    std::string problem_;
};

}  // namespace gatehouse::functions
