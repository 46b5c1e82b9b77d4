// The MQTT state of one client id: subscriptions, what is in flight, what is queued, the will.
// It may outlive many connections.
//
// Threads: its home loop only. Owned by that loop's SessionDirectory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/pinned.h"
#include "base/tenant.h"
#include "broker/attach.h"
#include "broker/held_parts.h"
#include "broker/in_flight_window.h"
#include "broker/message_queue.h"
#include "broker/rate_meter.h"
#include "broker/retained_feed.h"
#include "broker/session_subscriptions.h"
#include "broker/share_groups.h"
#include "broker/subscriber.h"
#include "broker/topic_aliases.h"
#include "broker/topic_tree.h"
#include "broker/unreleased_ids.h"

namespace gatehouse::broker {

class Lease;
class Publisher;
class Shard;
struct TenantState;

// What a session has sent and has yet to send, and what QoS 2 owes its client; exists while there
// is something of these.
struct SessionFlow {
    explicit SessionFlow(KeptBytes& kept) : window(&kept) {}

    InFlightWindow window;
    MessageQueue queue;
    UnreleasedIds received;
    std::unique_ptr<HeldSinceStart> held_since_start;  // of `received`; null: none
    std::unique_ptr<RetainedFeeds> feeds;  // retained messages that are to be sent; null: none
    StoredRate stored_rate;
    SteadyTime expired_look{};                    // none is looked for in the queue before
    SteadyTime expiry_watch = SteadyTime::max();  // the Expiry::Kind::Messages that is set
    bool is_refusing = false;                     // a message found no room beside what is kept
    bool is_short = false;              // likewise, of a group, until there is much room again
    bool is_resending = false;          // some of the window is due, again or for the first time
    std::uint32_t stopped_at = 0;       // in seconds, when its last connection ended
    std::uint64_t remembered_with = 0;  // number of the journal by which all packet ids are kept

    // Of what waits and what is in flight.
    std::size_t kept_bytes() const { return queue.bytes() + window.bytes(); }
    bool is_idle() const {
        return window.is_empty() && queue.is_empty() && received.is_empty() && feeds == nullptr;
    }
};

class Session : Pinned {
public:
    const Tenant& tenant() const;
    std::string_view client_id() const { return {client_id_.get(), client_id_size_}; }
    SessionPlace place() const { return place_; }
    mqtt::ProtocolVersion version() const { return version_; }
    bool is_connected() const { return outbound_ != nullptr; }
    // Of its connection; null: offline.
    const Outbound* outbound() const { return outbound_; }
    // Whose it was last; empty where that is not known, as after a restart.
    std::string_view principal() const {
        return principal_ == nullptr ? std::string_view() : std::string_view(*principal_);
    }
    std::uint32_t expiry_seconds() const { return expiry_seconds_; }
    // Whether it outlives its connection.
    bool is_persistent() const { return expiry_seconds_ != 0; }
    // One that is not published yet.
    bool has_will() const { return will_ != nullptr; }
    std::size_t subscription_count() const { return subscriptions_.size(); }
    std::size_t queued_messages() const { return flow_ == nullptr ? 0 : flow_->queue.size(); }
    std::size_t in_flight_messages() const { return flow_ == nullptr ? 0 : flow_->window.size(); }
    // visit(std::string filter, const SubscriptionOptions&), in no particular order.
    template <class Visit>
    void for_each_subscription(Visit visit) const {
        for (const SessionSubscription& subscription : subscriptions_) {
            visit(filter_text(subscription), subscription.options);
        }
    }

private:
    friend class AliasedFrame;
    friend class Delivery;
    friend class Journal;
    friend class Lease;
    friend class Restoring;
    friend class SessionDirectory;
    friend class Shard;

    Session(Shard& shard, TenantState& tenant, const ClientId& client_id, SessionPlace place);
    ~Session();
    std::string filter_text(const SessionSubscription& subscription) const;
    // Whether what it is sent is needed until it is acknowledged: to be sent again, or to be found
    // on disk, where a session that was kept before it was resumed without expiry still is.
    bool keeps_messages() const { return is_persistent() || record_ != 0; }
    // The session's number on disk: its own, or of the one without a name that stands there for it.
    std::uint64_t disk_record() const { return record_ != 0 ? record_ : shared_record_; }
    // Whether a message is to be on disk that it was given, by a group or (0) as its own.
    bool is_on_disk(ShareNumber group, mqtt::Qos qos) const {
        return record_ != 0 || (group != 0 && shared_record_ != 0 && qos == mqtt::Qos::AtLeastOnce);
    }
    // Null: it is no member.
    const SessionSubscription* membership(ShareNumber group);

    // Used for each message; kept together.
    Outbound* outbound_ = nullptr;  // null: offline
    SessionFlow* flow_ = nullptr;   // borrowed from the delivery's pool
    DeliveryGuard* guard_ = nullptr;
    std::uint32_t guard_generation_ = 1;
    std::uint32_t packet_bytes_max_ = mqtt::packet_size_max;
    // The BrokerSettings::observation under which nobody wants to be told of what it is sent.
    std::uint32_t unobserved_since_ = 0;
    static constexpr std::uint32_t is_observed = 0xFFFF'FFFF;  // instead: somebody does
    std::uint16_t receive_maximum_ = 100;
    mqtt::PacketId last_packet_id_ = 0;
    mqtt::ProtocolVersion version_ = mqtt::ProtocolVersion::V3_1_1;
    bool is_delivering_ = false;        // start_delivery() was called
    bool is_output_full_ = false;       // extend() returned null and nobody called outbound_ready()
    bool was_handed_on_ = false;        // messages of groups, whose removals may wait for the disk
    bool is_waiting_for_rate_ = false;  // an Expiry::Kind::Rate is set
    bool is_feed_due_ = false;          // an Expiry::Kind::Feed is
    bool is_room_due_ = false;          // an Expiry::Kind::Room is
    bool is_hand_on_due_ = false;       // an Expiry::Kind::HandOn is
    RateMeter rate_;                    // messages in and out

    Shard& shard_;
    TenantState& tenant_;
    Lease* lease_ = nullptr;
    std::unique_ptr<Publisher> publisher_;
    std::unique_ptr<Will> will_;
    std::unique_ptr<char[]> client_id_;
    // Whose it was last; null where it does not outlive its connection, and after a restart.
    std::unique_ptr<const std::string> principal_;
    SessionSubscriptions subscriptions_;
    std::shared_ptr<MemberLoad> load_;       // null: in no group
    std::unique_ptr<TopicAliases> aliases_;  // null: the client takes none
    std::uint64_t record_ = 0;               // on disk (journal.h); 0: none
    // Where it has none, of the session without a name that has on disk what groups gave it; 0:
    // none.
    std::uint64_t shared_record_ = 0;
    std::uint32_t withheld_ = 0;  // packets for its client that wait for the disk
    std::uint32_t expiry_seconds_ = 0;
    std::uint32_t attachment_ = 0;  // new at each attach and detach; dates an Expiry
    SessionPlace place_;
    std::uint16_t client_id_size_ = 0;
};

}  // namespace gatehouse::broker
