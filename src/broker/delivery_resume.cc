// Delivery when connections come and go: what is due again on a resumed session, and what becomes
// of what is left.
#include <memory>
#include <vector>

#include "broker/delivery.h"
#include "broker/withheld.h"

namespace gatehouse::broker {

void Delivery::start(Session& session) {
    session.is_delivering_ = true;
    if (session.flow_ == nullptr) return;
    session.flow_->received.begin_connection();
    // While its client was away, nobody tried.
    const std::uint32_t away = now_seconds() - session.flow_->stopped_at;
    session.flow_->window.for_each([away](mqtt::PacketId, InFlight& sent) {
        sent.is_due = true;
        sent.sent_at += away;
    });
    session.flow_->is_resending = true;
    send_queued(session);
    // Who waited on the connection before waits no more.
    const SessionFlow* flow = session.flow_;
    if (flow != nullptr && flow->is_resending && journal_.settled() < flow->remembered_with) {
        resume_when_kept(session);
    }
    watch_expiry(session);
}

// Unacknowledged messages and releases go out again in their order, under their packet ids, before
// anything else [MQTT-4.4.0-1]. Messages pass the guard again: the session may be somebody else's
// now.
void Delivery::send_again(Session& session) {
    InFlightWindow& window = session.flow_->window;
    std::vector<mqtt::PacketId> given_up;
    Sent last = Sent::Done;
    // This connection may take fewer than the one before did [MQTT-3.3.4-9].
    std::size_t room = session.receive_maximum_;
    window.for_each([&](mqtt::PacketId, const InFlight& sent) {
        if (!sent.is_due && room != 0) --room;
    });
    window.for_each([&](mqtt::PacketId id, InFlight& sent) {
        if (!sent.is_due || last != Sent::Done) return;
        last = room == 0 ? Sent::NotNow : send_again(session, id, sent, given_up);
        if (!sent.is_due) --room;
    });
    for (const mqtt::PacketId id : given_up) {
        if (const InFlight& sent = *window.find(id); sent.record != 0) {
            journal_.remove(session, sent.record, sent.message);
        }
        window.close(id);
    }
    session.flow_->is_resending = last == Sent::NotNow;
}

Delivery::Sent Delivery::send_again(Session& session, mqtt::PacketId id, InFlight& sent,
                                    std::vector<mqtt::PacketId>& given_up) {
    if (sent.is_received) return send_release_again(session, id, sent);
    if (sent.is_unsent && journal_.settled() < session.flow_->remembered_with) return Sent::NotNow;
    const std::string_view topic = sent.message->topic();
    const bool is_late = sent.is_unsent && sent.message->is_expired(port_.now());
    const auto give_up = [&](DropCause cause, std::uint32_t explanation) {
        drop(session, topic, sent.qos, cause, explanation);
        given_up.push_back(id);
        return Sent::Done;
    };
    if (is_late) return give_up(DropCause::Expired, 0);
    if (now_seconds() - sent.sent_at > settings_.limits.retry_seconds_max) {
        return give_up(DropCause::RetryExceeded, 0);
    }
    if (session.guard_ != nullptr) {
        const GuardAnswer answer = session.guard_->may_receive(topic);
        if (answer.permission == Permission::Denied) {
            return give_up(DropCause::NotAllowed, answer.explanation);
        }
    }
    const Publication publication = sent.message->publication(port_.now());
    PublishFrame frame({session.version_, sent.qos, sent.retain}, topic, publication);
    if (frame.size() > session.packet_bytes_max_) return give_up(DropCause::PacketTooLarge, 0);
    std::uint8_t* out = extend(session, frame.size());
    if (out == nullptr) return Sent::NotNow;
    frame.write(out, id, sent.is_unsent ? Duplicate::No : Duplicate::Yes);
    sent.is_due = false;
    sent.is_unsent = false;
    note_delivered(session, topic, sent.qos, frame.size());
    return Sent::Done;
}

void Delivery::stop(Session& session) {
    session.is_delivering_ = false;
    session.is_output_full_ = false;
    session.is_waiting_for_rate_ = false;
    session.is_feed_due_ = false;
    session.is_room_due_ = false;
    SessionFlow* const flow = session.flow_;
    if (flow == nullptr) return;
    std::vector<mqtt::PacketId> direct;
    flow->window.for_each([&](mqtt::PacketId id, const InFlight& sent) {
        if (sent.is_direct) direct.push_back(id);
    });
    for (const mqtt::PacketId id : direct) flow->window.close(id);
    flow->stopped_at = now_seconds();
    flow->queue.note_stored();
    watch_expiry(session);
    release_if_idle(session);
}

void Delivery::discard(Session& session) {
    SessionFlow* flow = session.flow_;
    if (flow == nullptr) return;
    session.flow_ = nullptr;
    const std::unique_ptr<SessionFlow> owned(flow);
    flow->window.for_each([&](mqtt::PacketId, InFlight& sent) {
        if (sent.record != 0) journal_.remove(session, sent.record, sent.message);
        const MessageRef message = flow->window.take_message(sent);
        if (message) drop(session, message->topic(), sent.qos, DropCause::SessionEnded);
    });
    for (; !flow->queue.is_empty(); flow->queue.pop()) {
        const QueuedMessage& queued = flow->queue.front();
        bytes_.remove_queued(queued.message->bytes());
        if (queued.record != 0) journal_.remove(session, queued.record, queued.message);
        drop(session, queued.message->topic(), queued.qos, DropCause::SessionEnded);
    }
}

}  // namespace gatehouse::broker
