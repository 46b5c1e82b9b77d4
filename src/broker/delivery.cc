#include "broker/delivery.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "broker/session_frame.h"
#include "broker/stored_forms.h"
#include "broker/withheld.h"
#include "mqtt/property.h"

namespace gatehouse::broker {

namespace {

constexpr std::size_t spare_flows_max = 4096;
constexpr std::size_t spare_ring_max = 256;
// What each client may have in flight whatever all sessions keep together: those that are away do
// not stop those that acknowledge.
constexpr std::size_t in_flight_always = std::size_t{64} * 1024;

}  // namespace

SessionFlow* FlowPool::take() {
    if (spare_.empty()) return new SessionFlow(kept_);
    SessionFlow* flow = spare_.back().release();
    spare_.pop_back();
    return flow;
}

void FlowPool::give(SessionFlow* flow) {
    std::unique_ptr<SessionFlow> owned(flow);
    if (spare_.size() < spare_flows_max && flow->window.capacity() <= spare_ring_max &&
        flow->queue.capacity() <= spare_ring_max) {
        spare_.push_back(std::move(owned));
    }
}

// --- one message to its receivers ------------------------------------------------------------

void Delivery::deliver(Route& route, const Publication& publication) {
    const std::string_view topic = route.topic();
    if (route.receivers_.size() == 1 && route.receivers_.front().identifiers == 0) {
        deliver_now<OwnFrame>(route.receivers_.front(), topic, publication);
    } else {
        frames_.reset(topic, publication);
        for (Receiver& receiver : route.receivers_) {
            if (receiver.identifiers != 0) [[unlikely]] {
                deliver_identified_now(receiver,
                                       route.extras_->identifiers[receiver.identifiers - 1], topic,
                                       publication);
                continue;
            }
            deliver_now<SharedFrame>(receiver, topic, publication);
        }
    }
    kept_ = {};
}

void Delivery::deliver_shared(Route& route, Receiver& member, ShareNumber group,
                              const Publication& publication) {
    if (member.identifiers != 0) {
        deliver_identified_now(member, route.extras_->identifiers[member.identifiers - 1],
                               route.topic(), publication, group);
    } else {
        deliver_now<OwnFrame>(member, route.topic(), publication, group);
    }
    kept_ = {};
}

// QoS 0 that does not fit into the output is dropped.
template <class Frame>
void Delivery::deliver_now(Receiver& receiver, std::string_view topic,
                           const Publication& publication, ShareNumber group) {
    if (deliver_one<Frame>(receiver, topic, publication, group) == Sent::NotNow) [[unlikely]]
        drop_unfitting(*receiver.session, topic);
}

void Delivery::deliver_identified_now(Receiver& receiver, BytesView identifiers,
                                      std::string_view topic, const Publication& publication,
                                      ShareNumber group) {
    if (deliver_identified(receiver, identifiers, topic, publication, group) == Sent::NotNow) {
        drop_unfitting(*receiver.session, topic);
    }
}

void Delivery::drop_unfitting(Session& session, std::string_view topic) {
    drop(session, topic, mqtt::Qos::AtMostOnce, DropCause::OutboundFull);
    if (session.flow_ == nullptr || session.flow_->feeds == nullptr) return;
    session.flow_->feeds->note_gap();
}

// The Subscription Identifiers make it another message, which nobody else gets.
Delivery::Sent Delivery::deliver_identified(Receiver& receiver, BytesView identifiers,
                                            std::string_view topic, const Publication& publication,
                                            ShareNumber group) {
    identified_.assign(identifiers.begin(), identifiers.end());
    identified_.insert(identified_.end(), publication.properties.begin(),
                       publication.properties.end());
    Publication identified = publication;
    identified.properties = identified_;
    identified.expiry_at += static_cast<std::uint32_t>(identifiers.size());
    const MessageRef kept_for_others = std::exchange(kept_, {});
    const Sent sent = deliver_one<OwnFrame>(receiver, topic, identified, group);
    kept_ = kept_for_others;
    return sent;
}

template <class Frame>
Delivery::Sent Delivery::deliver_one(Receiver& receiver, std::string_view topic,
                                     const Publication& publication, ShareNumber group) {
    Session& session = *receiver.session;
    if (receiver.guard_generation != session.guard_generation_) [[unlikely]] {
        ask_guard(receiver, topic);
    }
    const FrameForm form{session.version_, std::min(receiver.qos, publication.qos),
                         receiver.retain_as_published ? publication.retain : Retain::No};
    if (receiver.permission == Permission::Denied) [[unlikely]] {
        drop(session, topic, form.qos, DropCause::NotAllowed, receiver.explanation);
        return Sent::Done;
    }
    if (session.aliases_ != nullptr) [[unlikely]]
        return send<AliasedFrame>(session, topic, publication, form, group);
    return send<Frame>(session, topic, publication, form, group);
}

template <class Frame>
Delivery::Sent Delivery::send(Session& session, std::string_view topic,
                              const Publication& publication, FrameForm form, ShareNumber group) {
    if (form.qos == mqtt::Qos::AtMostOnce) {
        return send_at_most_once<Frame>(session, topic, publication, form);
    }
    send_or_queue<Frame>(session, topic, publication, form, group);
    return Sent::Done;
}

// An offline session has no guard: its messages are queued and the guard is asked on delivery.
void Delivery::ask_guard(Receiver& receiver, std::string_view topic) {
    Session& session = *receiver.session;
    GuardAnswer answer{Permission::Allowed, 0};
    if (session.guard_ != nullptr) answer = session.guard_->may_receive(topic);
    receiver.guard_generation = answer.lasting == Lasting::Yes ? session.guard_generation_ : 0;
    receiver.permission = answer.permission;
    receiver.explanation = answer.explanation;
}

bool Delivery::may_receive(Receiver& member, std::string_view topic) {
    if (member.guard_generation != member.session->guard_generation_) ask_guard(member, topic);
    return member.permission == Permission::Allowed;
}

bool Delivery::takes(Receiver& member, const Route& route, const Publication& publication) {
    Session& session = *member.session;
    const mqtt::Qos qos = std::min(member.qos, publication.qos);
    if (session.is_connected()) {
        if (!may_receive(member, route.topic())) return false;
        std::size_t size =
            PublishFrame({session.version_, qos, Retain::No}, route.topic(), publication).size();
        if (member.identifiers != 0) {
            size += route.extras_->identifiers[member.identifiers - 1].size();
        }
        if (size > session.packet_bytes_max_) return false;
    }
    if (qos == mqtt::Qos::AtMostOnce) return session.is_connected();
    const std::size_t bytes = StoredMessage::bytes_of(route.topic(), publication);
    const bool has_room = may_send_now(session) ? has_room_in_flight(session, bytes)
                                                : make_room_in_queue(session, bytes);
    if (!has_room) note_shortage(session);
    return has_room;
}

template <class Frame>
Delivery::Sent Delivery::send_at_most_once(Session& session, std::string_view topic,
                                           const Publication& publication, FrameForm form) {
    if (!session.is_delivering_) return Sent::Done;
    Frame frame(frames_, session, form, topic, publication);
    const std::size_t size = frame.size();
    if (count_rate(session, size) == PublishRate::Exceeded) [[unlikely]] {
        drop(session, topic, form.qos, DropCause::RateExceeded);
        return Sent::Done;
    }
    if (size > session.packet_bytes_max_) [[unlikely]] {
        drop(session, topic, form.qos, DropCause::PacketTooLarge);
        return Sent::Done;
    }
    std::uint8_t* out = extend(session, size);
    if (out == nullptr) [[unlikely]]
        return Sent::NotNow;
    frame.write(out, mqtt::PacketId{0});
    note_delivered(session, topic, form.qos, size);
    return Sent::Done;
}

template <class Frame>
void Delivery::send_or_queue(Session& session, std::string_view topic,
                             const Publication& publication, FrameForm form, ShareNumber group) {
    // With QoS 2 the packet id has to be on disk before the client sees it.
    const bool is_remembered_first = form.qos == mqtt::Qos::ExactlyOnce && session.record_ != 0;
    const bool has_its_turn =
        is_remembered_first || (publication.was_stored && holds_back_stored());
    if (!may_send_now(session) || has_its_turn) {
        queue(session, topic, publication, form, group);
        if (has_its_turn) send_waiting(session);
        return;
    }
    const bool is_kept = session.keeps_messages() || group != 0;
    if (is_kept && !has_room_in_flight(session, kept(topic, publication)->bytes())) [[unlikely]]
        return queue(session, topic, publication, form, group);
    Frame frame(frames_, session, form, topic, publication);
    const std::size_t size = frame.size();
    if (count_rate(session, size) == PublishRate::Exceeded) [[unlikely]] {
        wait_for_rate(session);
        return queue(session, topic, publication, form, group);
    }
    if (size > session.packet_bytes_max_) [[unlikely]] {
        return drop(session, topic, form.qos, DropCause::PacketTooLarge);
    }
    std::uint8_t* out = extend(session, size);
    if (out == nullptr) [[unlikely]]
        return queue(session, topic, publication, form, group);
    const mqtt::PacketId id =
        flow_of(session).window.open({.message = is_kept ? kept(topic, publication) : MessageRef(),
                                      .sent_at = now_seconds(),
                                      .group = group,
                                      .qos = form.qos,
                                      .retain = form.retain});
    frame.write(out, id);
    if (session.is_on_disk(group, form.qos)) [[unlikely]]
        keep(session, id);
    note_delivered(session, topic, form.qos, size);
}

Delivery::Sent Delivery::deliver_to(Session& session, std::string_view topic,
                                    const Publication& publication,
                                    const SubscriptionOptions& options) {
    Receiver receiver{.session = &session, .qos = options.qos, .retain_as_published = true};
    Sent sent = Sent::Done;
    if (options.identifier != 0) {
        mqtt::PropertyWriter identifier;
        identifier.add(mqtt::PropertyId::SubscriptionIdentifier, options.identifier);
        sent = deliver_identified(receiver, identifier.bytes(), topic, publication);
    } else {
        sent = deliver_one<OwnFrame>(receiver, topic, publication);
    }
    kept_ = {};
    return sent;
}

bool Delivery::may_send_now(const Session& session) const {
    if (!session.is_delivering_ || session.is_output_full_) return false;
    const SessionFlow* const flow = session.flow_;
    if (flow == nullptr) return true;
    const bool is_first = flow->queue.is_empty() || waits_beside(*flow);
    return is_first && !flow->is_resending && flow->window.has_room(session.receive_maximum_);
}

// Of one message with nothing else in flight there always is: whether it acknowledges, its client
// has yet to show.
bool Delivery::has_room_in_flight(const Session& session, std::size_t bytes) {
    const SessionFlow* const flow = session.flow_;
    if (flow == nullptr || flow->window.bytes() == 0) return true;
    if (flow->kept_bytes() + bytes > settings_.limits.session_queue_bytes_max) return false;
    return flow->window.bytes() + bytes <= in_flight_always || bytes_.has_room(bytes);
}

std::uint8_t* Delivery::extend(Session& session, std::size_t bytes) {
    if (session.is_output_full_) return nullptr;
    std::uint8_t* out = session.outbound_->extend(bytes);
    if (out == nullptr) session.is_output_full_ = true;
    return out;
}

SessionFlow& Delivery::flow_of(Session& session) {
    if (session.flow_ == nullptr) {
        session.flow_ = flows_.take();
        session.flow_->window.start_after(session.last_packet_id_);
    }
    return *session.flow_;
}

void Delivery::release_if_idle(Session& session) {
    if (session.flow_ == nullptr || !session.flow_->is_idle()) return;
    // What was sent of this second's is not forgotten before it is over.
    if (session.flow_->stored_rate.has_begun(now_seconds())) return;
    session.last_packet_id_ = session.flow_->window.last_id();
    session.flow_->is_resending = false;
    session.flow_->is_refusing = false;
    session.flow_->is_short = false;
    session.flow_->remembered_with = 0;
    session.flow_->stored_rate = {};
    session.flow_->expired_look = {};
    session.flow_->expiry_watch = SteadyTime::max();
    flows_.give(session.flow_);
    session.flow_ = nullptr;
}

const MessageRef& Delivery::kept(std::string_view topic, const Publication& publication) {
    if (!kept_) kept_ = MessageRef::make(topic, publication, port_.now());
    return kept_;
}

void Delivery::keep(Session& session, mqtt::PacketId id) {
    InFlight& sent = *session.flow_->window.find(id);
    const bool passes = !session.flow_->queue.is_empty();
    sent.record = journal_.put(session,
                               {.message = sent.message,
                                .packet_id = id,
                                .qos = sent.qos,
                                .retain = sent.retain,
                                .group = sent.group},
                               passes ? Journal::Passes::Yes : Journal::Passes::No);
}

// --- acknowledged
// ----------------------------------------------------------------------------------

bool Delivery::acknowledge(Session& session, mqtt::PacketId packet_id) {
    if (session.flow_ == nullptr) return false;
    const InFlight* sent = session.flow_->window.find(packet_id);
    return sent != nullptr && sent->qos == mqtt::Qos::AtLeastOnce && close(session, packet_id);
}

// Requires: open.
bool Delivery::close(Session& session, mqtt::PacketId packet_id) {
    SessionFlow* flow = session.flow_;
    if (const InFlight& sent = *flow->window.find(packet_id); sent.record != 0) [[unlikely]] {
        journal_.remove(session, sent.record, sent.message);
    }
    flow->window.close(packet_id);
    if (flow->is_refusing) [[unlikely]] {
        note_load(session);
        flow->is_refusing = flow->is_short;
    }
    counters_.acknowledged.add(1);
    if (!answer_waiters_.empty()) [[unlikely]]
        tell_waiter(session, packet_id, mqtt::ReasonCode::Success);
    if (flow->queue.is_empty() && !flow->is_resending && flow->feeds == nullptr) {
        release_if_idle(session);
    } else {
        send_queued(session);
    }
    return true;
}

// --- accounts --------------------------------------------------------------------------------

PublishRate Delivery::add_to_rate(Session& session, std::size_t bytes) {
    const PublishRate rate =
        session.rate_.add(now_seconds(), bytes, settings_.limits, settings_.rates);
    if (rate != PublishRate::Within) [[unlikely]]
        counters_.over_rate.add(1);
    return rate;
}

std::uint32_t Delivery::now_seconds() {
    const SteadyTime now = port_.now();
    if (now != seconds_of_) {
        seconds_of_ = now;
        seconds_ = static_cast<std::uint32_t>(
            std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
    }
    return seconds_;
}

std::uint32_t Delivery::now_milliseconds() {
    const auto now =
        std::chrono::duration_cast<std::chrono::milliseconds>(port_.now().time_since_epoch());
    return std::max<std::uint32_t>(static_cast<std::uint32_t>(now.count()), 1);
}

void Delivery::note_delivered(const Session& session, std::string_view topic, mqtt::Qos qos,
                              std::size_t bytes) {
    counters_.delivered[static_cast<std::size_t>(qos)].add(1);
    counters_.delivered_bytes[static_cast<std::size_t>(qos)].add(bytes);
    const std::uint32_t now = settings_.observation == nullptr
                                  ? 0
                                  : settings_.observation->load(std::memory_order_relaxed);
    if (session.unobserved_since_ != now) [[unlikely]]
        session.outbound_->on_delivered(topic);
}

void Delivery::drop(const Session& session, std::string_view topic, mqtt::Qos qos, DropCause cause,
                    std::uint32_t explanation) {
    counters_.dropped[static_cast<std::size_t>(cause)].add(1);
    if (cause == DropCause::RateExceeded) counters_.rate_dropped.add(1);
    if (observer_ != nullptr && !is_nameless(session.client_id())) {
        observer_->on_dropped(session, topic, qos, cause, explanation);
    }
}

}  // namespace gatehouse::broker
