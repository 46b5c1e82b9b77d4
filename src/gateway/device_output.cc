// What goes out to a device: the broker's messages, acknowledgements, CONNACK and DISCONNECT.
#include <sys/epoll.h>

#include <algorithm>
#include <cstring>

#include "gateway/device_connection.h"
#include "gateway/gateway.h"
#include "gateway/identity_keeper.h"
#include "gateway/loop_gateway.h"
#include "mqtt/ack.h"
#include "mqtt/connack.h"
#include "mqtt/disconnect.h"

namespace gatehouse::gateway {

using net::IoOutcome;

namespace {

// Packets of one client that wait for the disk, whatever is allowed to be in flight; so many that
// only clients that send and send are held up.
constexpr std::size_t withheld_max = 1024;

}  // namespace

std::uint8_t* DeviceConnection::extend(std::size_t bytes) {
    const std::size_t bytes_max = gateway_.settings().output_bytes_max;
    if (output_ && output_->size() + bytes > bytes_max) [[unlikely]] {
        // One turn may bring more than that, and the socket was not asked yet whether it takes it.
        const bool socket_is_full = output_was_full_ || (interest_ & EPOLLOUT) != 0;
        if (socket_is_full || !write_some() || output_->size() + bytes > bytes_max) {
            output_was_full_ = true;
            return nullptr;
        }
    }
    return room(bytes);
}

// One write, from inside the broker: what goes wrong is found again, and told, by flush().
bool DeviceConnection::write_some() {
    const auto waiting = output_->waiting();
    const iovec piece{const_cast<std::uint8_t*>(waiting.data()), waiting.size()};
    const IoOutcome outcome = transport_->write({&piece, 1});
    if (outcome.status == IoOutcome::Status::Done) output_->consume(outcome.bytes);
    return outcome.status == IoOutcome::Status::Done;
}

std::uint8_t* DeviceConnection::room(std::size_t bytes) {
    if (!output_) output_ = gateway_.outputs().take();
    gateway_.loop().request_turn_end(*this);
    return output_->extend(bytes);
}

void DeviceConnection::send(BytesView packet) {
    if (static_cast<mqtt::PacketType>(packet.front() >> 4) == mqtt::PacketType::Puback) {
        --pubacks_owed_;
    }
    std::memcpy(room(packet.size()), packet.data(), packet.size());
    if (is_waiting_for_disk_) [[unlikely]]
        note_settled();
}

void DeviceConnection::on_kept(mqtt::PacketType type, mqtt::PacketId packet_id) {
    if (type == mqtt::PacketType::Puback) --pubacks_owed_;
    mqtt::encode_short_ack(room(mqtt::short_ack_size), type, packet_id);
    if (is_waiting_for_disk_) [[unlikely]]
        note_settled();
}

// Packets that wait are kept in memory, so a client may not cause any number of them.
void DeviceConnection::note_withheld() {
    if (is_waiting_for_disk_ || lingering_) return;
    if (lease_.withheld() < withheld_max && !is_at_in_flight_max()) return;
    is_waiting_for_disk_ = true;
    update_interest();
}

// Whether a client that cannot be told how many of its messages may be unacknowledged has as many.
bool DeviceConnection::is_at_in_flight_max() const {
    return !is_v5() && pubacks_owed_ >= gateway_.settings().profile.limits.in_flight_inbound_max;
}

// From inside the broker, so what there is to read is parsed at the end of the turn.
void DeviceConnection::note_settled() {
    if (lingering_ || lease_.withheld() > withheld_max / 2 || is_at_in_flight_max()) return;
    is_waiting_for_disk_ = false;
    gateway_.loop().request_turn_end(*this);
}

// The client has to send it again, later. 3.1.1 has no words for that.
void DeviceConnection::on_not_kept(mqtt::PacketType type, mqtt::PacketId packet_id) {
    gateway_.metrics().add(logs::Metric::PublishInServerError);
    if (type == mqtt::PacketType::Puback) --pubacks_owed_;
    if (is_v5()) {
        mqtt::encode_reason_ack(room(mqtt::reason_ack_size), type, packet_id,
                                mqtt::ReasonCode::QuotaExceeded);
        if (is_waiting_for_disk_) note_settled();
        return;
    }
    end({.reason = DisconnectReason::ServerError,
         .details = "the message cannot be kept: the server's disk takes nothing at the moment, "
                    "or too much waits for a rule with at-least-once delivery"});
}

void DeviceConnection::on_turn_end() {
    flush();
}

void DeviceConnection::flush() {
    while (output_ && output_->size() > 0) {
        const auto waiting = output_->waiting();
        const iovec piece{const_cast<std::uint8_t*>(waiting.data()), waiting.size()};
        const IoOutcome outcome = transport_->write({&piece, 1});
        if (outcome.status == IoOutcome::Status::Done) {
            output_->consume(outcome.bytes);
            continue;
        }
        if (outcome.status == IoOutcome::Status::Failed ||
            outcome.status == IoOutcome::Status::Closed) {
            gateway_.outputs().give_back(std::move(output_));
            if (lingering_) return close_transport();
            // It takes nothing more, but what it said before its goodbye is heard first.
            if (transport_->said_goodbye()) break;
            return end({.reason = DisconnectReason::ConnectionLost,
                        .details = "writing failed: " + transport_->error_text()});
        }
        break;
    }
    if (output_ && output_->size() == 0) gateway_.outputs().give_back(std::move(output_));
    if (!output_ && transport_->has_own_output()) [[unlikely]] {
        // What goes wrong here is found again by reading.
        [[maybe_unused]] const IoOutcome outcome = transport_->write({});
    }
    if (lingering_) {
        say_goodbye();
        return update_interest();
    }
    if (!output_ && output_was_full_) {
        output_was_full_ = false;
        lease_.outbound_ready();
    }
    update_interest();
    if ((rest_ || has_more_inside_) && !is_paused()) resume_input();
}

// Once the client has taken all that was written to it.
void DeviceConnection::say_goodbye() {
    if (output_ || is_shut_down_) return;
    is_shut_down_ = true;
    transport_->shut_down();
}

// Nothing is parsed while answers pile up because the client does not read them, while another
// loop has too much to do, or while the client is held to its rate.
bool DeviceConnection::is_paused() const {
    return is_held_up() || (output_ && output_->size() > gateway_.settings().output_bytes_max);
}

// For no fault of the client's, so that its silence says nothing.
bool DeviceConnection::is_held_up() const {
    return is_waiting_for_room_ || is_held_up_by_server();
}

bool DeviceConnection::is_held_up_by_server() const {
    return congested_ || is_waiting_for_disk_ || (rate_watch_ && rate_watch_->is_paused());
}

void DeviceConnection::update_interest() {
    if (interest_ == 0 || !transport_) return;  // not watched
    // Told in any case, so that something is asked for always. The end of the client's half is
    // found by reading: asked for while nothing is read, it would be told again and again.
    std::uint32_t wanted = EPOLLERR;
    if (lingering_ || !is_paused()) wanted |= EPOLLIN;
    if (output_ || transport_->has_own_output()) wanted |= EPOLLOUT;
    if (wanted == interest_) return;
    interest_ = wanted;
    gateway_.loop().change_interest(transport_->descriptor(), *this, interest_);
}

void DeviceConnection::on_relieved() {
    congested_ = false;
    go_on();
}

void DeviceConnection::go_on() {
    update_interest();
    resume_input();
}

void DeviceConnection::end(broker::EndReason reason) {
    if (reason == broker::EndReason::TakenOver) {
        return end({.reason = DisconnectReason::DuplicateClientId,
                    .tell = mqtt::ReasonCode::SessionTakenOver,
                    .details = "another connection came with the same client id"});
    }
    end({.reason = DisconnectReason::ApiInitiated,
         .tell = mqtt::ReasonCode::AdministrativeAction,
         .details = "the connection was ended by an administrator"});
}

void DeviceConnection::send_connack(const Arrival& arrival) {
    mqtt::Connack connack =
        connack_for(arrival.terms, facts_->version,
                    arrival.client_id_assigned ? std::string_view(facts_->client_id) : "",
                    gateway_.settings().profile);
    connack.session_present = lease_.session_present() == broker::SessionPresent::Yes;
    Bytes packet;
    mqtt::encode(connack, facts_->version, packet);
    send(packet);
}

bool DeviceConnection::gives_reasons() const {
    return wants_reasons_ &&
           gateway_.settings().profile.behaviour.explanation == Explanation::Given;
}

void DeviceConnection::send_disconnect(mqtt::ReasonCode reason, std::string_view details) {
    mqtt::Disconnect disconnect;
    disconnect.reason = reason;
    send(explained(disconnect, details));
}

}  // namespace gatehouse::gateway
