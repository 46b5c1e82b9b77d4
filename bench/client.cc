#include "client.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "mqtt/connect.h"
#include "mqtt/subscribe.h"
#include "net/tls_transport.h"

namespace gatehouse::bench {
namespace {

using Status = net::IoOutcome::Status;
constexpr std::uint32_t packet_bytes_max = 1 << 20;

[[noreturn]] void give_up(const char* what) {
    std::perror(what);
    std::exit(1);
}

int begin_to_connect(const net::Address& address) {
    const int descriptor =
        socket(address.raw()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) give_up("socket");
    if (connect(descriptor, address.raw(), address.raw_length()) != 0 && errno != EINPROGRESS) {
        give_up("connect");
    }
    return descriptor;
}

Bytes alpn_list(std::string_view protocol) {
    Bytes list{static_cast<std::uint8_t>(protocol.size())};
    list.insert(list.end(), protocol.begin(), protocol.end());
    return list;
}

std::unique_ptr<net::Transport> make_transport(const Target& target) {
    const int descriptor = begin_to_connect(target.address);
    if (target.tls == nullptr) return net::make_plain_transport(descriptor);
    SSL* const ssl = SSL_new(target.tls);
    SSL_set_connect_state(ssl);
    SSL_set_tlsext_host_name(ssl, "localhost");
    if (!target.alpn.empty()) {
        const Bytes list = alpn_list(target.alpn);
        SSL_set_alpn_protos(ssl, list.data(), static_cast<unsigned>(list.size()));
    }
    return std::make_unique<net::TlsTransport>(descriptor, ssl);
}

}  // namespace

std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> make_client_context() {
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                              SSL_CTX_free);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                        SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return context;
}

Client::Client(async::EventLoop& loop, const Target& target, std::string client_id, Session session)
    : loop_(loop),
      target_(target),
      client_id_(std::move(client_id)),
      session_(session),
      transport_(make_transport(target)) {
    want(EPOLLOUT);
}

Client::~Client() {
    close();
}

void Client::want(std::uint32_t events) {
    if (interest_ == events) return;
    if (interest_ == 0) {
        loop_.watch(transport_->descriptor(), *this, events);
    } else {
        loop_.change_interest(transport_->descriptor(), *this, events);
    }
    interest_ = events;
}

void Client::close() {
    if (state_ == State::Closed) return;
    state_ = State::Closed;
    loop_.cancel_turn_end(*this);
    loop_.unwatch(transport_->descriptor(), *this);
    transport_.reset();
}

void Client::fail() {
    if (state_ == State::Closed) return;
    close();
    on_gone();
}

void Client::on_ready(std::uint32_t events) {
    if (state_ == State::Connecting || state_ == State::ShakingHands) {
        if (!open_stream()) return;
        on_stream();
        if (state_ == State::Closed) return;
        send_connect();
        return;
    }
    if ((events & EPOLLOUT) != 0) flush();
    if (state_ != State::Closed && (events & ~EPOLLOUT) != 0) read();
}

// True once bytes can flow.
bool Client::open_stream() {
    if (state_ == State::Connecting) {
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(transport_->descriptor(), SOL_SOCKET, SO_ERROR, &error, &size);
        if (error != 0) {
            fail();
            return false;
        }
        state_ = State::ShakingHands;
    }
    if (target_.tls == nullptr) return true;
    const Status step = static_cast<net::TlsTransport&>(*transport_).shake_hands().status;
    if (step == Status::Done) return true;
    if (step == Status::WaitRead || step == Status::WaitWrite) {
        want(step == Status::WaitRead ? EPOLLIN : EPOLLOUT);
    } else {
        fail();
    }
    return false;
}

void Client::send_connect() {
    state_ = State::AwaitingConnack;
    mqtt::Connect connect{.client_id = client_id_};
    connect.clean_start = session_ == Session::Clean;
    if (!target_.user_name.empty()) {
        connect.user_name = target_.user_name;
        connect.password = BytesView(reinterpret_cast<const std::uint8_t*>(target_.password.data()),
                                     target_.password.size());
    }
    Bytes packet;
    mqtt::encode(connect, packet);
    send(packet);
    want(EPOLLIN);
}

void Client::subscribe(std::string_view filter, mqtt::Qos qos) {
    mqtt::Subscribe subscribe{.packet_id = 1};
    subscribe.subscriptions.push_back({.filter = filter, .qos = qos});
    Bytes packet;
    mqtt::encode(subscribe, mqtt::ProtocolVersion::V3_1_1, packet);
    send(packet);
}

void Client::read() {
    const auto buffer = loop_.read_buffer();
    const net::IoOutcome outcome = transport_->read(buffer);
    if (outcome.status == Status::WaitRead || outcome.status == Status::WaitWrite) return;
    if (outcome.status != Status::Done) return fail();
    if (rest_.empty()) {
        const BytesView bytes = buffer.first(outcome.bytes);
        const std::size_t used = parse(bytes);
        rest_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(used), bytes.end());
        return;
    }
    rest_.insert(rest_.end(), buffer.data(), buffer.data() + outcome.bytes);
    const std::size_t used = parse(rest_);
    rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(used));
}

std::size_t Client::parse(BytesView bytes) {
    std::size_t used = 0;
    while (state_ != State::Closed) {
        const mqtt::FrameScan scan = mqtt::find_frame(bytes.subspan(used), packet_bytes_max);
        if (scan.status != mqtt::FrameStatus::Complete) break;
        used += scan.frame.size;
        if (state_ == State::AwaitingConnack && scan.frame.type() == mqtt::PacketType::Connack) {
            const int code = scan.frame.data[3];
            if (code == 0) state_ = State::Connected;
            on_connack(code);
        } else {
            on_packet(scan.frame);
        }
    }
    return used;
}

std::uint8_t* Client::room(std::size_t bytes) {
    loop_.request_turn_end(*this);
    const std::size_t end = output_end_;
    output_end_ += bytes;
    if (output_end_ > output_.size()) output_.resize(std::max(output_end_, 2 * output_.size()));
    return output_.data() + end;
}

void Client::send(BytesView packet) {
    std::memcpy(room(packet.size()), packet.data(), packet.size());
}

void Client::flush() {
    if (state_ == State::Closed || output_begin_ == output_end_) return;
    const iovec piece{output_.data() + output_begin_, output_end_ - output_begin_};
    const net::IoOutcome outcome = transport_->write({&piece, 1});
    if (outcome.status == Status::Failed || outcome.status == Status::Closed) return fail();
    output_begin_ += outcome.bytes;
    if (output_begin_ < output_end_) return want(EPOLLIN | EPOLLOUT);
    output_begin_ = output_end_ = 0;
    want(EPOLLIN);
}

void Client::leave() {
    constexpr std::array<std::uint8_t, 2> disconnect = {0xe0, 0x00};
    if (state_ == State::Closed) return;
    send(disconnect);
    flush();
    if (state_ == State::Closed) return;
    transport_->shut_down();
    close();
}

}  // namespace gatehouse::bench
