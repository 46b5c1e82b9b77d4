// The broker's part on one loop: its sessions, and delivery to them.
//
// Threads: its loop's only (before the loop runs, any one).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/guarded.h"
#include "base/pinned.h"
#include "base/result.h"
#include "base/tenant.h"
#include "broker/attach.h"
#include "broker/counters.h"
#include "broker/delivery.h"
#include "broker/expiries.h"
#include "broker/lease.h"
#include "broker/loop_port.h"
#include "broker/publish_listener.h"
#include "broker/publisher.h"
#include "broker/quiescence.h"
#include "broker/remote_mail.h"
#include "broker/retained_store.h"
#include "broker/session.h"
#include "broker/session_directory.h"
#include "broker/trail.h"
#include "mqtt/reason_code.h"

namespace gatehouse::broker {

class Journal;
class Withheld;
struct OnDisk;
struct SharedState;
struct WithheldItem;

// Told when a congestion that publish() reported is over; see Shard::wait_for_relief().
class ReliefWaiter {
public:
    virtual void on_relieved() = 0;

protected:
    ~ReliefWaiter() = default;
};

// What disconnect() does to a session that would outlive its connection.
enum class SessionFate : std::uint8_t { Keep, End };

// What became of a message of QoS 1 that was sent to one client directly: the reason in its PUBACK;
// nothing: its connection ended without one.
using DirectAnswer = std::optional<mqtt::ReasonCode>;

// A message that was sent to one client directly.
struct DirectTicket {
    std::uint32_t attachment = 0;  // of the connection it went to
    mqtt::PacketId packet_id = 0;
};

class Shard : Pinned {
public:
    Shard(SharedState& shared, LoopPort& port, std::uint8_t loop);
    ~Shard();

    // Takes hold of the client's session: resumes it, or makes one. Whoever held it is told
    // Outbound::end(TakenOver), and its will is published.
    // Requires: this is the client's home loop; outbound is set; receive_maximum > 0.
    Lease attach(AttachRequest request);

    // The session of a client; null if there is none. Valid until the next call that changes
    // sessions.
    const Session* find(const Tenant& tenant, std::string_view client_id);
    // Ends the connection of a client (EndReason::SessionDeleted), if it has one, and, if asked to,
    // its session. WillFate::Discard: also the will of one that is away. False: there is no such
    // session.
    bool disconnect(const Tenant& tenant, std::string_view client_id, WillFate will,
                    SessionFate fate);

    // A message to one client, if it is connected and takes it now, whatever it is subscribed to;
    // QoS 0 or 1. `on_answer` (QoS 1; may be empty) is called once, unless forgotten before, and
    // must not call the broker. NotFound: not connected. NotAllowed, TooLarge, Unavailable.
    Result<DirectTicket> send_direct(const Tenant& tenant, std::string_view client_id,
                                     std::string_view topic, const Publication& publication,
                                     std::function<void(DirectAnswer)> on_answer);
    void forget_direct(const DirectTicket& ticket);

    // Whether a message on this topic would reach anybody; without a publisher's memory of topics.
    bool has_receivers(const Tenant& tenant, std::string_view topic);

    // After PublishOutcome::Congested: on_relieved() is called once, when the other loops have
    // caught up. A waiter that dies cancels first.
    void wait_for_relief(ReliefWaiter& waiter);
    void cancel_relief(ReliefWaiter& waiter);

    // For who publishes without a session: after PublishOutcome with Kept::OnItsWay, `call` is
    // called once, when the disk has the message or cannot take it. Not at all if the loop ends
    // before. Call it right after the publish, which is taken back if the disk cannot take it.
    void when_kept(std::function<void(bool is_kept)> call);

    // See Broker::release_pledge().
    void release_pledge(std::uint64_t number);

    // Who makes permits of wills that have none since a restart; outlives its use. Null: nobody.
    void set_will_judge(WillJudge* judge) { will_judge_ = judge; }

    // From the loop, see LoopPort.
    void take_mail();
    void end_turn();
    void run_due();

    const Counters& counters() const { return counters_; }  // from any thread
    std::uint8_t loop() const { return loop_; }
    std::size_t session_count() const { return directory_.size(); }
    bool is_disk_failing() const;
    // Bytes of changes that wait for the disk.
    std::size_t waiting_for_disk() const;
    // Bytes waiting in sessions' queues.
    std::size_t queued_bytes() const { return delivery_.queued_bytes(); }
    // Bytes of messages that sessions keep until their clients acknowledge them.
    std::size_t in_flight_bytes() const { return delivery_.in_flight_bytes(); }
    std::size_t waiting_expiries() const { return expiries_.size(); }

private:
    friend class Lease;
    friend class Publisher;
    friend class Restoring;
    friend class Session;

    // Lives of sessions (shard.cc)
    void start_delivery(Session& session);
    void keep(Session& session);
    void remove_record(const Session& session);
    void release(Session& session);
    void detach(Session& session, WillFate fate);
    void end_session(Session& session, SessionEnd end);
    void publish_will(Session& session);
    struct LastWord {
        TenantState* tenant;
        std::string client_id;
        std::unique_ptr<Will> will;
        std::uint64_t record = 0;        // of the nameless session that has it on disk
        std::optional<HeldParts> taken;  // who has its message since before a restart
        std::uint64_t newest = 0;        // retained message when it began to wait; 0: it did not
    };
    std::optional<GuardAnswer> judge(const LastWord& word);
    void ask(LastWord word);
    void decided(LastWord word, const GuardAnswer& answer);
    void tell_denied(const LastWord& word, const GuardAnswer& answer);
    // What the policies of now say of the will counts where nobody can be asked later.
    void note_last_permission(Session& session);
    void send(LastWord word);
    void send_waiting_wills();
    void schedule(Session& session, Expiry::Kind kind, std::chrono::milliseconds after);
    bool is_wanted(const Expiry& expiry) const;
    void act_on(const Expiry& expiry);
    void relieve();

    // Messages (shard_publish.cc)
    PublishOutcome publish(Publisher& from, Route& route, const Publication& publication);
    void pass_on(Publisher& from, Route& route, const Publication& publication,
                 PublishOutcome& outcome);
    Keeping keeping_of(const Publication& publication) const;
    void pass_on_held(Publisher& from, Route& route, const Publication& publication,
                      PublishOutcome& outcome);
    // To the receivers on this loop. `publisher` may be null.
    void deliver(Route& route, TenantState& tenant, const Session* publisher,
                 const Publication& publication);
    void deliver_here(Route& route, const Publication& publication);
    // Finds the receivers of the route's topic. `publisher` may be null.
    void refresh(Route& route, TenantState& tenant, const Session* publisher);
    void add_receiver(Route& route, Subscriber subscriber, const Session* publisher);
    void add_identifiers(Route& route);
    // Waiting for the disk (shard_keep.cc)
    void remove_released_pledges();
    void withhold(Session& session, WithheldItem item);
    Session* waiting_session(const WithheldItem& item);
    void settle();
    void release(WithheldItem& item);
    void send_when_kept(Session& session, Bytes packet);
    void remove_when_kept(OnDisk what);
    bool wants_disk(const Publisher& from, const Route& route,
                    const Publication& publication) const;

    // Refusing what the disk does not take (shard_refuse.cc)
    struct TrailStart {
        std::uint64_t journal = 0;
        std::uint64_t given = 0;
        std::uint64_t sent = 0;
    };
    TrailStart begin_trail();
    void end_trail(const TrailStart& start, const Session* publisher, Kept kept);
    Trail take_trail(const Session* publisher);
    std::uint64_t sent() const;
    void refuse_what_waits();
    void decide_fates(const std::vector<WithheldItem*>& items);
    void take_back(const RecordSpans& spans);
    void take_back(const RetainedTrail& trail);
    void recall(std::uint64_t publication);
    void refuse(const WithheldItem& item);
    void release_refused(Session& session, mqtt::PacketId packet_id);

    Congestion forward(TenantState& tenant, Route& route, const Publication& publication);
    void clear_expired(TenantState& tenant);
    RetainedSize retained_max() const;
    // False: there is no room for it.
    bool may_retain(TenantState& tenant, std::string_view topic, const Publication& publication);
    bool retain(TenantState& tenant, std::string_view topic, const Publication& publication);
    void forget(Route& route);

    // Shared subscriptions (shard_share.cc)
    void add_share(Route& route, TenantState& tenant, ShareNumber group);
    // From `first` on, the first member that may have the message and has room for it: those that
    // are online, then those that may wait for it. Of other loops' members only that much is known
    // here that they are not full. None: nobody has.
    enum class Members : std::uint8_t { OfAllLoops, OfThisLoop };
    std::optional<std::size_t> taker(const Route& route, RouteShare& share, std::size_t first,
                                     const Publication& publication, Members which);
    std::optional<std::size_t> online_taker(const Route& route, RouteShare& share,
                                            std::size_t first, const Publication& publication,
                                            Members which);
    std::optional<std::size_t> absent_taker(const Route& route, RouteShare& share,
                                            std::size_t first, const Publication& publication,
                                            Members which);
    bool takes(const Route& route, RouteShare& share, std::size_t member,
               const Publication& publication, Members which);
    // Whose turn it is, or who takes it instead; with nobody to take it the former, who is told so.
    std::size_t pick(const Route& route, RouteShare& share, const Publication& publication);
    Congestion share_out(TenantState& tenant, Route& route, const Publication& publication);
    Congestion give_to(TenantState& tenant, Route& route, RouteShare& share, std::size_t member,
                       const Publication& publication, Onward onward = Onward::Allowed);
    void give_another(TenantState& tenant, Route& route, RouteShare& share, std::size_t member,
                      const Publication& publication, Onward onward);
    void take_online(TenantState& tenant, Route& route, RouteShare& share, std::size_t member,
                     const Publication& publication, Onward onward);
    // From another loop, for a member that lives here.
    void take_share(TenantState& tenant, Route& route, ShareTarget target,
                    const Publication& publication);
    void set_presence(Session& session, Presence presence);
    // Gives what groups gave the session, and it has not taken, to other members.
    void hand_on(Session& session, ShareNumber only = 0);
    void hand_on(Session& session, Publisher& publisher, const std::vector<SharedMessage>& taken);
    OnDisk set_out(Session& session, const SharedMessage& shared);
    void give_on(Session& session, Publisher& publisher, const SharedMessage& shared,
                 const OnDisk& from);
    // A member of the group is online: what waits for offline ones is its, too.
    void reclaim_everywhere(TenantState& tenant, ShareNumber group);
    void reclaim(TenantState& tenant, ShareNumber group);
    // One has room again that had none (shard_reclaim.cc).
    struct Portion;
    void take_from_absent(Session& session);
    void reclaim_some(TenantState& tenant, ShareNumber group);
    bool hand_on_some(Session& session, ShareNumber group, Portion& portion);
    bool is_taken_online(Publisher& publisher, ShareNumber group, const StoredMessage& message);
    void note_waiting(Session& session, const ShareMembers& members);
    void hand_on_waiting(Session& session);

    // Subscriptions (shard_subscribe.cc)
    // At `most` so many in all.
    Result<mqtt::Qos> subscribe(Session& session, std::string_view filter,
                                SubscriptionOptions options, std::uint32_t most);
    bool unsubscribe(Session& session, std::string_view filter);
    void unsubscribe_all(Session& session);
    void leave(Session& session, const SessionSubscription& subscription);
    Result<mqtt::Qos> subscribe_shared(Session& session, std::string_view filter,
                                       SubscriptionOptions options, std::uint32_t most);
    void send_retained(Session& session);

    // What the client of a new subscription is sent after the SUBACK.
    struct PendingRetained {
        Session* session;
        std::string filter;
        SubscriptionOptions options;
        std::uint64_t newest = 0;  // retained message at that time
        ShareNumber group = 0;     // no retained messages, but what waits for the group
    };

    SharedState& shared_;
    LoopPort& port_;
    const std::uint8_t loop_;
    Counters counters_;
    Quiescence::Reader reader_;
    SessionDirectory directory_;
    Expiries expiries_;
    const std::unique_ptr<Journal> journal_;
    RemoteMail mail_;
    const std::unique_ptr<Withheld> withheld_;
    Delivery delivery_;
    std::uint32_t next_attachment_;
    std::vector<Subscriber> found_;                  // of the match being looked at
    std::vector<PendingRetained> pending_retained_;  // until send_retained()
    std::vector<ReliefWaiter*> relief_waiters_;
    Trail trail_;                          // of the last publish, until it is taken
    const Session* trail_of_ = nullptr;    // who published it; null: no session
    std::vector<LastWord> waiting_wills_;  // for a disk that fails
    std::size_t waiting_wills_bytes_ = 0;
    WillJudge* will_judge_ = nullptr;
    std::size_t asked_wills_bytes_ = 0;
    async::Guarded<std::vector<std::uint64_t>> released_pledges_;
};

}  // namespace gatehouse::broker
