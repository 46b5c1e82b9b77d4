#include "net/http_server.h"

#include <fmt/format.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

namespace gatehouse::net {
namespace {

namespace http = boost::beast::http;
using RequestParser = http::request_parser<http::string_body>;

constexpr std::size_t target_bytes_max = 16 * 1024;
constexpr std::size_t request_chunk_bytes = 16 * 1024;
constexpr std::chrono::seconds linger_wait(1);

std::string_view view(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

// A request that is not served: what to answer before closing.
struct Refusal {
    unsigned status;
    std::string sentence;
};

Refusal refusal_of(const boost::system::error_code& error) {
    if (error == http::error::header_limit) return {431, "the header is too large"};
    if (error == http::error::body_limit) return {413, "the body is too large"};
    if (error == http::error::bad_version) return {505, "only HTTP/1.0 and HTTP/1.1 are spoken"};
    return {400, "malformed HTTP request: " + error.message()};
}

// Counts the bodies of requests being read, over all connections.
class BodyReservation : Pinned {
public:
    explicit BodyReservation(const HttpServerSettings& settings) : settings_(settings) {}
    ~BodyReservation() {
        if (settings_.body_bytes_in_flight) *settings_.body_bytes_in_flight -= held_;
    }
    // False: too many bytes are in flight.
    bool hold(std::size_t bytes) {
        constexpr std::size_t uncounted = HttpServerSettings::body_bytes_uncounted;
        const std::size_t counted = std::max(bytes, uncounted) - uncounted;
        if (!settings_.body_bytes_in_flight || counted <= held_) return true;
        const std::size_t more = counted - held_;
        const std::size_t before = settings_.body_bytes_in_flight->fetch_add(more);
        held_ = counted;
        return before + more <= settings_.body_bytes_in_flight_max;
    }

private:
    const HttpServerSettings& settings_;
    std::size_t held_ = 0;
};

class Conversation {
public:
    Conversation(Stream& stream, std::string initial, Routes& routes,
                 const HttpServerSettings& settings)
        : stream_(stream),
          routes_(routes),
          settings_(settings),
          buffer_(std::move(initial)),
          clock_(stream.loop().clock()) {}

    async::Task<std::optional<HttpUpgrade>> run() {
        while (co_await exchange()) {
        }
        if (!upgraded_) stream_.transport().shut_down();
        if (refused_) co_await stream_.drop_input(linger_wait);
        co_return std::move(upgraded_);
    }

private:
    // One request and its response. False: the connection is over.
    async::Task<bool> exchange() {
        if (!co_await fill_if_empty()) co_return false;
        BodyReservation reservation(settings_);
        RequestParser parser;
        std::optional<Refusal> refusal;
        if (!co_await read_request(parser, reservation, refusal)) {
            if (refusal) co_await write_refusal(std::move(*refusal));
            co_return false;
        }
        const bool keep = parser.keep_alive();
        const bool head = parser.get().method() == http::verb::head;
        HttpRequest request = take_request(parser);
        const bool may_upgrade = request.headers.find("Upgrade").has_value();
        std::optional<HttpRequest> kept;
        if (may_upgrade) kept = request;
        HttpResponse response = co_await routes_.handle(
            std::move(request), stream_.facts(), Deadline::after(clock_, settings_.handle_wait));
        if (response.status == 101 && kept) {
            if (co_await write_response(std::move(response), true)) {
                upgraded_.emplace(std::move(*kept), std::move(buffer_));
            }
            co_return false;
        }
        response.close |= !keep;
        const bool close = response.close;
        const bool written = co_await write_response(std::move(response), head);
        co_return written && !close;
    }

    async::Task<bool> fill_if_empty() {
        const bool is_first = std::exchange(is_first_, false);
        if (!buffer_.empty()) co_return true;
        const auto wait = is_first ? settings_.header_wait : settings_.idle_wait;
        co_return co_await read_more(Deadline::after(clock_, wait)) > 0;
    }

    // Bytes added to the buffer; 0 at the end, on failure or at the deadline.
    async::Task<std::size_t> read_more(Deadline deadline) {
        const std::size_t before = buffer_.size();
        buffer_.resize(before + request_chunk_bytes);
        auto count = co_await stream_.read_some(
            std::span(reinterpret_cast<std::uint8_t*>(buffer_.data()) + before,
                      request_chunk_bytes),
            deadline);
        buffer_.resize(before + count.value_or(0));
        timed_out_ = !count && count.error().kind == ErrorKind::Timeout;
        co_return count.value_or(0);
    }

    async::Task<bool> read_request(RequestParser& parser, BodyReservation& reservation,
                                   std::optional<Refusal>& refusal) {
        parser.header_limit(static_cast<std::uint32_t>(settings_.header_bytes_max));
        parser.body_limit(settings_.body_bytes_max);
        parser.eager(true);
        Deadline deadline = Deadline::after(clock_, settings_.header_wait);
        bool header_seen = false;
        while (true) {
            boost::system::error_code error;
            const std::size_t used = parser.put(boost::asio::buffer(buffer_), error);
            buffer_.erase(0, used);
            if (error && error != http::error::need_more) {
                refusal = refusal_of(error);
                co_return false;
            }
            if (parser.is_header_done() && !header_seen) {
                header_seen = true;
                refusal = check_header(parser);
                if (refusal) co_return false;
                deadline = Deadline::after(clock_, settings_.body_wait);
                if (!parser.is_done() && !co_await continue_if_expected(parser, deadline)) {
                    co_return false;
                }
            }
            // What has come, not what is announced: that costs nobody anything.
            if (header_seen && !reservation.hold(parser.get().body().size())) {
                refusal = Refusal{429, "too many request bodies are in flight; retry later"};
                co_return false;
            }
            if (parser.is_done()) co_return true;
            if (co_await read_more(deadline) == 0) {
                if (timed_out_) refusal = Refusal{408, "the request did not arrive in time"};
                co_return false;
            }
        }
    }

    std::optional<Refusal> check_header(const RequestParser& parser) {
        const auto& request = parser.get();
        if (request.target().size() > target_bytes_max) return Refusal{414, "the URI is too long"};
        // Routes and signatures go by the path, and one that only some of them read as a path would
        // pass for another.
        if (!request.target().starts_with('/')) {
            return Refusal{400, "the request target is no path that begins with '/'"};
        }
        if (request.count(http::field::content_length) +
                request.count(http::field::transfer_encoding) >
            1) {
            return Refusal{400, "the length of the body is given twice"};
        }
        // Nobody could tell where its body ends (RFC 9112, section 6.3).
        if (request.count(http::field::transfer_encoding) > 0 && !parser.chunked()) {
            return Refusal{400, "the body's transfer encoding does not end with chunked"};
        }
        const std::size_t hosts = request.count(http::field::host);
        if (hosts > 1) return Refusal{400, "Host is given twice"};
        // RFC 9112, section 3.2.
        if (hosts == 0 && request.version() >= 11) {
            return Refusal{400, "a request of HTTP/1.1 needs a Host"};
        }
        // Who reads the first would take the client for another than who reads the last does.
        if (request.count(http::field::authorization) > 1) {
            return Refusal{400, "Authorization is given twice"};
        }
        return std::nullopt;
    }

    async::Task<bool> continue_if_expected(const RequestParser& parser, Deadline deadline) {
        if (!boost::beast::iequals(parser.get()[http::field::expect], "100-continue")) {
            co_return true;
        }
        const auto written =
            co_await stream_.write_all(bytes_of("HTTP/1.1 100 Continue\r\n\r\n"), deadline);
        co_return written.has_value();
    }

    static HttpRequest take_request(RequestParser& parser) {
        auto& message = parser.get();
        HttpRequest request;
        request.method = view(message.method_string());
        request.target = view(message.target());
        const auto question = request.target.find('?');
        request.path = request.target.substr(0, question);
        if (question != request.target.npos) request.query = request.target.substr(question + 1);
        request.version = message.version();
        for (const auto& field : message) {
            request.headers.add(std::string(view(field.name_string())),
                                std::string(view(field.value())));
        }
        request.body = std::move(message.body());
        return request;
    }

    async::Task<void> write_refusal(Refusal refusal) {
        refused_ = true;
        HttpResponse response = routes_.refuse_request(refusal.status, std::move(refusal.sentence));
        response.close = true;
        co_await write_response(std::move(response), false);
    }

    async::Task<bool> write_response(HttpResponse response, bool head_only) {
        std::string head =
            fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
        for (const auto& [name, value] : response.headers.fields()) {
            // A line break in a value would let it forge further fields.
            if (value.find_first_of("\r\n") != value.npos) continue;
            head += fmt::format("{}: {}\r\n", name, value);
        }
        if (response.status >= 200 && response.status != 204 && response.status != 304) {
            head += fmt::format("Content-Length: {}\r\n", response.body.size());
        }
        head += response.status == 101 ? "Connection: Upgrade\r\n\r\n"
                : response.close       ? "Connection: close\r\n\r\n"
                                       : "Connection: keep-alive\r\n\r\n";
        std::array<iovec, 2> pieces{iovec{head.data(), head.size()},
                                    iovec{response.body.data(), response.body.size()}};
        const auto written =
            co_await stream_.write_all(std::span(pieces.data(), head_only ? 1 : 2),
                                       Deadline::after(clock_, settings_.body_wait));
        co_return written.has_value();
    }

    Stream& stream_;
    Routes& routes_;
    const HttpServerSettings& settings_;
    std::string buffer_;
    bool is_first_ = true;
    const Clock& clock_;
    bool timed_out_ = false;
    bool refused_ = false;  // what the client still sends is no request
    std::optional<HttpUpgrade> upgraded_;
};

}  // namespace

async::Task<std::optional<HttpUpgrade>> serve_http(Stream& stream, std::string initial,
                                                   Routes& routes,
                                                   const HttpServerSettings& settings) {
    Conversation conversation(stream, std::move(initial), routes, settings);
    co_return co_await conversation.run();
}

}  // namespace gatehouse::net
