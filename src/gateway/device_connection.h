// The conversation with one device after CONNECT was accepted: a plain state machine on the
// session's home loop. It parses packets in place, asks the identity's policies, talks to the
// broker, and writes once a turn.
//
// Threads: the home loop.
// Lifetimes: owned by its LoopGateway from start() until it retires itself.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/event_loop.h"
#include "authentication/identity.h"
#include "broker/lease.h"
#include "broker/lifecycle_events.h"
#include "broker/publisher.h"
#include "broker/route.h"
#include "broker/shard.h"
#include "gateway/arrival.h"
#include "gateway/denial.h"
#include "gateway/output_buffer.h"
#include "gateway/partial_input.h"
#include "gateway/rate_watch.h"
#include "gateway/reason_string.h"
#include "gateway/told_topics.h"
#include "mqtt/ack.h"
#include "mqtt/decode_error.h"
#include "mqtt/frame.h"
#include "mqtt/publish.h"
#include "mqtt/reason_code.h"
#include "mqtt/subscribe.h"
#include "policy/action.h"
#include "policy/decision.h"

namespace gatehouse::gateway {

struct Taker;
class IdentityKeeper;
class LoopGateway;

// How a connection ended, named as `disconnectReason` of AWS IoT's presence events.
enum class DisconnectReason : std::uint8_t {
    ClientInitiated,    // CLIENT_INITIATED_DISCONNECT
    ConnectionLost,     // CONNECTION_LOST
    ClientError,        // CLIENT_ERROR
    AuthError,          // AUTH_ERROR
    KeepAliveTimeout,   // MQTT_KEEP_ALIVE_TIMEOUT
    DuplicateClientId,  // DUPLICATE_CLIENTID
    ServerInitiated,    // SERVER_INITIATED_DISCONNECT
    ApiInitiated,       // API_INITIATED_DISCONNECT
    ServerError,        // SERVER_ERROR
    CustomAuthExpired,  // CUSTOMAUTH_TTL_EXPIRATION
    WebSocketExpired,   // WEBSOCKET_TTL_EXPIRATION
    Throttled,          // THROTTLED
};
std::string_view name_of(DisconnectReason reason);

class DeviceConnection final : async::ReadinessHandler,
                               async::TurnEndHook,
                               async::Timer,
                               broker::Outbound,
                               broker::DeliveryGuard,
                               broker::ReliefWaiter {
public:
    DeviceConnection(LoopGateway& gateway, Arrival arrival);
    ~DeviceConnection();

    // Attaches the session, answers CONNACK and begins to read.
    void start();
    // The server is going away.
    void shut_down();

    // The connection of a session; null: it has none.
    static const DeviceConnection* of(const broker::Session& session);

    // Who takes the messages of a session, see drop_reports.h.
    static Taker taker_of(const broker::Session& session);

    const DeviceFacts& facts() const { return *facts_; }
    // Tells the listener that it is connected, unless it is over.
    void tell_presence() const;
    // Where it reached this server.
    net::Address local_address() const;
    const authentication::IdentityPtr& identity() const { return identity_; }
    LoopGateway& gateway() { return gateway_; }
    // From the identity keeper: new policies apply to everything that follows.
    void adopt_identity(authentication::IdentityPtr identity);
    // Ends the conversation: says why where the protocol can, detaches, logs, closes.
    struct Ending {
        DisconnectReason reason;
        // MQTT 5: the code of the DISCONNECT that is sent first; unset: none is sent.
        std::optional<mqtt::ReasonCode> tell;
        std::string details;   // for the log and, unless `told` is set, the reason string
        std::string told;      // the reason string, where the details are not the client's business
        std::string trace_id;  // of the request that led to it; empty: the connection's
    };
    void end(Ending ending);

private:
    friend class LoopGateway;  // place_
    static constexpr std::uint32_t no_place = 0xffff'ffff;

    class Rest;  // of the input: the beginning of a packet not yet whole

    // Input (device_connection.cc)
    void on_ready(std::uint32_t events) override;
    void read_once();
    std::size_t room_to_read();
    void on_room();
    void on_too_slow();
    void note_heard();
    void take_input(BytesView bytes);
    void resume_input();
    void take_rest();
    void take_more();
    void note_more_inside(const net::IoOutcome& outcome);
    std::size_t parse(BytesView bytes);
    void handle(const mqtt::Frame& frame);
    void refuse_packet(const mqtt::DecodeError& error);
    void on_ping(const mqtt::Frame& frame);
    void on_disconnect(const mqtt::Frame& frame);
    broker::WillFate will_fate(mqtt::ReasonCode reason) const;
    void discard_input();
    void close_transport();

    // Output (device_output.cc)
    std::uint8_t* extend(std::size_t bytes) override;
    void end(broker::EndReason reason) override;
    std::uint8_t* room(std::size_t bytes);
    void send(BytesView packet) override;
    void on_kept(mqtt::PacketType type, mqtt::PacketId packet_id) override;
    void on_not_kept(mqtt::PacketType type, mqtt::PacketId packet_id) override;
    void on_delivered(std::string_view topic) override;
    void on_turn_end() override;
    bool write_some();
    void flush();
    void say_goodbye();
    bool is_paused() const;
    bool is_held_up() const;
    bool is_held_up_by_server() const;
    void update_interest();
    void on_relieved() override;
    void go_on();
    void note_withheld();
    bool is_at_in_flight_max() const;
    void note_settled();
    void send_connack(const Arrival& arrival);
    void send_disconnect(mqtt::ReasonCode reason, std::string_view details);
    // With the reason, where the profile gives any and the client wants and takes it.
    template <class Packet>
    Bytes explained(Packet packet, std::string_view reason) const {
        return encode_with_reason(std::move(packet), gives_reasons() ? reason : std::string_view(),
                                  facts_->version, packet_bytes_max_);
    }
    bool gives_reasons() const;

    // Publishing (device_publish.cc)
    void on_publish(const mqtt::Frame& frame);
    bool resolve_topic(mqtt::Publish& publish);
    bool decide_publish(broker::Route& route, const mqtt::Publish& publish);
    void refuse_topic(const mqtt::Publish& publish, const std::string& problem);
    void refuse_oversize();
    void note_over_rate(broker::PublishRate rate, mqtt::Qos qos);
    void watch_rate(broker::PublishRate rate, mqtt::Qos qos);
    void deny_publish(const mqtt::Publish& publish, const Refused& refused);
    broker::Publication publication_of(const mqtt::Publish& publish, Bytes& enriched);
    void answer_publish(const mqtt::Publish& publish, broker::Kept kept);
    void acknowledge_publish(const mqtt::Publish& publish, mqtt::ReasonCode reason,
                             std::string_view sentence = {});

    // QoS 1 to the device, and QoS 2 both ways (device_acknowledge.cc)
    void on_puback(const mqtt::Frame& frame);
    void on_pubrec(const mqtt::Frame& frame);
    void on_pubrel(const mqtt::Frame& frame);
    void on_pubcomp(const mqtt::Frame& frame);
    bool has_inbound_room();
    bool begin_exactly_once(const mqtt::Publish& publish);
    std::optional<mqtt::Ack> read_ack(const mqtt::Frame& frame);
    std::optional<mqtt::Ack> read_ack_of_qos_2(const mqtt::Frame& frame);
    void answer(mqtt::PacketType type, mqtt::PacketId id, bool found);

    // Subscribing (device_subscribe.cc). `problem` collects the first sentence for the SUBACK.
    void on_subscribe(const mqtt::Frame& frame);
    mqtt::ReasonCode subscribe_one(const mqtt::Subscription& subscription,
                                   const broker::SubscriptionOptions& options,
                                   std::string& problem);
    mqtt::ReasonCode refuse_filter(std::string_view filter, mqtt::ReasonCode reason,
                                   std::string sentence, std::string& problem);
    mqtt::ReasonCode deny_filter(std::string_view filter, const policy::Decision& refused,
                                 std::string& problem);
    void on_unsubscribe(const mqtt::Frame& frame);
    bool takes_codes(std::size_t count);
    broker::GuardAnswer may_receive(std::string_view topic) override;

    // The log (device_reports.cc)
    bool keeps(logs::EventType type, logs::Status status);
    void follow_log_level();
    void refresh_log_level();
    void report_connected();
    void report_disconnected(const Ending& ending);
    UuidText new_trace_id() const;
    void report_publish_in(const mqtt::Publish& publish, std::string_view trace_id);
    void report_over_rate(std::uint64_t count, bool is_throttled);
    void report_not_retained(std::uint64_t count);
    void note_not_retained();
    void refuse_retained(const mqtt::Publish& publish);
    void observe_deliveries();
    void report_success(logs::EventType type, std::string_view topic);
    void report_refused(logs::EventType type, std::string_view topic, std::string_view reason,
                        std::string_view details, std::string_view trace_id);
    void report_denied(logs::EventType type, std::string_view topic, const Denial& denial,
                       std::string_view trace_id);

    // Lifecycle events (device_lifecycle.cc)
    void tell_absence(std::string_view reason) const;
    broker::ConnectionFacts lifecycle_facts() const;
    void tell_connected();
    void tell_disconnected(DisconnectReason reason);
    void tell_subscribed(const mqtt::Subscribe& subscribe, const mqtt::Suback& suback);

    void drop_denied_subscriptions();

    // Time
    void expired() override;

    bool is_v5() const { return facts_->version == mqtt::ProtocolVersion::V5; }

    LoopGateway& gateway_;
    std::unique_ptr<net::Transport> transport_;
    std::unique_ptr<DeviceFacts> facts_;
    authentication::IdentityPtr identity_;
    broker::Lease lease_;
    broker::Publisher* publisher_ = nullptr;  // the lease's, once something was published
    std::unique_ptr<OutputBuffer> output_;    // null: nothing waits
    std::unique_ptr<Rest> rest_;              // null: nothing
    std::unique_ptr<std::vector<std::string>> topic_aliases_;  // MQTT 5, by alias - 1
    std::unique_ptr<IdentityKeeper> keeper_;         // custom authentication: refresh and expiry
    std::unique_ptr<Arrival> arrival_;               // until start()
    std::unique_ptr<RateWatch> rate_watch_;          // once it was too fast
    std::unique_ptr<RateWatch> retained_watch_;      // once something was not retained
    std::unique_ptr<ToldTopics> denied_deliveries_;  // by these policies
    SteadyTime heard_at_{};
    std::uint32_t policy_generation_ = 1;
    std::uint32_t interest_ = 0;
    std::uint32_t connection_number_ = 0;  // of lifecycle events
    std::uint32_t packet_bytes_max_ = 0;   // the client's Maximum Packet Size
    std::uint32_t place_ = no_place;       // among the connections of its LoopGateway
    std::uint16_t pubacks_owed_ = 0;       // for what was taken; they may wait for the disk
    // Bits, since a hundred thousand idle connections pay for each byte.
    bool has_more_inside_ : 1 = false;      // the transport has, input or the end of it
    bool lingering_ : 1 = false;            // over; input is read and dropped until the peer closes
    bool is_shut_down_ : 1 = false;         // our side of the stream has ended
    bool congested_ : 1 = false;            // another loop does not keep up: nothing is read
    bool is_waiting_for_disk_ : 1 = false;  // with very many packets
    bool is_waiting_for_room_ : 1 = false;  // with a packet that is not whole
    bool output_was_full_ : 1 = false;
    bool wants_reasons_ : 1 = true;  // MQTT 5
};

}  // namespace gatehouse::gateway
