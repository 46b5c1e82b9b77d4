#include "net/http_endpoint.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <optional>
#include <utility>

#include "async/wake.h"
#include "net/http_client.h"

namespace gatehouse::net {
namespace {

constexpr std::size_t addresses_max = 8;

Result<std::vector<Address>> look_up(const std::string& host, std::uint16_t port) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int code = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
    if (code != 0) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("no address for {}: {}", host, ::gai_strerror(code)));
    }
    std::vector<Address> addresses;
    for (const addrinfo* one = found; one != nullptr && addresses.size() < addresses_max;
         one = one->ai_next) {
        addresses.emplace_back(one->ai_addr, one->ai_addrlen);
    }
    ::freeaddrinfo(found);
    if (addresses.empty()) {
        return fail(ErrorKind::Unavailable, fmt::format("no address for {}", host));
    }
    return addresses;
}

// A peer that closed, or that says something nobody asked for, cannot be asked any more.
bool is_quiet_and_open(Stream& stream) {
    char byte = 0;
    const ssize_t count =
        ::recv(stream.transport().descriptor(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace

// One look-up, shared by the worker that does it and the task that waits for it.
struct HttpEndpoint::Lookup {
    explicit Lookup(async::EventLoop& loop) : wake(loop) {}
    async::Wake wake;
    std::optional<Result<std::vector<Address>>> result;
};

HttpEndpoint::HttpEndpoint(async::EventLoop& loop, async::WorkerPool& resolvers,
                           HttpEndpointSettings settings)
    : loop_(loop), resolvers_(resolvers), settings_(std::move(settings)) {
    assert(!settings_.url.is_https || settings_.trust != nullptr);
}

HttpEndpoint::~HttpEndpoint() = default;

void HttpEndpoint::close() {
    is_closed_ = true;
    kept_.clear();
    for (Stream* const stream : in_use_) stream->cancel();
}

async::Task<Result<std::vector<Address>>> HttpEndpoint::addresses(Deadline deadline) {
    const HttpUrl& url = settings_.url;
    if (auto literal = Address::parse(url.host, url.port)) {
        co_return std::vector<Address>{*literal};
    }
    if (!known_addresses_.empty() && loop_.now() < known_until_) co_return known_addresses_;
    auto lookup = std::make_shared<Lookup>(loop_);
    const bool queued = resolvers_.post([&loop = loop_, lookup, host = url.host, port = url.port] {
        auto result = look_up(host, port);
        loop.post([lookup, result = std::move(result)]() mutable {
            lookup->result.emplace(std::move(result));
            lookup->wake.notify();
        });
    });
    if (!queued) {
        co_return fail(ErrorKind::Unavailable,
                       fmt::format("too many names are being looked up to find {}", url.host));
    }
    if (!co_await lookup->wake.wait(deadline)) {
        co_return fail(ErrorKind::Timeout, fmt::format("looking up {} takes too long", url.host));
    }
    if (*lookup->result) {
        known_addresses_ = **lookup->result;
        known_until_ = loop_.now() + settings_.address_kept_for;
    }
    co_return std::move(*lookup->result);
}

async::Task<Result<std::unique_ptr<Stream>>> HttpEndpoint::connect(Deadline deadline) {
    const HttpUrl& url = settings_.url;
    auto found = co_await addresses(deadline);
    if (!found) co_return fail(std::move(found.error()));
    Error last{ErrorKind::Unavailable, fmt::format("no address for {}", url.host), {}};
    for (std::size_t i = 0; i < found->size(); ++i) {
        const Address address = (*found)[i];
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
    known_addresses_.clear();
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
    HttpRequest request{
        .method = question.method, .target = settings_.url.target, .body = question.body};
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
