#include "net/http_client.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <string_view>

#include "net/await_ready.h"
#include "net/http_answer.h"

namespace gatehouse::net {
namespace {

constexpr std::size_t answer_chunk_bytes = 16 * 1024;

bool is_control_character(char c) {
    return (c >= '\0' && c < ' ') || c == '\x7F';
}

// Whether a request's head holds this one request and no more: what ends a line would begin another
// field, or another request on a connection that others share. Source: RFC 9112 section 2.2 and 3,
// RFC 9110 section 5.
bool is_one_head(const HttpRequest& request) {
    const auto is_word = [](std::string_view text) {
        return !text.empty() && std::ranges::none_of(text, [](char c) {
            return is_control_character(c) || c == ' ';
        });
    };
    return is_word(request.method) && is_word(request.target) &&
           std::ranges::all_of(request.headers.fields(), [&](const HttpHeaders::Field& field) {
               return is_word(field.first) && !field.first.contains(':') &&
                      std::ranges::none_of(field.second, [](char c) {
                          return is_control_character(c) && c != '\t';
                      });
           });
}

std::string text_of(const HttpRequest& request) {
    std::string head = fmt::format("{} {} HTTP/1.1\r\n", request.method, request.target);
    for (const auto& [name, value] : request.headers.fields()) {
        head += fmt::format("{}: {}\r\n", name, value);
    }
    head += fmt::format("Content-Length: {}\r\n\r\n", request.body.size());
    return head;
}

}  // namespace

async::Task<Result<std::unique_ptr<Stream>>> connect_tcp(async::EventLoop& loop, Address address,
                                                         Deadline deadline) {
    const auto refused = [&](int error) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("cannot connect to {}: {}", address.text(), std::strerror(error)));
    };
    const int descriptor =
        socket(address.raw()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) co_return refused(errno);
    auto transport = make_plain_transport(descriptor);
    if (connect(descriptor, address.raw(), address.raw_length()) != 0) {
        if (errno != EINPROGRESS) co_return refused(errno);
        if (!co_await await_ready(loop, descriptor, EPOLLOUT, deadline)) {
            co_return refused(ETIMEDOUT);
        }
        int error = 0;
        socklen_t length = sizeof error;
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length);
        if (error != 0) co_return refused(error);
    }
    PeerFacts facts;
    facts.remote = address;
    co_return std::make_unique<Stream>(loop, std::move(transport), std::move(facts));
}

async::Task<Result<HttpResponse>> exchange_http(Stream& stream, HttpRequest request,
                                                std::size_t body_bytes_max, Deadline deadline) {
    if (!is_one_head(request)) {
        co_return fail(ErrorKind::InvalidInput,
                       "the request's method, target or headers hold control characters, or "
                       "what cannot stand there; it was not sent");
    }
    std::string head = text_of(request);
    const std::array<iovec, 2> pieces{iovec{head.data(), head.size()},
                                      iovec{request.body.data(), request.body.size()}};
    auto sent = co_await stream.write_all(pieces, deadline);
    if (!sent) co_return fail(std::move(sent.error()));

    HttpAnswerReader reader(
        request.method == "HEAD" ? HttpAnswerReader::Body::None : HttpAnswerReader::Body::AsTold,
        body_bytes_max);
    std::string buffer(answer_chunk_bytes, '\0');
    while (!reader.is_done()) {
        auto count = co_await stream.read_some(
            std::span(reinterpret_cast<std::uint8_t*>(buffer.data()), buffer.size()), deadline);
        if (!count) co_return fail(std::move(count.error()));
        const auto taken = *count == 0 ? reader.take_end() : reader.take({buffer.data(), *count});
        if (!taken) {
            co_return fail(taken.error().kind,
                           fmt::format("{} did not answer in HTTP: {}",
                                       stream.facts().remote.text(), taken.error().message));
        }
    }
    HttpResponse response = reader.release();
    // Decrypted already, and so not seen on the socket.
    if (stream.transport().has_buffered_input()) response.close = true;
    co_return response;
}

}  // namespace gatehouse::net
