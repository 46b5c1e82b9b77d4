// QoS 2, both ways (MQTT 5 and 3.1.1 section 4.3.3). From the client: its message is passed on at
// once and the packet id held until PUBREL, so that a repetition is not passed on again. To the
// client: the message is kept until PUBREC, the packet id until PUBCOMP.
#include "broker/delivery.h"
#include "broker/journal.h"
#include "mqtt/ack.h"

namespace gatehouse::broker {

// --- to the client ---------------------------------------------------------------------------

bool Delivery::note_received(Session& session, mqtt::PacketId packet_id) {
    InFlight* sent = session.flow_ == nullptr ? nullptr : session.flow_->window.find(packet_id);
    if (sent == nullptr || sent->qos != mqtt::Qos::ExactlyOnce) return false;
    sent->is_received = true;
    sent->is_due = false;  // the caller answers PUBREL now
    if (sent->record != 0 && sent->message) {
        journal_.note_received(session, sent->record, sent->message);
    }
    session.flow_->window.take_message(*sent);
    return true;
}

bool Delivery::note_refused(Session& session, mqtt::PacketId packet_id) {
    const InFlight* sent =
        session.flow_ == nullptr ? nullptr : session.flow_->window.find(packet_id);
    return sent != nullptr && sent->qos == mqtt::Qos::ExactlyOnce && close(session, packet_id);
}

bool Delivery::note_completed(Session& session, mqtt::PacketId packet_id) {
    const InFlight* sent =
        session.flow_ == nullptr ? nullptr : session.flow_->window.find(packet_id);
    return sent != nullptr && sent->is_received && close(session, packet_id);
}

Delivery::Sent Delivery::send_release_again(Session& session, mqtt::PacketId id, InFlight& sent) {
    std::uint8_t* out = extend(session, mqtt::short_ack_size);
    if (out == nullptr) return Sent::NotNow;
    mqtt::encode_short_ack(out, mqtt::PacketType::Pubrel, id);
    sent.is_due = false;
    return Sent::Done;
}

// --- from the client -------------------------------------------------------------------------

bool Delivery::is_unreleased(const Session& session, mqtt::PacketId packet_id) const {
    return session.flow_ != nullptr && session.flow_->received.contains(packet_id);
}

std::size_t Delivery::unreleased_of_connection(const Session& session) const {
    return session.flow_ == nullptr ? 0 : session.flow_->received.of_connection();
}

std::optional<HeldParts> Delivery::hold(Session& session, mqtt::PacketId packet_id) {
    SessionFlow& flow = flow_of(session);
    if (!flow.received.contains(packet_id)) {
        flow.received.add(packet_id);
        return std::nullopt;
    }
    if (!may_be_incomplete(session, packet_id)) return std::nullopt;
    return flow.held_since_start->extract(packet_id).mapped();
}

bool Delivery::may_be_incomplete(const Session& session, mqtt::PacketId packet_id) const {
    return session.flow_ != nullptr && session.flow_->held_since_start != nullptr &&
           session.flow_->held_since_start->contains(packet_id);
}

HeldParts* Delivery::restore_held(Session& session, mqtt::PacketId packet_id, std::uint64_t use) {
    SessionFlow& flow = flow_of(session);
    if (!flow.received.contains(packet_id)) flow.received.add(packet_id);
    if (flow.held_since_start == nullptr) {
        flow.held_since_start = std::make_unique<HeldSinceStart>();
    }
    HeldParts& parts = (*flow.held_since_start)[packet_id];
    return parts.is_of_use(use) ? &parts : nullptr;
}

bool Delivery::release(Session& session, mqtt::PacketId packet_id) {
    if (session.flow_ == nullptr || !session.flow_->received.remove(packet_id)) return false;
    if (may_be_incomplete(session, packet_id)) session.flow_->held_since_start->erase(packet_id);
    if (session.record_ != 0) journal_.release_id(session.record_, packet_id);
    release_if_idle(session);
    return true;
}

}  // namespace gatehouse::broker
