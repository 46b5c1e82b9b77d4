#include "net/http_client.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <cstring>

#include "net/await_ready.h"

namespace gatehouse::net {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t read_chunk_bytes = 16 * 1024;

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
    std::string head = text_of(request);
    const std::array<iovec, 2> pieces{iovec{head.data(), head.size()},
                                      iovec{request.body.data(), request.body.size()}};
    auto sent = co_await stream.write_all(pieces, deadline);
    if (!sent) co_return fail(std::move(sent.error()));

    http::response_parser<http::string_body> parser;
    parser.eager(true);
    parser.body_limit(body_bytes_max);
    if (request.method == "HEAD") parser.skip(true);
    std::string buffer;
    while (!parser.is_done()) {
        const std::size_t before = buffer.size();
        buffer.resize(before + read_chunk_bytes);
        auto count = co_await stream.read_some(
            std::span(reinterpret_cast<std::uint8_t*>(buffer.data()) + before, read_chunk_bytes),
            deadline);
        if (!count) co_return fail(std::move(count.error()));
        buffer.resize(before + *count);
        boost::system::error_code error;
        // The parser may not be told of an end before anything came.
        if (*count == 0 && !parser.got_some()) error = http::error::end_of_stream;
        if (*count == 0 && !error) {
            parser.put_eof(error);
        } else if (*count > 0) {
            buffer.erase(0, parser.put(boost::asio::buffer(buffer), error));
        }
        if ((error && error != http::error::need_more) || (*count == 0 && !parser.is_done())) {
            co_return fail(
                error == http::error::body_limit ? ErrorKind::TooLarge : ErrorKind::Unavailable,
                fmt::format("{} did not answer in HTTP: {}", stream.facts().remote.text(),
                            error ? error.message() : "the answer broke off"));
        }
    }
    HttpResponse response;
    response.status = parser.get().result_int();
    for (const auto& field : parser.get()) {
        response.headers.add({field.name_string().data(), field.name_string().size()},
                             {field.value().data(), field.value().size()});
    }
    response.body = std::move(parser.get().body());
    response.close = !parser.keep_alive();
    co_return response;
}

}  // namespace gatehouse::net
