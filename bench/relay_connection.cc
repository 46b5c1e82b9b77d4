#include "relay_connection.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "mqtt/ack.h"
#include "mqtt/connack.h"
#include "mqtt/publish.h"
#include "mqtt/subscribe.h"
#include "net/tls_transport.h"

namespace gatehouse::bench {
namespace {

constexpr auto version = mqtt::ProtocolVersion::V3_1_1;
constexpr std::uint32_t packet_bytes_max = 1 << 20;
using Status = net::IoOutcome::Status;

std::unique_ptr<net::Transport> make_transport(int descriptor, const net::TlsContext* tls) {
    if (tls == nullptr) return net::make_plain_transport(descriptor);
    SSL* const ssl = SSL_new(tls->native());
    SSL_set_accept_state(ssl);
    return std::make_unique<net::TlsTransport>(descriptor, ssl);
}

}  // namespace

RelayConnection::RelayConnection(Relay& relay, net::AcceptedSocket socket,
                                 const net::TlsContext* tls)
    : relay_(relay),
      slot_(std::move(socket.slot)),
      transport_(make_transport(socket.descriptor, tls)),
      is_tls_(tls != nullptr),
      is_open_(tls == nullptr) {
    relay_.loop.watch(transport_->descriptor(), *this, interest_);
}

RelayConnection::~RelayConnection() {
    relay_.loop.cancel_turn_end(*this);
    relay_.loop.unwatch(transport_->descriptor(), *this);
}

void RelayConnection::on_ready(std::uint32_t events) {
    if (!is_open_ && !open_stream()) return;
    if ((events & EPOLLOUT) != 0) flush();
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) return;
    // What the TLS layer has decrypted already makes no socket readable.
    do {
        read();
    } while (!is_closed_ && transport_->has_buffered_input());
}

bool RelayConnection::open_stream() {
    const Status step = static_cast<net::TlsTransport&>(*transport_).shake_hands().status;
    is_open_ = step == Status::Done;
    if (step == Status::Failed || step == Status::Closed) {
        close();
    } else {
        want(step == Status::WaitWrite ? EPOLLOUT : EPOLLIN);
    }
    return is_open_;
}

void RelayConnection::read() {
    const auto buffer = relay_.loop.read_buffer();
    ++relay_.counts.reads;
    const net::IoOutcome outcome = transport_->read(buffer);
    if (outcome.status == Status::WaitRead) return;
    if (outcome.status != Status::Done) return close();
    take(buffer.first(outcome.bytes));
}

void RelayConnection::take(BytesView bytes) {
    if (raw_receiver_ != nullptr && generation_ == relay_.generation) {
        return raw_receiver_->send(bytes);
    }
    if (rest_.empty()) {
        const std::size_t used = parse(bytes);
        rest_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(used), bytes.end());
        return;
    }
    rest_.insert(rest_.end(), bytes.begin(), bytes.end());
    const std::size_t used = parse(rest_);
    rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(used));
}

std::size_t RelayConnection::parse(BytesView bytes) {
    std::size_t used = 0;
    while (true) {
        const BytesView rest = bytes.subspan(used);
        const mqtt::FrameScan scan = mqtt::find_frame(rest, packet_bytes_max);
        if (scan.status != mqtt::FrameStatus::Complete) return used;
        if (is_tls_ && begins_raw(scan.frame)) {
            raw_receiver_->send(rest);
            return bytes.size();
        }
        used += scan.frame.size;
        handle(scan.frame);
    }
}

void RelayConnection::handle(const mqtt::Frame& frame) {
    switch (frame.type()) {
        case mqtt::PacketType::Publish: return on_publish(frame);
        case mqtt::PacketType::Puback: ++acknowledged_; return;
        case mqtt::PacketType::Subscribe: return on_subscribe(frame);
        case mqtt::PacketType::Connect: {
            Bytes packet;
            mqtt::encode(mqtt::Connack{}, version, packet);
            return send(packet);
        }
        case mqtt::PacketType::Pingreq: return send(mqtt::pingresp_packet);
        default: return;
    }
}

void RelayConnection::find_receivers(const mqtt::Frame& frame) {
    const std::uint8_t* const body = frame.data + frame.header_size;
    const std::string_view topic(reinterpret_cast<const char*>(body) + 2,
                                 static_cast<std::size_t>(body[0] << 8 | body[1]));
    if (generation_ == relay_.generation && topic == topic_) return;
    topic_ = topic;
    generation_ = relay_.generation;
    const auto found = relay_.receivers.find(topic);
    receivers_ = found == relay_.receivers.end() ? nullptr : &found->second;
}

bool RelayConnection::begins_raw(const mqtt::Frame& frame) {
    if (frame.type() != mqtt::PacketType::Publish) return false;
    find_receivers(frame);
    raw_receiver_ = receivers_ != nullptr && receivers_->size() == 1 ? (*receivers_)[0] : nullptr;
    return raw_receiver_ != nullptr;
}

void RelayConnection::on_publish(const mqtt::Frame& frame) {
    find_receivers(frame);
    const bool acknowledged = (frame.first_byte() & 0x06) != 0;
    const std::uint32_t id_at = mqtt::packet_id_offset(frame);
    if (receivers_ != nullptr) {
        for (RelayConnection* const receiver : *receivers_) {
            std::uint8_t* const copy = receiver->room(frame.size);
            std::memcpy(copy, frame.data, frame.size);
            if (acknowledged) mqtt::patch_packet_id(copy, id_at, receiver->next_id());
            ++relay_.counts.delivered;
        }
    }
    if (!acknowledged) return;
    const auto id = static_cast<mqtt::PacketId>(frame.data[id_at] << 8 | frame.data[id_at + 1]);
    mqtt::encode_short_ack(room(mqtt::short_ack_size), mqtt::PacketType::Puback, id);
}

void RelayConnection::on_subscribe(const mqtt::Frame& frame) {
    const auto subscribe = mqtt::decode_subscribe(frame, version);
    if (!subscribe) return close();
    mqtt::Suback suback{.packet_id = subscribe->packet_id};
    for (const mqtt::Subscription& subscription : subscribe->subscriptions) {
        subscribed_.emplace_back(subscription.filter);
        relay_.receivers[subscribed_.back()].push_back(this);
        suback.reasons.push_back(mqtt::granted(subscription.qos));
    }
    ++relay_.generation;
    Bytes packet;
    mqtt::encode(suback, version, packet);
    send(packet);
}

mqtt::PacketId RelayConnection::next_id() {
    if (++last_id_ == 0) ++last_id_;
    return last_id_;
}

std::uint8_t* RelayConnection::room(std::size_t bytes) {
    relay_.loop.request_turn_end(*this);
    const std::size_t end = output_end_;
    output_end_ += bytes;
    if (output_end_ > output_.size()) output_.resize(std::max(output_end_, 2 * output_.size()));
    return output_.data() + end;
}

void RelayConnection::send(BytesView packet) {
    std::memcpy(room(packet.size()), packet.data(), packet.size());
}

void RelayConnection::flush() {
    if (is_closed_) return;
    if (output_begin_ < output_end_) {
        const iovec piece{output_.data() + output_begin_, output_end_ - output_begin_};
        ++relay_.counts.writes;
        const net::IoOutcome outcome = transport_->write({&piece, 1});
        if (outcome.status == Status::Done) output_begin_ += outcome.bytes;
    }
    const bool waits = output_begin_ < output_end_;
    if (!waits) output_begin_ = output_end_ = 0;
    want(waits ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

void RelayConnection::want(std::uint32_t events) {
    if (interest_ == events) return;
    interest_ = events;
    ++relay_.counts.changes;
    relay_.loop.change_interest(transport_->descriptor(), *this, events);
}

// Destroyed between turns: others may hold a pointer within this one.
void RelayConnection::close() {
    is_closed_ = true;
    for (const std::string& topic : subscribed_) std::erase(relay_.receivers[topic], this);
    if (!subscribed_.empty()) ++relay_.generation;
    want(0);
    if (std::exchange(relay_.sweep_is_due, true)) return;
    relay_.loop.post([&relay = relay_] {
        relay.sweep_is_due = false;
        std::erase_if(relay.connections, [](const std::unique_ptr<RelayConnection>& connection) {
            return connection->is_closed();
        });
    });
}

}  // namespace gatehouse::bench
