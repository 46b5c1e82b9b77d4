#include "functions/runtime_endpoint.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

#include "functions/limits.h"

namespace gatehouse::functions {
namespace {

constexpr std::size_t connections_max = 16;  // one runtime needs one; some open one a request
constexpr int accepts_per_turn_max = 8;

}  // namespace

class RuntimeEndpoint::Connection final : async::ReadinessHandler, Pinned {
public:
    Connection(RuntimeEndpoint& endpoint, int socket)
        : endpoint_(endpoint), socket_(socket), reader_({.body_bytes_max = response_bytes_max}) {
        endpoint_.loop_.watch(socket_, *this, EPOLLIN);
    }
    ~Connection() { close_socket(); }

    // With what send_later() was given before it.
    void send(std::string bytes) {
        if (socket_ < 0) return;
        if (!later_.empty()) bytes.insert(0, std::exchange(later_, {}));
        if (out_.empty()) {
            const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent == static_cast<ssize_t>(bytes.size())) return;
            if (sent < 0 && errno != EAGAIN) return endpoint_.drop(*this);
            bytes.erase(0, sent < 0 ? 0 : static_cast<std::size_t>(sent));
            endpoint_.loop_.change_interest(socket_, *this, EPOLLIN | EPOLLOUT);
        }
        out_ += bytes;
    }

    // Goes with the next bytes. Who has asked for more already reads these first, and needs not be
    // woken for each.
    void send_later(std::string_view bytes) { later_ += bytes; }
    void send_kept_back() {
        if (!later_.empty()) send({});
    }
    // More has come than the request that is handled.
    bool has_asked_on() const { return has_asked_on_; }

    void close_socket() {
        if (socket_ < 0) return;
        endpoint_.loop_.unwatch(socket_, *this);
        close(std::exchange(socket_, -1));
    }
    bool is_open() const { return socket_ >= 0; }
    void close_when_sent() { close_when_sent_ = true; }

private:
    void on_ready(std::uint32_t events) override {
        if ((events & EPOLLOUT) != 0) flush();
        if (is_open() && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive();
        if (is_open() && close_when_sent_ && out_.empty()) endpoint_.drop(*this);
    }

    void flush() {
        const ssize_t sent = ::send(socket_, out_.data(), out_.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) return endpoint_.drop(*this);
        out_.erase(0, sent < 0 ? 0 : static_cast<std::size_t>(sent));
        if (out_.empty()) endpoint_.loop_.change_interest(socket_, *this, EPOLLIN);
    }

    void receive() {
        const std::span<std::uint8_t> buffer = endpoint_.loop_.read_buffer();
        const ssize_t count = recv(socket_, buffer.data(), buffer.size(), 0);
        if (count < 0 && errno == EAGAIN) return;
        if (count <= 0) return endpoint_.drop(*this);
        std::string_view bytes(reinterpret_cast<const char*>(buffer.data()),
                               static_cast<std::size_t>(count));
        // The buffer is the loop's: requests are taken out of it before anything else may run.
        while (is_open() && !bytes.empty() && !close_when_sent_) {
            switch (reader_.feed(bytes)) {
                case RuntimeRequestReader::Status::NeedMore:
                    if (reader_.wants_continue()) send("HTTP/1.1 100 Continue\r\n\r\n");
                    break;
                case RuntimeRequestReader::Status::Complete:
                    has_asked_on_ = !bytes.empty();
                    endpoint_.handle(*this, reader_.take());
                    break;
                case RuntimeRequestReader::Status::Malformed:
                    send(http_answer(400, "application/json",
                                     R"({"errorMessage":")" + reader_.problem() +
                                         R"(","errorType":"TruncatedHTTPRequest"})"));
                    close_when_sent();
                    break;
            }
        }
        if (endpoint_.waiting_ != this) send_kept_back();
    }

    RuntimeEndpoint& endpoint_;
    int socket_;
    RuntimeRequestReader reader_;
    std::string out_;
    std::string later_;
    bool has_asked_on_ = false;
    bool close_when_sent_ = false;
};

RuntimeEndpoint::RuntimeEndpoint(async::EventLoop& loop, RuntimeEndpointOwner& owner)
    : loop_(loop), owner_(owner) {}

RuntimeEndpoint::~RuntimeEndpoint() {
    if (listener_ >= 0) {
        loop_.unwatch(listener_, *this);
        close(listener_);
    }
}

Result<void> RuntimeEndpoint::open() {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    if (listener < 0 || bind(listener, raw, length) != 0 || listen(listener, 16) != 0 ||
        getsockname(listener, raw, &length) != 0) {
        const int error = errno;
        if (listener >= 0) close(listener);
        return fail(ErrorKind::Unavailable,
                    std::string("a port for a function's Runtime API cannot be opened: ") +
                        std::strerror(error));
    }
    port_ = ntohs(address.sin_port);
    adopt(listener);
    return {};
}

void RuntimeEndpoint::adopt(int listening_socket) {
    assert(listener_ < 0);
    listener_ = listening_socket;
    fcntl(listener_, F_SETFL, O_NONBLOCK);
    loop_.watch(listener_, *this, EPOLLIN);
}

void RuntimeEndpoint::on_ready(std::uint32_t) {
    bury();
    for (int i = 0; i < accepts_per_turn_max; ++i) {
        const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (socket < 0) return;
        if (connections_.size() >= connections_max || !owner_.may_connect(socket)) {
            const std::string refusal = http_answer(
                403, "application/json",
                R"({"errorMessage":"this Runtime API belongs to another function instance",)"
                R"("errorType":"AccessDenied"})");
            [[maybe_unused]] const ssize_t sent =
                ::send(socket, refusal.data(), refusal.size(), MSG_NOSIGNAL);
            close(socket);
            continue;
        }
        const int on = 1;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        connections_.push_back(std::make_unique<Connection>(*this, socket));
    }
}

void RuntimeEndpoint::handle(Connection& connection, RuntimeRequest request) {
    const bool close_after = request.close;
    RuntimeApi::Outcome outcome = api_.handle(std::move(request));
    if (outcome.status == 0) {
        waiting_ = &connection;
    } else {
        const bool is_json = outcome.answer.starts_with('{');
        const std::string answer = http_answer(
            outcome.status, is_json ? "application/json" : "text/plain", outcome.answer);
        const bool is_good_news = outcome.status < 300 && !close_after;
        if (is_good_news && connection.has_asked_on()) {
            connection.send_later(answer);
        } else {
            connection.send(answer);
        }
        if (close_after) connection.close_when_sent();
    }
    if (outcome.event != RuntimeApi::Event::None) owner_.on_runtime_event(std::move(outcome));
}

void RuntimeEndpoint::give(const RuntimeApi::Invocation& invocation) {
    assert(waiting_ != nullptr);
    Connection& connection = *std::exchange(waiting_, nullptr);
    connection.send(api_.give(invocation));
}

void RuntimeEndpoint::drop(Connection& connection) {
    if (waiting_ == &connection) {
        waiting_ = nullptr;
        api_.forget_waiting();
    }
    connection.close_socket();
    const auto at = std::ranges::find_if(
        connections_, [&](const auto& held) { return held.get() == &connection; });
    if (at != connections_.end()) dropped_.splice(dropped_.end(), connections_, at);
}

void RuntimeEndpoint::bury() {
    dropped_.clear();
}

}  // namespace gatehouse::functions
