#include "net/http_endpoint.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <utility>

#include "net/http_client.h"

namespace gatehouse::net {
namespace {

// A peer that closed, or that says something nobody asked for, cannot be asked any more.
bool is_quiet_and_open(Stream& stream) {
    char byte = 0;
    const ssize_t count =
        ::recv(stream.transport().descriptor(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace

HttpEndpoint::HttpEndpoint(async::EventLoop& loop, NameLookups& lookups,
                           HttpEndpointSettings settings)
    : loop_(loop), lookups_(lookups), settings_(std::move(settings)) {
    assert(!settings_.url.is_https || settings_.trust != nullptr);
}

HttpEndpoint::~HttpEndpoint() = default;

void HttpEndpoint::close() {
    is_closed_ = true;
    kept_.clear();
    for (Stream* const stream : in_use_) stream->cancel();
    lookups_.cancel(this);
}

async::Task<Result<std::vector<Address>>> HttpEndpoint::addresses(Deadline deadline) {
    const HttpUrl& url = settings_.url;
    if (auto literal = Address::parse(url.host, url.port)) {
        co_return std::vector<Address>{*literal};
    }
    co_return co_await lookups_.addresses(url.host, url.port, this, deadline);
}

async::Task<Result<std::unique_ptr<Stream>>> HttpEndpoint::connect(Deadline deadline) {
    const HttpUrl& url = settings_.url;
    auto found = co_await addresses(deadline);
    if (!found) co_return fail(std::move(found.error()));
    Error last{ErrorKind::Unavailable, fmt::format("no address for {}", url.host), {}};
    for (std::size_t i = 0; i < found->size(); ++i) {
        const Address address = (*found)[i];
        if (settings_.reach && !settings_.reach->allows(address, url.is_https)) {
            last = {ErrorKind::NotAllowed,
                    fmt::format("{} leads to {}, where requests do not go from here{}", url.host,
                                address.host(), url.is_https ? "" : " without TLS"),
                    {}};
            continue;
        }
        if (!url.is_https && settings_.plain_http == PlainHttp::ToThisMachine &&
            !address.is_loopback()) {
            last = {ErrorKind::Unauthorized,
                    fmt::format("{} is not this machine, and http is readable on the way there",
                                address.text()),
                    {}};
            continue;
        }
        // One that does not answer leaves the others their part of the time.
        const auto part = deadline.remaining(loop_.now()) /
                          static_cast<SteadyTime::duration::rep>(found->size() - i);
        const Deadline own = deadline.sooner_of(Deadline(loop_.now() + part));
        auto stream = url.is_https
                          ? co_await connect_tls(loop_, address, {url.host, settings_.trust}, own)
                          : co_await connect_tcp(loop_, address, own);
        if (stream) co_return std::move(*stream);
        last = std::move(stream.error());
        if (deadline.passed(loop_.now())) break;
    }
    // It may have moved.
    lookups_.forget(url.host);
    if (deadline.passed(loop_.now())) last.kind = ErrorKind::Timeout;
    co_return fail(std::move(last));
}

std::unique_ptr<Stream> HttpEndpoint::take_kept() {
    const SteadyTime oldest = loop_.now() - settings_.kept_for;
    std::erase_if(kept_, [oldest](const Kept& one) { return one.since < oldest; });
    while (!kept_.empty()) {
        auto stream = std::move(kept_.back().stream);
        kept_.pop_back();
        if (is_quiet_and_open(*stream)) return stream;
    }
    return nullptr;
}

void HttpEndpoint::keep(std::unique_ptr<Stream> stream) {
    if (is_closed_ || kept_.size() >= settings_.kept_max) return;
    kept_.push_back({std::move(stream), loop_.now()});
}

async::Task<Result<HttpResponse>> HttpEndpoint::exchange(Stream& stream,
                                                         const HttpQuestion& question,
                                                         Deadline deadline) {
    HttpRequest request{.method = question.method,
                        .target = question.target.value_or(settings_.url.target),
                        .body = question.body};
    request.headers.add("Host", settings_.url.authority());
    for (const auto* headers : {&settings_.headers, &question.headers}) {
        for (const auto& [name, value] : headers->fields()) request.headers.add(name, value);
    }
    in_use_.push_back(&stream);
    auto answer =
        co_await exchange_http(stream, std::move(request), settings_.answer_bytes_max, deadline);
    std::erase(in_use_, &stream);
    co_return answer;
}

async::Task<Result<HttpEndpoint::Answer>> HttpEndpoint::ask(HttpQuestion question,
                                                            Deadline deadline) {
    const auto closed = [] {
        return fail(ErrorKind::Cancelled,
                    "the server is stopping, or was told of another endpoint");
    };
    auto stream = take_kept();
    for (bool was_kept = stream != nullptr;; was_kept = false) {
        if (is_closed_) co_return closed();
        if (!stream) {
            auto connected = co_await connect(deadline);
            if (!connected) co_return fail(std::move(connected.error()));
            if (is_closed_) co_return closed();
            stream = std::move(*connected);
        }
        auto response = co_await exchange(*stream, question, deadline);
        if (response) {
            if (!response->close) keep(std::move(stream));
            co_return Answer{std::move(*response), was_kept};
        }
        stream.reset();
        const bool again = was_kept && question.again == HttpQuestion::Again::WhenNotAnswered &&
                           response.error().kind == ErrorKind::Unavailable;
        if (!again) co_return fail(std::move(response.error()));
    }
}

}  // namespace gatehouse::net
