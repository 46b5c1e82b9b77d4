#include "load/client.h"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "load/stamp.h"
#include "mqtt/ack.h"
#include "mqtt/connect.h"
#include "mqtt/disconnect.h"
#include "net/tls_transport.h"

namespace gatehouse::load {
namespace {

using Status = net::IoOutcome::Status;
using namespace std::chrono_literals;

// From begin() to being in.
constexpr auto answer_max = 30s;
constexpr std::uint32_t kept_session_seconds = 3600;

// What a failed call means for somebody who makes very many connections.
std::string problem_of(int code) {
    switch (code) {
        case ECONNREFUSED: return "connection refused: nothing listens there";
        case ETIMEDOUT: return "the server's machine does not answer";
        case ECONNRESET: return "the server reset the connection";
        case EADDRNOTAVAIL: return "this machine has no port left for another connection";
        case EMFILE: return "this process may open no more descriptors (ulimit -n)";
        default: return std::strerror(code);
    }
}

Bytes alpn_list(std::string_view protocol) {
    Bytes list{static_cast<std::uint8_t>(protocol.size())};
    list.insert(list.end(), protocol.begin(), protocol.end());
    return list;
}

SSL* make_session(const Target& target) {
    SSL* const ssl = SSL_new(target.tls);
    SSL_set_connect_state(ssl);
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), target.server_name.c_str()) != 1) {
        ERR_clear_error();
        SSL_set1_host(ssl, target.server_name.c_str());
        SSL_set_tlsext_host_name(ssl, target.server_name.c_str());
    }
    if (!target.alpn.empty()) {
        const Bytes list = alpn_list(target.alpn);
        SSL_set_alpn_protos(ssl, list.data(), static_cast<unsigned>(list.size()));
    }
    return ssl;
}

}  // namespace

Client::Client(async::EventLoop& loop, const Target& target, Arrivals& arrivals,
               std::string client_id, Session session)
    : loop_(loop),
      target_(target),
      arrivals_(arrivals),
      client_id_(std::move(client_id)),
      session_(session),
      keep_alive_(target.keep_alive) {}

Client::~Client() {
    close();
}

void Client::begin() {
    begun_at_ = loop_.clock().steady_now();
    standing_ = Standing::UnderWay;
    if (arrivals_.started == 0) arrivals_.first_at = begun_at_;
    ++arrivals_.started;
    ++arrivals_.under_way;
    auto opened = open_transport();
    if (!opened) return end(std::move(opened.error().message));
    transport_ = std::move(*opened);
    want(EPOLLOUT);
    loop_.timers().set(*this, begun_at_ + answer_max);
}

Result<std::unique_ptr<net::Transport>> Client::open_transport() const {
    const net::Address& address = target_.address;
    const int descriptor =
        socket(address.raw()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return fail(ErrorKind::Unavailable, problem_of(errno));
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(descriptor, address.raw(), address.raw_length()) != 0 && errno != EINPROGRESS) {
        const int code = errno;
        ::close(descriptor);
        return fail(ErrorKind::Unavailable, problem_of(code));
    }
    if (target_.tls == nullptr) return net::make_plain_transport(descriptor);
    return std::make_unique<net::TlsTransport>(descriptor, make_session(target_));
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
    if (standing_ == Standing::UnderWay) --arrivals_.under_way;
    if (standing_ == Standing::In) --arrivals_.open;
    standing_ = Standing::Out;
    stage_ = Stage::Closed;
    cancel();
    loop_.cancel_turn_end(*this);
    if (!transport_) return;
    loop_.unwatch(transport_->descriptor(), *this);
    transport_.reset();
}

void Client::end(std::string reason) {
    if (is_out()) return;
    ++(is_in() ? arrivals_.lost : arrivals_.failed)[std::move(reason)];
    close();
}

void Client::refuse(std::string reason) {
    if (standing_ == Standing::UnderWay) ++arrivals_.refused;
    end(std::move(reason));
}

void Client::settle() {
    standing_ = Standing::In;
    --arrivals_.under_way;
    ++arrivals_.succeeded;
    ++arrivals_.open;
    arrivals_.last_at = loop_.clock().steady_now();
    keep_alive_again();
}

void Client::note_connect_time() {
    arrivals_.times.add(loop_.clock().steady_now() - begun_at_);
}

// At half the time that the server grants: it takes a little to arrive.
void Client::keep_alive_again() {
    cancel();
    if (keep_alive_ == 0) return;
    loop_.timers().set(*this, loop_.clock().steady_now() + std::chrono::seconds(keep_alive_) / 2);
}

void Client::expired() {
    if (!is_in()) return end(fmt::format("no answer within {} s", answer_max.count()));
    send(mqtt::pingreq_packet);
    keep_alive_again();
}

void Client::on_ready(std::uint32_t events) {
    if (stage_ == Stage::Connecting || stage_ == Stage::ShakingHands) {
        if (!open_stream()) return;
        on_stream();
        if (stage_ != Stage::Closed) send_connect();
        return;
    }
    if ((events & EPOLLOUT) != 0) flush();
    if (stage_ != Stage::Closed && (events & ~EPOLLOUT) != 0) read();
}

// True once bytes can flow.
bool Client::open_stream() {
    if (stage_ == Stage::Connecting) {
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(transport_->descriptor(), SOL_SOCKET, SO_ERROR, &error, &size);
        if (error != 0) {
            end(problem_of(error));
            return false;
        }
        stage_ = Stage::ShakingHands;
    }
    if (target_.tls == nullptr) return true;
    const Status step = static_cast<net::TlsTransport&>(*transport_).shake_hands().status;
    if (step == Status::Done) return true;
    if (step == Status::WaitRead || step == Status::WaitWrite) {
        want(step == Status::WaitRead ? EPOLLIN : EPOLLOUT);
    } else {
        end(handshake_problem());
    }
    return false;
}

std::string Client::handshake_problem() const {
    const auto& tls = static_cast<const net::TlsTransport&>(*transport_);
    const long verdict = SSL_get_verify_result(tls.native());
    if (verdict != X509_V_OK) {
        return fmt::format("the server's certificate does not prove that it is {}: {}",
                           target_.server_name, X509_verify_cert_error_string(verdict));
    }
    return "TLS handshake failed: " + transport_->error_text();
}

void Client::send_connect() {
    stage_ = Stage::AwaitingConnack;
    mqtt::Connect connect{.version = target_.version,
                          .clean_start = session_ == Session::Clean,
                          .keep_alive = target_.keep_alive,
                          .client_id = client_id_};
    if (session_ == Session::Kept) {
        connect.properties.session_expiry_interval = kept_session_seconds;
    }
    connect.user_name = target_.user_name;
    if (target_.password) connect.password = bytes_of(*target_.password);
    Bytes packet;
    mqtt::encode(connect, packet);
    send(packet);
    want(EPOLLIN);
}

void Client::read() {
    // What the TLS layer has decrypted already makes no socket readable.
    while (read_once() && transport_->has_buffered_input()) {
    }
}

// False when nothing more is to be read now.
bool Client::read_once() {
    const auto buffer = loop_.read_buffer();
    const net::IoOutcome outcome = transport_->read(buffer);
    if (outcome.status == Status::WaitRead || outcome.status == Status::WaitWrite) return false;
    if (outcome.status == Status::Failed) {
        end(transport_->error_text());
        return false;
    }
    if (outcome.status == Status::Closed) {
        end(is_in() ? "the server closed the connection"
                    : "the server closed the connection instead of answering");
        return false;
    }
    read_at_ = stamp_time();
    if (rest_.empty()) {
        const BytesView bytes = buffer.first(outcome.bytes);
        const std::size_t used = parse(bytes);
        rest_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(used), bytes.end());
    } else {
        rest_.insert(rest_.end(), buffer.data(), buffer.data() + outcome.bytes);
        const std::size_t used = parse(rest_);
        rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(used));
    }
    return stage_ != Stage::Closed;
}

std::size_t Client::parse(BytesView bytes) {
    std::size_t used = 0;
    while (stage_ != Stage::Closed) {
        const BytesView rest = bytes.subspan(used);
        const auto [status, frame] = mqtt::find_frame(rest, mqtt::packet_size_max);
        // What is no CONNACK may never become a whole packet.
        const bool is_other = stage_ == Stage::AwaitingConnack && !rest.empty() &&
                              rest[0] >> 4 != static_cast<int>(mqtt::PacketType::Connack);
        if (status == mqtt::FrameStatus::Malformed || is_other)
            end("the server does not speak MQTT");
        if (status != mqtt::FrameStatus::Complete || is_other) break;
        used += frame.size;
        take_packet(frame);
    }
    return used;
}

void Client::take_packet(const mqtt::Frame& frame) {
    if (stage_ == Stage::AwaitingConnack) return take_connack(frame);
    if (frame.type() != mqtt::PacketType::Disconnect) return on_packet(frame);
    const auto disconnect = mqtt::decode_disconnect(frame, target_.version, mqtt::Sender::Server);
    end(disconnect ? fmt::format("the server ended it: {}", mqtt::name_of(disconnect->reason))
                   : "the server sent a DISCONNECT that cannot be read");
}

void Client::take_connack(const mqtt::Frame& frame) {
    const auto connack = mqtt::decode_connack(frame, target_.version);
    if (!connack) return end("the server sent a CONNACK that cannot be read");
    if (mqtt::is_failure(connack->reason)) {
        return refuse(fmt::format("refused: {}", mqtt::name_of(connack->reason)));
    }
    stage_ = Stage::Connected;
    keep_alive_ = connack->properties.server_keep_alive.value_or(keep_alive_);
    note_connect_time();
    on_connected(*connack);
}

std::uint8_t* Client::room(std::size_t bytes) {
    loop_.request_turn_end(*this);
    if (output_begin_ > 0 && output_end_ + bytes > output_.size()) {
        std::memmove(output_.data(), output_.data() + output_begin_, unsent_bytes());
        output_end_ -= std::exchange(output_begin_, 0);
    }
    const std::size_t end = output_end_;
    output_end_ += bytes;
    if (output_end_ > output_.size()) output_.resize(std::max(output_end_, 2 * output_.size()));
    return output_.data() + end;
}

void Client::send(BytesView packet) {
    std::memcpy(room(packet.size()), packet.data(), packet.size());
}

void Client::flush() {
    if (stage_ == Stage::Closed || output_begin_ == output_end_) return;
    const iovec piece{output_.data() + output_begin_, output_end_ - output_begin_};
    const net::IoOutcome outcome = transport_->write({&piece, 1});
    if (outcome.status == Status::Failed) return end(transport_->error_text());
    if (outcome.status == Status::Closed) return end("the server closed the connection");
    output_begin_ += outcome.bytes;
    if (output_begin_ < output_end_) return want(EPOLLIN | EPOLLOUT);
    output_begin_ = output_end_ = 0;
    want(EPOLLIN);
}

void Client::leave() {
    constexpr std::array<std::uint8_t, 2> disconnect = {0xe0, 0x00};
    if (stage_ == Stage::Connected) {
        send(disconnect);
        flush();
    }
    if (transport_) transport_->shut_down();
    close();
}

}  // namespace gatehouse::load
