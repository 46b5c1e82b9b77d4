// Delivery of what cannot be sent at once: a session's queue, and when it goes on.
#include <algorithm>
#include <chrono>

#include "broker/delivery.h"
#include "broker/session_frame.h"
#include "broker/stored_forms.h"
#include "broker/withheld.h"

namespace gatehouse::broker {

void Delivery::queue(Session& session, std::string_view topic, const Publication& publication,
                     FrameForm form, ShareNumber group) {
    const QueuedMessage queued{
        .message = kept(topic, publication),
        .guard_generation = session.is_connected() ? session.guard_generation_ : 0,
        .group = group,
        .queued_at = session.is_connected() && !publication.was_stored ? now_milliseconds() : 0,
        .qos = form.qos,
        .retain = form.retain};
    SessionFlow& flow = flow_of(session);
    MessageQueue& messages = flow.queue;
    const std::size_t bytes = queued.message->bytes();
    // On its way to a packet id, of which the disk has to know, it does not stay in the queue.
    const bool passes = form.qos == mqtt::Qos::ExactlyOnce && session.record_ != 0 &&
                        may_send_now(session) && !(publication.was_stored && holds_back_stored());
    if (passes ? has_room_in_flight(session, bytes) : make_room_in_queue(session, bytes)) {
        messages.push(queued);
        bytes_.add_queued(bytes);
        watch_expiry(session, queued.message->expires_at());
        if (session.is_on_disk(group, form.qos)) {
            messages.back().record = journal_.put(session, {.message = queued.message,
                                                            .qos = form.qos,
                                                            .retain = form.retain,
                                                            .group = group});
        }
        counters_.queued.add(1);
        note_load(session);
        if (!session.is_connected() && observer_ != nullptr) {
            observer_->on_queued(session, topic, form.qos);
        }
    } else {
        drop(session, topic, form.qos, DropCause::QueueFull);
        note_refusal(session);
        release_if_idle(session);
    }
}

// With what is in flight, which is kept as long.
bool Delivery::has_room_in_queue(const Session& session, std::size_t bytes) {
    const Limits& limits = settings_.limits;
    const SessionFlow* const flow = session.flow_;
    const std::size_t messages = flow == nullptr ? 0 : flow->queue.size();
    const std::size_t kept = flow == nullptr ? 0 : flow->kept_bytes();
    return messages < limits.session_queue_messages_max &&
           kept + bytes <= limits.session_queue_bytes_max && bytes_.has_room(bytes);
}

// Of a session that keeps nothing, nothing would tell that there is room again.
void Delivery::note_refusal(const Session& session) {
    session.flow_->is_refusing = session.flow_->kept_bytes() != 0;
    if (session.load_ == nullptr || !session.flow_->is_refusing) return;
    session.flow_->is_short = true;
    session.load_->store(Load::Full, std::memory_order_relaxed);
}

// The message goes to another member, perhaps to one that is away.
void Delivery::note_shortage(const Session& session) {
    if (!session.is_connected() || session.flow_ == nullptr) return;
    session.flow_->is_refusing = session.flow_->is_short = session.flow_->kept_bytes() != 0;
}

// For whoever picks a member of a group.
void Delivery::note_load(Session& session) {
    if (session.load_ == nullptr) return;
    const std::size_t waiting = session.queued_messages();
    const bool is_full = waiting >= settings_.limits.session_queue_messages_max;
    session.load_->store(waiting == 0 ? Load::None
                         : is_full    ? Load::Full
                                      : Load::Some,
                         std::memory_order_relaxed);
    if (session.flow_ == nullptr) return;
    if (is_full) {
        session.flow_->is_short = true;
    } else if (session.flow_->is_short && has_much_room(session)) {
        tell_of_room(session);
    }
}

bool Delivery::has_much_room(const Session& session) const {
    const Limits& limits = settings_.limits;
    const SessionFlow& flow = *session.flow_;
    return session.is_delivering_ && !session.is_output_full_ &&
           flow.queue.size() <= limits.session_queue_messages_max / 2 &&
           flow.kept_bytes() <= limits.session_queue_bytes_max / 2;
}

// Not at once: messages are being delivered.
void Delivery::tell_of_room(Session& session) {
    session.flow_->is_short = false;
    if (session.is_room_due_) return;
    session.is_room_due_ = true;
    expiries_.add({port_.now() + std::chrono::milliseconds(10), session.place_.slot,
                   session.attachment_, Expiry::Kind::Room});
    port_.look_at(std::min(expiries_.next(), journal_.due()));
}

// Stored messages that wait for their rate let newer ones pass.
bool Delivery::waits_beside(const SessionFlow& flow) const {
    return holds_back_stored() && flow.queue.is_all_stored();
}

bool Delivery::holds_back_stored() const {
    return settings_.rates == Rates::Throttled &&
           (settings_.limits.stored_messages_per_second_max != no_limit ||
            settings_.limits.shared_stored_messages_per_second_max != no_limit);
}

bool Delivery::is_stored_rate_used_up(const Session& session, const QueuedMessage& front) {
    if (!holds_back_stored() || !front.is_stored()) return false;
    const std::uint32_t most = front.group == 0
                                   ? settings_.limits.stored_messages_per_second_max
                                   : settings_.limits.shared_stored_messages_per_second_max;
    return session.flow_->stored_rate.sent(now_seconds(), front.group != 0) >= most;
}

void Delivery::send_queued(Session& session) {
    send_waiting(session);
    feed(session);
}

void Delivery::send_waiting(Session& session) {
    if (!session.is_delivering_ || session.flow_ == nullptr) return;
    SessionFlow& flow = *session.flow_;
    // Somebody says when that is over; until then there is no need to look at all of them.
    if (flow.is_resending && (session.is_output_full_ || journal_.settled() < flow.remembered_with))
        return;
    if (flow.is_resending) send_again(session);
    // Packet ids of QoS 2 have to be on disk first: as many as the window takes go there together.
    const bool may_number = !flow.is_resending;
    while (!flow.queue.is_empty() && flow.window.has_room(session.receive_maximum_)) {
        if (is_stored_rate_used_up(session, flow.queue.front())) {
            wait_for_rate(session);
            if (!flow.queue.bring_new_forward()) break;
        }
        const bool is_numbered = must_number(session, flow.queue.front());
        if (flow.is_resending && !(may_number && is_numbered)) break;
        const Fate fate = send_front(session);
        if (fate == Fate::NotNow) break;
        const QueuedMessage& front = flow.queue.front();
        if (fate == Fate::Dropped && front.record != 0) {
            journal_.remove(session, front.record, front.message);
        }
        if (fate == Fate::Sent && front.is_stored() && holds_back_stored()) {
            flow.stored_rate.add(now_seconds(), front.group != 0);
        }
        bytes_.remove_queued(front.message->bytes());
        flow.queue.pop();
    }
    if (may_number && flow.is_resending) resume_when_kept(session);
    note_load(session);
    release_if_idle(session);
}

void Delivery::resume_when_kept(const Session& session) {
    withheld_.add({.kind = WithheldItem::Kind::Resume,
                   .slot = session.place_.slot,
                   .attachment = session.attachment_});
}

// Whether the packet id has to be on disk before the client sees it.
bool Delivery::must_number(const Session& session, const QueuedMessage& queued) {
    return queued.qos == mqtt::Qos::ExactlyOnce && session.record_ != 0;
}

Delivery::Fate Delivery::send_front(Session& session) {
    QueuedMessage& front = session.flow_->queue.front();
    const StoredMessage& message = *front.message;
    const std::string_view topic = message.topic();
    if (message.is_expired(port_.now())) {
        drop(session, topic, front.qos, DropCause::Expired);
        return Fate::Dropped;
    }
    if (front.guard_generation != session.guard_generation_ && session.guard_ != nullptr) {
        const GuardAnswer answer = session.guard_->may_receive(topic);
        if (answer.permission == Permission::Denied) {
            drop(session, topic, front.qos, DropCause::NotAllowed, answer.explanation);
            return Fate::Dropped;
        }
        front.guard_generation = session.guard_generation_;
    }
    if (must_number(session, front)) {
        open_unsent(session, front);
        return Fate::Sent;
    }
    const Publication publication = message.publication(port_.now());
    return session.aliases_ != nullptr ? send_front<AliasedFrame>(session, front, publication)
                                       : send_front<OwnFrame>(session, front, publication);
}

template <class Frame>
Delivery::Fate Delivery::send_front(Session& session, QueuedMessage& front,
                                    const Publication& publication) {
    const std::string_view topic = front.message->topic();
    Frame frame(frames_, session, {session.version_, front.qos, front.retain}, topic, publication);
    if (frame.size() > session.packet_bytes_max_) {
        drop(session, topic, front.qos, DropCause::PacketTooLarge);
        return Fate::Dropped;
    }
    if (session.is_output_full_) return Fate::NotNow;
    if (count_rate(session, frame.size()) == PublishRate::Exceeded) {
        wait_for_rate(session);
        return Fate::NotNow;
    }
    std::uint8_t* out = extend(session, frame.size());
    if (out == nullptr) return Fate::NotNow;
    const bool is_kept = session.keeps_messages() || front.group != 0;
    const mqtt::PacketId id =
        session.flow_->window.open({.message = is_kept ? front.message : MessageRef(),
                                    .record = front.record,
                                    .sent_at = now_seconds(),
                                    .group = front.group,
                                    .qos = front.qos,
                                    .retain = front.retain});
    frame.write(out, id);
    if (!front.is_stored()) {
        counters_.queue_times.add(std::chrono::milliseconds(now_milliseconds() - front.queued_at));
    }
    note_delivered(session, topic, front.qos, frame.size());
    return Fate::Sent;
}

// QoS 2: takes a packet id, which is sent once the disk has it.
void Delivery::open_unsent(Session& session, const QueuedMessage& front) {
    const mqtt::PacketId id = session.flow_->window.open({.message = front.message,
                                                          .record = front.record,
                                                          .sent_at = now_seconds(),
                                                          .group = front.group,
                                                          .qos = front.qos,
                                                          .retain = front.retain,
                                                          .is_due = true,
                                                          .is_unsent = true});
    SessionFlow& flow = *session.flow_;
    flow.is_resending = true;
    const auto passes = flow.queue.front_has_passed() ? Journal::Passes::Yes : Journal::Passes::No;
    flow.remembered_with =
        std::max(flow.remembered_with, journal_.number(session, front.record, id, passes));
}

void Delivery::wait_for_rate(Session& session) {
    if (session.is_waiting_for_rate_) return;
    session.is_waiting_for_rate_ = true;
    const auto next_second =
        std::chrono::floor<std::chrono::seconds>(port_.now()) + std::chrono::seconds(1);
    expiries_.add({next_second, session.place_.slot, session.attachment_, Expiry::Kind::Rate});
    port_.look_at(std::min(expiries_.next(), journal_.due()));
}

}  // namespace gatehouse::broker
