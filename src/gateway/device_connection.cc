#include "gateway/device_connection.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cassert>

#include "gateway/denial.h"
#include "gateway/gateway.h"
#include "gateway/identity_keeper.h"
#include "gateway/loop_gateway.h"
#include "mqtt/connack.h"
#include "mqtt/disconnect.h"

namespace gatehouse::gateway {
namespace {

// Of a packet that is not whole yet, so much more counts as something that was heard: it may be
// large and its link slow, but no drip of bytes stands for a packet [MQTT-3.1.2-24].
constexpr std::size_t progress_bytes = 1024;

}  // namespace

using net::IoOutcome;

class DeviceConnection::Rest final : public PartialInput {
public:
    explicit Rest(DeviceConnection& device)
        : PartialInput(device.gateway_.partial_inputs()), device_(device) {}

private:
    void on_room() override { device_.on_room(); }
    bool is_held_up() const override { return device_.is_held_up_by_server(); }
    void on_too_slow() override { device_.on_too_slow(); }

    DeviceConnection& device_;
};

std::string_view name_of(DisconnectReason reason) {
    switch (reason) {
        case DisconnectReason::ClientInitiated: return "CLIENT_INITIATED_DISCONNECT";
        case DisconnectReason::ConnectionLost: return "CONNECTION_LOST";
        case DisconnectReason::ClientError: return "CLIENT_ERROR";
        case DisconnectReason::AuthError: return "AUTH_ERROR";
        case DisconnectReason::KeepAliveTimeout: return "MQTT_KEEP_ALIVE_TIMEOUT";
        case DisconnectReason::DuplicateClientId: return "DUPLICATE_CLIENTID";
        case DisconnectReason::ServerInitiated: return "SERVER_INITIATED_DISCONNECT";
        case DisconnectReason::ApiInitiated: return "API_INITIATED_DISCONNECT";
        case DisconnectReason::ServerError: return "SERVER_ERROR";
        case DisconnectReason::CustomAuthExpired: return "CUSTOMAUTH_TTL_EXPIRATION";
        case DisconnectReason::WebSocketExpired: return "WEBSOCKET_TTL_EXPIRATION";
        case DisconnectReason::Throttled: return "THROTTLED";
    }
    return "SERVER_ERROR";
}

DeviceConnection::DeviceConnection(LoopGateway& gateway, Arrival arrival)
    : gateway_(gateway),
      transport_(std::move(arrival.transport)),
      facts_(std::move(arrival.facts)),
      identity_(std::move(arrival.identity)),
      arrival_(std::make_unique<Arrival>(std::move(arrival))),
      packet_bytes_max_(arrival_->attach.packet_bytes_max),
      wants_reasons_(arrival_->problem_information) {}

DeviceConnection::~DeviceConnection() {
    if (congested_) gateway_.shard().cancel_relief(*this);
    gateway_.loop().cancel_turn_end(*this);
    if (transport_ && interest_ != 0) gateway_.loop().unwatch(transport_->descriptor(), *this);
    if (output_) gateway_.outputs().give_back(std::move(output_));
}

void DeviceConnection::start() {
    const std::unique_ptr<Arrival> arrival = std::move(arrival_);
    broker::AttachRequest attach = std::move(arrival->attach);
    attach.outbound = this;
    attach.guard = this;
    if (attach.will != nullptr)
        attach.will->permit = gateway_.wills().permit_of(*facts_, identity_);
    lease_ = gateway_.shard().attach(std::move(attach));
    if (lingering_) return;
    send_connack(*arrival);
    if (lease_.is_from_another()) drop_denied_subscriptions();
    refresh_log_level();  // the principal is known now
    lease_.start_delivery();
    keeper_ = IdentityKeeper::make_if_needed(*this, arrival->authenticated_at);

    heard_at_ = gateway_.loop().now();
    if (facts_->keep_alive_seconds != 0) expired();
    interest_ = EPOLLERR | EPOLLIN;  // as update_interest() wants it
    gateway_.loop().watch(transport_->descriptor(), *this, interest_);
    gateway_.metrics().add(logs::Metric::ConnectSuccess);
    facts_->connected_at = gateway_.parts().clock.wall_now();
    report_connected();
    tell_connected();
    if (!arrival->early_input.empty()) take_input(arrival->early_input);
    if (lingering_ || !transport_->has_buffered_input()) return;
    has_more_inside_ = true;
    take_more();
}

const DeviceConnection* DeviceConnection::of(const broker::Session& session) {
    // Every session's outbound is one of these: nobody else attaches.
    return static_cast<const DeviceConnection*>(session.outbound());
}

net::Address DeviceConnection::local_address() const {
    sockaddr_in6 address{};
    socklen_t length = sizeof address;
    if (!transport_ || ::getsockname(transport_->descriptor(),
                                     reinterpret_cast<sockaddr*>(&address), &length) != 0) {
        return {};
    }
    return {reinterpret_cast<const sockaddr*>(&address), length};
}

void DeviceConnection::shut_down() {
    end({.reason = DisconnectReason::ServerInitiated,
         .tell = mqtt::ReasonCode::ServerShuttingDown,
         .details = "the server is shutting down"});
}

void DeviceConnection::adopt_identity(authentication::IdentityPtr identity) {
    // It may act for another thing now.
    const bool is_other_thing = identity_->thing_name() != identity->thing_name();
    if (is_other_thing) tell_absence("UNKNOWN");
    identity_ = std::move(identity);
    if (is_other_thing) tell_presence();
    denied_deliveries_.reset();
    ++policy_generation_;
    lease_.policies_changed(gateway_.wills().permit_of(*facts_, identity_));
}

void DeviceConnection::on_ready(std::uint32_t events) {
    if (lingering_) return discard_input();
    if ((events & EPOLLOUT) != 0) flush();
    // Told again and again, and what is still to be read of it has no room.
    if (!lingering_ && is_waiting_for_room_ && (events & (EPOLLHUP | EPOLLERR)) != 0) {
        return end({.reason = DisconnectReason::ConnectionLost,
                    .details = "the connection broke within a packet"});
    }
    if (!lingering_ && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read_once();
}

void DeviceConnection::read_once() {
    const std::size_t room = room_to_read();
    if (room == 0) [[unlikely]]
        return;
    std::span<std::uint8_t> buffer = gateway_.loop().read_buffer();
    buffer = buffer.first(std::min(buffer.size(), room));
    const IoOutcome outcome = transport_->read(buffer);
    switch (outcome.status) {
        case IoOutcome::Status::Done:
            take_input(buffer.first(outcome.bytes));
            if (transport_ && transport_->has_own_output()) [[unlikely]]
                update_interest();
            if (outcome.is_last || outcome.has_more) [[unlikely]]
                note_more_inside(outcome);
            return;
        case IoOutcome::Status::WaitRead:
        case IoOutcome::Status::WaitWrite:
            if (outcome.has_more) note_more_inside(outcome);
            return update_interest();
        case IoOutcome::Status::Closed:
            if (transport_->said_goodbye())
                return end({.reason = DisconnectReason::ClientInitiated});
            return end({.reason = DisconnectReason::ConnectionLost,
                        .details = "the client closed the connection without DISCONNECT"});
        case IoOutcome::Status::Failed:
            return end({.reason = DisconnectReason::ConnectionLost,
                        .details = "the connection broke: " + transport_->error_text()});
    }
}

// 0: there is none, and nothing is read until there is.
std::size_t DeviceConnection::room_to_read() {
    if (!rest_) [[likely]]
        return gateway_.partial_inputs().room();
    const std::size_t room = rest_->room();
    if (room != 0) return room;
    // What made it readable is still there then, if the socket does not tell of it.
    has_more_inside_ = has_more_inside_ || transport_->has_buffered_input();
    is_waiting_for_room_ = true;
    update_interest();
    return 0;
}

// From within another connection, perhaps, whose input is in the loop's buffer.
void DeviceConnection::on_room() {
    is_waiting_for_room_ = false;
    gateway_.loop().request_turn_end(*this);
}

void DeviceConnection::on_too_slow() {
    end({.reason = DisconnectReason::Throttled,
         .tell = mqtt::ReasonCode::QuotaExceeded,
         .details = "a packet took too long to come, while others waited for the room that it "
                    "holds"});
}

// No event tells of it. What is not the end waits until the others had their turn.
void DeviceConnection::note_more_inside(const IoOutcome& outcome) {
    if (lingering_) return;
    has_more_inside_ = true;
    if (outcome.is_last) return take_more();
    gateway_.loop().request_turn_end(*this);
}

void DeviceConnection::note_heard() {
    heard_at_ = gateway_.loop().now();
}

void DeviceConnection::take_input(BytesView bytes) {
    if (rest_) {
        Bytes& all = rest_->bytes;
        const std::size_t before = all.size();
        all.insert(all.end(), bytes.begin(), bytes.end());
        if (before / progress_bytes != all.size() / progress_bytes) note_heard();
        rest_->note(PartialInput::Progress::No);
        return resume_input();
    }
    note_heard();
    const std::size_t used = parse(bytes);
    if (lingering_ || used == bytes.size()) return;
    rest_ = std::make_unique<Rest>(*this);
    rest_->bytes.assign(bytes.begin() + static_cast<std::ptrdiff_t>(used), bytes.end());
    rest_->note(PartialInput::Progress::Yes);
}

void DeviceConnection::resume_input() {
    if (lingering_) return;
    if (rest_) take_rest();
    take_more();
}

// What is inside the transport, once all that is before it has been taken.
void DeviceConnection::take_more() {
    if (!has_more_inside_ || lingering_ || is_paused()) return;
    has_more_inside_ = false;
    read_once();
}

void DeviceConnection::take_rest() {
    // Held here: parsing may end the connection and with it rest_.
    std::unique_ptr<Rest> rest = std::move(rest_);
    Bytes& bytes = rest->bytes;
    const std::size_t used = parse(bytes);
    if (used != 0) note_heard();
    if (lingering_ || used == bytes.size()) return;
    rest_ = std::move(rest);
    if (used == 0) return;
    // In memory of its own: the packets that went may have been large.
    bytes = Bytes(bytes.begin() + static_cast<std::ptrdiff_t>(used), bytes.end());
    rest_->note(PartialInput::Progress::Yes);
}

// Handles every whole packet; returns how many bytes are done with.
std::size_t DeviceConnection::parse(BytesView bytes) {
    const std::uint32_t size_max = input_packet_bytes_max(gateway_.settings().profile.limits);
    std::size_t used = 0;
    while (!is_paused()) {
        const mqtt::FrameScan scan = mqtt::find_frame(bytes.subspan(used), size_max);
        if (scan.status == mqtt::FrameStatus::NeedMore) return used;
        if (scan.status != mqtt::FrameStatus::Complete) {
            refuse_packet(mqtt::frame_error(scan.status, facts_->version));
            return used;
        }
        used += scan.frame.size;
        handle(scan.frame);
        if (lingering_) return used;
    }
    return used;
}

void DeviceConnection::handle(const mqtt::Frame& frame) {
    switch (frame.type()) {
        case mqtt::PacketType::Publish: return on_publish(frame);
        case mqtt::PacketType::Puback: return on_puback(frame);
        case mqtt::PacketType::Pubrec: return on_pubrec(frame);
        case mqtt::PacketType::Pubrel: return on_pubrel(frame);
        case mqtt::PacketType::Pubcomp: return on_pubcomp(frame);
        case mqtt::PacketType::Pingreq: return on_ping(frame);
        case mqtt::PacketType::Subscribe: return on_subscribe(frame);
        case mqtt::PacketType::Unsubscribe: return on_unsubscribe(frame);
        case mqtt::PacketType::Disconnect: return on_disconnect(frame);
        default: break;
    }
    mqtt::DecodeError error{mqtt::ReasonCode::ProtocolError,
                            mqtt::clause(facts_->version, "2.2.1", "2.1.2"), "",
                            "a packet that a client may not send now"};
    if (frame.type() == mqtt::PacketType::Connect) {
        error.clause = mqtt::clause(facts_->version, "MQTT-3.1.0-2", "MQTT-3.1.0-2");
        error.text = "a second CONNECT on one connection";
    }
    refuse_packet(error);
}

void DeviceConnection::refuse_packet(const mqtt::DecodeError& error) {
    end({.reason = DisconnectReason::ClientError,
         .tell = error.reason,
         .details = error.describe(),
         .told = told_of_problem(error.describe(), facts_->trace_id)});
}

void DeviceConnection::on_ping(const mqtt::Frame& frame) {
    if (const auto ping = mqtt::decode_ping(frame, facts_->version); !ping) {
        return refuse_packet(ping.error());
    }
    send(mqtt::pingresp_packet);
    gateway_.metrics().add(logs::Metric::PingSuccess);
}

void DeviceConnection::on_disconnect(const mqtt::Frame& frame) {
    const auto disconnect = mqtt::decode_disconnect(frame, facts_->version);
    if (!disconnect) return refuse_packet(disconnect.error());
    std::optional<std::uint32_t> expiry = disconnect->session_expiry_interval;
    if (expiry && *expiry != 0 && facts_->session_expiry_asked == 0) {
        return refuse_packet({mqtt::ReasonCode::ProtocolError, "MQTT-3.1.2-23",
                              "Session Expiry Interval", "may not be raised from 0 by DISCONNECT"});
    }
    if (expiry) {
        expiry = std::min(*expiry, gateway_.settings().profile.limits.session_expiry_seconds_max);
    }
    lease_.detach(will_fate(disconnect->reason), expiry);
    end({.reason = DisconnectReason::ClientInitiated});
}

// Of a DISCONNECT with this code.
broker::WillFate DeviceConnection::will_fate(mqtt::ReasonCode reason) const {
    const bool is_discarded =
        gateway_.settings().profile.behaviour.will_discard == WillDiscard::NormalDisconnect
            ? reason == mqtt::ReasonCode::Success
            : reason != mqtt::ReasonCode::DisconnectWithWill;
    return is_discarded ? broker::WillFate::Discard : broker::WillFate::Publish;
}

// Keep-alive while the conversation lasts, the end of lingering afterwards. The timer is not
// moved with every packet; it looks when it fires how long ago the client was heard.
void DeviceConnection::expired() {
    if (lingering_) return close_transport();
    const auto silence_max = std::chrono::milliseconds(facts_->keep_alive_seconds * 1500);
    if (is_held_up()) heard_at_ = gateway_.loop().now();  // it may speak, nobody listens
    const SteadyTime due = heard_at_ + silence_max;
    if (due > gateway_.loop().now()) {
        gateway_.loop().timers().set(*this, due);
        return;
    }
    end({.reason = DisconnectReason::KeepAliveTimeout,
         .tell = mqtt::ReasonCode::KeepAliveTimeout,
         .details = "nothing was heard for one and a half times the keep-alive"});
}

void DeviceConnection::end(Ending ending) {
    if (lingering_) return;
    lingering_ = true;
    keeper_.reset();
    gateway_.reviews().remove(*this);
    if (ending.tell && is_v5()) {
        send_disconnect(*ending.tell, ending.told.empty() ? ending.details : ending.told);
    }
    // A DISCONNECT has detached already, so a goodbye here is the WebSocket's.
    if (!lease_.is_void()) {
        const bool is_goodbye =
            ending.reason == DisconnectReason::ClientInitiated &&
            gateway_.settings().profile.behaviour.will_discard == WillDiscard::AnyGoodbye;
        lease_.detach(is_goodbye ? broker::WillFate::Discard : broker::WillFate::Publish);
    }
    report_disconnected(ending);
    gateway_.disconnects().add({.tenant = facts_->tenant(),
                                .client_id = facts_->client_id,
                                .source_ip = facts_->source_ip,
                                .source_port = facts_->source_port,
                                .reason = name_of(ending.reason),
                                .connected_at = facts_->connected_at,
                                .disconnected_at = gateway_.parts().clock.wall_now()});
    tell_disconnected(ending.reason);
    rest_.reset();
    flush();
    if (!transport_) return;
    // Behind its DISCONNECT a client says nothing more [MQTT-3.14.4-2].
    const bool is_said = ending.reason == DisconnectReason::ClientInitiated && is_shut_down_ &&
                         !transport_->has_own_output() && !transport_->owes_goodbye();
    if (is_said || ending.reason == DisconnectReason::ConnectionLost) return close_transport();
    gateway_.loop().machine_timers().set(
        *this, gateway_.parts().clock.machine_now() + gateway_.settings().linger_wait);
    update_interest();
}

// After the end: what still comes is dropped, so that closing with unread input does not reset
// the connection and take our last packet with it.
void DeviceConnection::discard_input() {
    if (!transport_) return;
    if (output_ || transport_->has_own_output()) flush();
    if (!transport_) return;
    const IoOutcome outcome = transport_->read(gateway_.loop().read_buffer());
    if (outcome.is_last || outcome.status == IoOutcome::Status::Closed ||
        outcome.status == IoOutcome::Status::Failed) {
        close_transport();
    }
}

void DeviceConnection::close_transport() {
    if (!transport_) return;
    cancel();
    // Asked for earlier in this turn, perhaps: nothing is written any more.
    gateway_.loop().cancel_turn_end(*this);
    if (output_) gateway_.outputs().give_back(std::move(output_));
    if (interest_ != 0) gateway_.loop().unwatch(transport_->descriptor(), *this);
    interest_ = 0;
    transport_.reset();
    gateway_.retire(*this);
}

}  // namespace gatehouse::gateway
