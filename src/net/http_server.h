// Serves HTTP/1.0 and 1.1 over one stream until it closes: keep-alive, pipelining in order,
// Expect: 100-continue, chunked and sized bodies, bounded in every part.
//
// Malformed or oversized requests get 400, 413, 414, 431, 408 or 505 with a sentence, then the
// connection closes. Transfer-Encoding together with Content-Length is refused (smuggling).
#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "async/task.h"
#include "base/clock.h"
#include "net/http.h"
#include "net/stream.h"

namespace gatehouse::net {

struct HttpServerSettings {
    std::size_t header_bytes_max = 64 * 1024;
    std::size_t body_bytes_max = 8 * 1024 * 1024;
    // Bytes of bodies in flight, of each what is over body_bytes_uncounted, over all connections
    // that share this counter; over it, 429.
    std::atomic<std::size_t>* body_bytes_in_flight = nullptr;
    std::size_t body_bytes_in_flight_max = 256 * 1024 * 1024;
    static constexpr std::size_t body_bytes_uncounted = 16 * 1024;
    std::chrono::milliseconds header_wait = std::chrono::seconds(10);
    std::chrono::milliseconds body_wait = std::chrono::seconds(60);
    std::chrono::milliseconds idle_wait = std::chrono::seconds(75);  // between requests
    std::chrono::milliseconds handle_wait = std::chrono::seconds(910);
};

// A request that the routes answered with 101: the stream speaks another protocol from here on.
struct HttpUpgrade {
    HttpRequest request;
    std::string read_ahead;  // what was read behind the request
};

// `initial` holds bytes that were read from the stream already. Settings and routes must outlive
// the task. Returns when the connection is over, or was upgraded.
async::Task<std::optional<HttpUpgrade>> serve_http(Stream& stream, std::string initial,
                                                   Routes& routes,
                                                   const HttpServerSettings& settings);

}  // namespace gatehouse::net
