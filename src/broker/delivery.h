// From a message and its receivers to bytes in outputs: the path that every message takes.
//
// For each receiver: the guard's answer (kept), QoS and window, then the frame is written straight
// into the connection's output. Nothing is allocated unless a message must be kept: for a
// persistent session until it is acknowledged, or because it cannot be sent at once.
//
// A session's queue keeps order: while anything is queued, later QoS > 0 messages queue behind.
// Full queues drop the newest message. QoS 0 is never queued. What is kept in flight counts towards
// the bounds in bytes as what waits does: a message for which there is no room is not sent either.
//
// Threads: one loop.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/pinned.h"
#include "base/result.h"
#include "broker/broker_settings.h"
#include "broker/counters.h"
#include "broker/expiries.h"
#include "broker/loop_port.h"
#include "broker/publish_frame.h"
#include "broker/route.h"
#include "broker/session.h"
#include "broker/trail.h"
#include "mqtt/reason_code.h"

namespace gatehouse::broker {

class Journal;
class Withheld;

// The flows that sessions borrow, kept for the next one so that a message that is sent and
// acknowledged costs no allocation.
class FlowPool : Pinned {
public:
    // For flows that count what they keep there, too.
    explicit FlowPool(KeptBytes& kept) : kept_(kept) {}
    SessionFlow* take();
    // Requires: it is idle.
    void give(SessionFlow* flow);

private:
    KeptBytes& kept_;
    std::vector<std::unique_ptr<SessionFlow>> spare_;
};

// A message that a group gave to a session.
struct SharedMessage {
    ShareNumber group;
    MessageRef message;
    RecordNumber record;  // 0: none
};

class Delivery : Pinned {
    friend class Restoring;

public:
    // The observer may be null.
    Delivery(const BrokerSettings& settings, LoopPort& port, Expiries& expiries,
             SessionObserver* observer, Counters& counters, Journal& journal, Withheld& withheld,
             SharedBytes& bytes_of_all_loops)
        : settings_(settings),
          has_rates_(has_rates(settings.limits)),
          port_(port),
          expiries_(expiries),
          observer_(observer),
          counters_(counters),
          journal_(journal),
          withheld_(withheld),
          bytes_(bytes_of_all_loops),
          flows_(bytes_) {}

    // To every receiver of the route.
    void deliver(Route& route, const Publication& publication);
    // Retained messages to a new subscription (delivery_retained.cc): instead of what the filter
    // was being fed; not any more; with other options; as far as the session takes them now.
    void add_feed(Session& session, RetainedFeed feed);
    void end_feed(Session& session, std::string_view filter);
    void change_feed(Session& session, std::string_view filter, const SubscriptionOptions& options);
    void feed(Session& session);
    // To one connected client, now or not at all (direct_delivery.cc). The packet id of QoS 1, 0
    // with QoS 0. NotAllowed, TooLarge, Unavailable.
    Result<mqtt::PacketId> send_direct(Session& session, std::string_view topic,
                                       const Publication& publication);
    // `call` is called once: with the reason in the client's PUBACK, or with nothing when its
    // connection ended.
    using AnswerWaiter = std::function<void(std::optional<mqtt::ReasonCode>)>;
    void when_answered(const Session& session, mqtt::PacketId packet_id, AnswerWaiter call);
    void forget_waiter(std::uint32_t attachment, mqtt::PacketId packet_id);
    // Whether a member of a group may have the message and has room for it: in its queue, or on its
    // connection and in its packets, where it has one.
    bool takes(Receiver& member, const Route& route, const Publication& publication);
    // The session's connection ends.
    void tell_waiters_of_end(const Session& session);
    // To the member whose turn it is.
    void deliver_shared(Route& route, Receiver& member, ShareNumber group,
                        const Publication& publication);
    // Takes from the session what it was given by groups for which gives_back(ShareNumber, const
    // StoredMessage&) is true and has neither acknowledged nor, with QoS 2, been sent, oldest
    // first.
    template <class GivesBack>
    std::vector<SharedMessage> take_shared(Session& session, GivesBack gives_back) {
        std::vector<SharedMessage> taken;
        if (session.flow_ == nullptr) return taken;
        std::vector<mqtt::PacketId> closed;
        session.flow_->window.for_each([&](mqtt::PacketId id, InFlight& sent) {
            const bool is_its_own = sent.qos == mqtt::Qos::ExactlyOnce && !sent.is_unsent;
            if (sent.group == 0 || is_its_own || !gives_back(sent.group, *sent.message)) return;
            taken.push_back({sent.group, session.flow_->window.take_message(sent), sent.record});
            closed.push_back(id);
        });
        for (const mqtt::PacketId id : closed) session.flow_->window.close(id);
        session.flow_->queue.extract(
            [&](const QueuedMessage& queued) {
                return queued.group != 0 && gives_back(queued.group, *queued.message);
            },
            [&](QueuedMessage queued) {
                bytes_.remove_queued(queued.message->bytes());
                taken.push_back({queued.group, std::move(queued.message), queued.record});
            });
        note_load(session);
        release_if_idle(session);
        return taken;
    }

    // visit(RecordNumber) for each message of the session's that is, or will be, on disk and that
    // nobody was sent.
    template <class Visit>
    void for_each_unsent(Session& session, Visit visit) {
        if (session.flow_ == nullptr) return;
        session.flow_->window.for_each([&](mqtt::PacketId, const InFlight& sent) {
            if (sent.is_unsent && sent.record != 0) visit(sent.record);
        });
        session.flow_->queue.for_each([&](const QueuedMessage& queued) {
            if (queued.record != 0) visit(queued.record);
        });
    }
    // Takes those in the spans from the session and from the disk (shard_refuse.cc).
    void take_back(Session& session, const RecordSpans& spans);

    // PUBACK: whether the packet id was in flight with QoS 1. Sends what waited for it.
    bool acknowledge(Session& session, mqtt::PacketId packet_id);
    // PUBACK of MQTT 5 that refuses the message, which is over all the same.
    bool note_not_taken(Session& session, mqtt::PacketId packet_id, mqtt::ReasonCode reason);
    // QoS 2 to the client (exactly_once.cc). PUBREC: whether the id is in flight with QoS 2.
    bool note_received(Session& session, mqtt::PacketId packet_id);
    // PUBREC that refuses the message, and PUBCOMP: whether that was due. Sends what waited for it.
    bool note_refused(Session& session, mqtt::PacketId packet_id);
    bool note_completed(Session& session, mqtt::PacketId packet_id);
    // QoS 2 from the client (exactly_once.cc).
    bool is_unreleased(const Session& session, mqtt::PacketId packet_id) const;
    std::size_t unreleased_of_connection(const Session& session) const;
    // Before the message is passed on. Who has it already: nobody, unless it may_be_incomplete().
    std::optional<HeldParts> hold(Session& session, mqtt::PacketId packet_id);
    // Whether the id was held before a restart, and not all may have the message.
    bool may_be_incomplete(const Session& session, mqtt::PacketId packet_id) const;
    bool release(Session& session, mqtt::PacketId packet_id);

    // Messages leave the session's queue when they expire: sets when to look (again), for the
    // connection, or the absence, that begins; and looks.
    void watch_expiry(Session& session);
    bool is_watched(const Session& session, SteadyTime at) const {
        return session.flow_ != nullptr && session.flow_->expiry_watch == at;
    }
    void drop_expired(Session& session);

    // After CONNACK: sends again what is unacknowledged, then what is queued.
    void start(Session& session);
    // Sends what is queued, as far as window, output and rate allow.
    void send_queued(Session& session);
    // The connection is gone.
    void stop(Session& session);
    // The session is gone.
    void discard(Session& session);

    // A message of the session's expired before it was sent.
    void note_expired(const Session& session, std::string_view topic, mqtt::Qos qos) {
        drop(session, topic, qos, DropCause::Expired);
    }

    // Before the loop runs: what was held before a restart; those that have the message are to be
    // added. Null: the id was used again since.
    HeldParts* restore_held(Session& session, mqtt::PacketId packet_id, std::uint64_t use);

    // Counts one message, in or out, in the connection's running second.
    PublishRate count_rate(Session& session, std::size_t bytes) {
        return has_rates_ ? add_to_rate(session, bytes) : PublishRate::Within;
    }
    std::uint32_t now_seconds();
    std::uint32_t now_milliseconds();
    std::size_t queued_bytes() const { return bytes_.queued(); }
    // Of messages that are kept until they are acknowledged.
    std::size_t in_flight_bytes() const { return bytes_.in_flight(); }

private:
    // Done: sent, or dropped for good. NotNow: the output is full or the rate used up.
    enum class Sent : std::uint8_t { Done, NotNow };
    // What became of the oldest queued message.
    enum class Fate : std::uint8_t { Sent, Dropped, NotNow };

    template <class Frame>
    void deliver_now(Receiver& receiver, std::string_view topic, const Publication& publication,
                     ShareNumber group = 0);
    void drop_unfitting(Session& session, std::string_view topic);
    void deliver_identified_now(Receiver& receiver, BytesView identifiers, std::string_view topic,
                                const Publication& publication, ShareNumber group = 0);
    // NotNow: of QoS 0, which is never queued.
    template <class Frame>
    Sent deliver_one(Receiver& receiver, std::string_view topic, const Publication& publication,
                     ShareNumber group = 0);
    Sent deliver_identified(Receiver& receiver, BytesView identifiers, std::string_view topic,
                            const Publication& publication, ShareNumber group = 0);
    Sent deliver_to(Session& session, std::string_view topic, const Publication& publication,
                    const SubscriptionOptions& options);
    bool takes(Session& session, const RetainedMessage& message);
    std::size_t& feed_budget();
    void feed_later(Session& session);
    template <class Frame>
    Sent send(Session& session, std::string_view topic, const Publication& publication,
              FrameForm form, ShareNumber group);
    template <class Frame>
    void send_or_queue(Session& session, std::string_view topic, const Publication& publication,
                       FrameForm form, ShareNumber group);
    template <class Frame>
    Sent send_at_most_once(Session& session, std::string_view topic, const Publication& publication,
                           FrameForm form);
    bool may_receive(Receiver& member, std::string_view topic);
    bool may_send_now(const Session& session) const;
    bool has_room_in_flight(const Session& session, std::size_t bytes);
    void queue(Session& session, std::string_view topic, const Publication& publication,
               FrameForm form, ShareNumber group);
    void note_load(Session& session);
    void note_refusal(const Session& session);
    void note_shortage(const Session& session);
    bool has_much_room(const Session& session) const;
    void tell_of_room(Session& session);
    bool has_room_in_queue(const Session& session, std::size_t bytes);
    bool make_room_in_queue(Session& session, std::size_t bytes);
    std::size_t remove_expired(Session& session);
    void watch_expiry(Session& session, SteadyTime at);
    // For a session that has a record: what was sent under the id, or is to be.
    void keep(Session& session, mqtt::PacketId id);
    Fate send_front(Session& session);
    template <class Frame>
    Fate send_front(Session& session, QueuedMessage& front, const Publication& publication);
    static bool must_number(const Session& session, const QueuedMessage& queued);
    void open_unsent(Session& session, const QueuedMessage& front);
    void send_again(Session& session);
    Sent send_again(Session& session, mqtt::PacketId id, InFlight& sent,
                    std::vector<mqtt::PacketId>& given_up);
    PublishRate add_to_rate(Session& session, std::size_t bytes);
    void wait_for_rate(Session& session);
    bool waits_beside(const SessionFlow& flow) const;
    bool holds_back_stored() const;
    bool is_stored_rate_used_up(const Session& session, const QueuedMessage& front);
    void send_waiting(Session& session);
    void resume_when_kept(const Session& session);
    Sent send_release_again(Session& session, mqtt::PacketId id, InFlight& sent);
    bool close(Session& session, mqtt::PacketId packet_id);
    void release_if_idle(Session& session);
    SessionFlow& flow_of(Session& session);
    const MessageRef& kept(std::string_view topic, const Publication& publication);
    std::uint8_t* extend(Session& session, std::size_t bytes);
    void tell_waiter(const Session& session, mqtt::PacketId packet_id, mqtt::ReasonCode reason);
    void ask_guard(Receiver& receiver, std::string_view topic);

    void note_delivered(const Session& session, std::string_view topic, mqtt::Qos qos,
                        std::size_t bytes);
    void drop(const Session& session, std::string_view topic, mqtt::Qos qos, DropCause cause,
              std::uint32_t explanation = 0);

    const BrokerSettings& settings_;
    const bool has_rates_;
    LoopPort& port_;
    Expiries& expiries_;
    SessionObserver* const observer_;
    Counters& counters_;
    Journal& journal_;
    Withheld& withheld_;
    KeptBytes bytes_;
    FlowPool flows_;
    FrameCache frames_;
    MessageRef kept_;   // the message being delivered, once somebody keeps it
    Bytes identified_;  // properties of the message for one session, its identifiers first
    // By connection and packet id; few, and mostly none.
    std::map<std::pair<std::uint32_t, mqtt::PacketId>, AnswerWaiter> answer_waiters_;
    std::size_t feed_budget_ = 0;
    SteadyTime feed_budget_of_ = SteadyTime::min();  // the turn
    SteadyTime seconds_of_{};
    std::uint32_t seconds_ = 0;
};

}  // namespace gatehouse::broker
