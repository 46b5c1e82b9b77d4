// A connection's hold on its session, from attach to detach. All of a device's conversation with
// the broker goes through it.
//
// Threads: the session's home loop only.
// Lifetimes: at most one lease a session. When another connection takes the session over, or an
// administrator ends it, the lease becomes void and Outbound::end() is called; from then on the
// lease may only be destroyed. Destroying a lease that is not void detaches and publishes the
// will. Every lease dies before the broker.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "broker/attach.h"
#include "mqtt/protocol.h"

namespace gatehouse::broker {

class Publisher;
class Session;

class Lease {
public:
    Lease() = default;
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&& other) noexcept;
    ~Lease();

    bool is_void() const { return session_ == nullptr; }
    // Whether an earlier session was resumed, for CONNACK.
    SessionPresent session_present() const { return session_present_; }
    const Session& session() const { return *session_; }
    // Whether the resumed session was, or may have been, another principal's: what is subscribed to
    // has to be permitted again.
    bool is_from_another() const { return is_from_another_; }

    // Of this connection, growing with each of the client's, over restarts, too (by the wall
    // clock); may skip numbers, and goes round after 17 years.
    std::uint32_t connection_number() const;

    // Call once, after CONNACK is in the output: stored messages flow from here on. Live messages
    // that match stored subscriptions wait until then, too.
    void start_delivery();

    // The publisher of this session, for what the client publishes; made when first asked for.
    Publisher& publisher();

    // Subscribes, or changes the options of a subscription; returns the QoS granted.
    // Requires: a filter that is valid MQTT (mqtt::check_topic_filter) and permitted.
    // "$share/NAME/FILTER" is a shared subscription.
    // LimitExceeded: over subscriptions_per_session_max or tree_levels_max.
    Result<mqtt::Qos> subscribe(std::string_view filter, SubscriptionOptions options);
    // Whether there was such a subscription. Nothing is added to the output for it afterwards;
    // messages already queued because of it still come.
    bool unsubscribe(std::string_view filter);
    // Sends the retained messages that the subscriptions made since the last call ask for, and what
    // waits for the groups that were joined. Call once the SUBACK was given to send_when_kept(): it
    // may still wait for the disk, and messages may come before it [MQTT-3.8.4].
    void send_retained();

    // PUBACK. Whether that packet id was in flight with QoS 1.
    bool acknowledge(mqtt::PacketId packet_id);
    // PUBACK of MQTT 5 that refuses the message; likewise.
    bool note_not_taken(mqtt::PacketId packet_id, mqtt::ReasonCode reason);

    // Acknowledgement of a publish, PUBACK or PUBREC: due once the disk has what it promises, see
    // PublishOutcome::kept; then Outbound::on_kept() is called. Call it right after the publish,
    // which is taken back where Outbound::on_not_kept() is called.
    void acknowledge_when_kept(mqtt::PacketType type, mqtt::PacketId packet_id);
    // Whether packets of this client wait for the disk: later ones must not overtake them.
    bool must_wait() const;
    // How many packets wait. A client of which very many do is not read from.
    std::size_t withheld() const;
    // Whether the session is kept on disk.
    bool is_kept() const;
    // A packet that promises what was done before it: SUBACK, UNSUBACK, PUBREL, PUBCOMP. Written at
    // once unless the disk has to be waited for.
    void send_when_kept(Bytes packet);

    // QoS 2 to the client. PUBREC that takes the message; whether the packet id is in flight with
    // QoS 2: answer PUBREL either way, in MQTT 5 with "not found" if not.
    bool note_received(mqtt::PacketId packet_id);
    // PUBREC of MQTT 5 that refuses it.
    bool note_refused(mqtt::PacketId packet_id);
    // PUBCOMP.
    bool note_completed(mqtt::PacketId packet_id);

    // QoS 2 from the client: packet ids of messages that were taken (Publication::packet_id) and
    // not released yet. A PUBLISH with one of them repeats a message that was passed on already.
    bool is_unreleased(mqtt::PacketId packet_id) const;
    std::size_t unreleased_of_connection() const;
    // Whether such a repetition has to be published like a new message all the same: the server
    // began anew since, and not all who are to have it may have it. They alone get it.
    bool may_be_incomplete(mqtt::PacketId packet_id) const;
    // PUBREL. Whether it was held.
    bool release(mqtt::PacketId packet_id);

    // The output has room again after Outbound::extend() returned null.
    void outbound_ready();
    // The guard's earlier answers no longer count, and this one is asked about the will, if there
    // is one, when it is due.
    void policies_changed(std::unique_ptr<WillPermit> will_permit);
    // Whether Outbound::on_delivered() is wanted for this session. No: as long as
    // BrokerSettings::observation is `since`, and default while that is 0 or null. So each is asked
    // when it is next delivered to, and a change costs nothing for the others.
    void observe_deliveries(Observe observe, std::uint32_t since = 0);

    // Lets go of the session; the lease is void afterwards. `expiry_seconds` replaces the expiry
    // asked for at attach (MQTT 5 DISCONNECT; the caller has refused 0 -> more).
    void detach(WillFate fate, std::optional<std::uint32_t> expiry_seconds = std::nullopt);

private:
    friend class Shard;
    Lease(Session& session, SessionPresent present);

    Session* session_ = nullptr;
    SessionPresent session_present_ = SessionPresent::No;
    bool is_from_another_ = false;
};

}  // namespace gatehouse::broker
