// Messages that expire while they wait for a session. They are deleted then [MQTT-3.3.2-5]: what
// nobody is going to be sent takes no room from what is new, in the session's queue, in its group
// or in the bytes of all queues together.
#include <algorithm>
#include <chrono>

#include "broker/delivery.h"

namespace gatehouse::broker {
namespace {

// A queue in which each message expires at a moment of its own is not looked through for every
// single one.
template <class Duration>
SteadyTime::duration pause_for(const MessageQueue& queue, Duration each, SteadyTime::duration least,
                               SteadyTime::duration most) {
    return std::clamp<SteadyTime::duration>(each * static_cast<std::int64_t>(queue.size()), least,
                                            most);
}

}  // namespace

bool Delivery::make_room_in_queue(Session& session, std::size_t bytes) {
    if (has_room_in_queue(session, bytes)) [[likely]]
        return true;
    const SessionFlow* const flow = session.flow_;
    if (flow == nullptr || port_.now() < flow->expired_look) return false;
    return remove_expired(session) != 0 && has_room_in_queue(session, bytes);
}

// How many there were.
std::size_t Delivery::remove_expired(Session& session) {
    SessionFlow& flow = *session.flow_;
    const SteadyTime now = port_.now();
    if (now < flow.queue.expires_first()) return 0;
    std::size_t removed = 0;
    flow.queue.extract_expired(now, [&](const QueuedMessage& queued) {
        ++removed;
        bytes_.remove_queued(queued.message->bytes());
        if (queued.record != 0) journal_.remove(session, queued.record, queued.message);
        drop(session, queued.message->topic(), queued.qos, DropCause::Expired);
    });
    flow.expired_look = now + pause_for(flow.queue, std::chrono::microseconds(10),
                                        SteadyTime::duration::zero(), std::chrono::seconds(1));
    note_load(session);
    return removed;
}

void Delivery::watch_expiry(Session& session) {
    if (session.flow_ == nullptr) return;
    session.flow_->expiry_watch = SteadyTime::max();
    watch_expiry(session, session.flow_->queue.expires_first());
}

// One entry stands for all that expire up to twice as early, so that a session has few.
void Delivery::watch_expiry(Session& session, SteadyTime at) {
    SessionFlow& flow = *session.flow_;
    if (at >= flow.expiry_watch) return;
    const SteadyTime now = port_.now();
    at = std::max(at, now + pause_for(flow.queue, std::chrono::milliseconds(1),
                                      std::chrono::seconds(1), std::chrono::seconds(60)));
    const bool is_set = flow.expiry_watch != SteadyTime::max();
    if (is_set && at - now > (flow.expiry_watch - now) / 2) return;
    flow.expiry_watch = at;
    expiries_.add({at, session.place_.slot, session.attachment_, Expiry::Kind::Messages});
    port_.look_at(std::min(expiries_.next(), journal_.due()));
}

void Delivery::drop_expired(Session& session) {
    remove_expired(session);
    watch_expiry(session);
    if (session.is_delivering_) {
        send_queued(session);
    } else {
        release_if_idle(session);
    }
}

}  // namespace gatehouse::broker
