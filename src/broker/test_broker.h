// For tests: a broker on loops that are turned by hand, and clients that keep what they are sent.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "broker/broker.h"
#include "mqtt/ack.h"
#include "mqtt/frame.h"
#include "mqtt/property.h"
#include "mqtt/publish.h"

namespace gatehouse::broker {

class FakePort final : public LoopPort {
public:
    explicit FakePort(SteadyTime now) : LoopPort(time), time(now) {}
    void wake() override { is_woken = true; }
    void request_turn_end() override { wants_turn_end = true; }
    void look_at(SteadyTime at) override { look = at; }

    std::atomic<bool> is_woken = false;  // by other threads, too
    bool wants_turn_end = false;
    SteadyTime look = SteadyTime::max();
    SteadyTime time;
};

struct Received {
    std::string topic;
    std::string payload;
    int qos = 0;
    bool retain = false;
    bool dup = false;
    mqtt::PacketId id = 0;
    std::optional<std::uint32_t> expiry;
    std::vector<std::uint32_t> identifiers;  // Subscription Identifiers
    int alias = 0;

    bool operator==(const Received&) const = default;
};

class FakeGuard final : public DeliveryGuard {
public:
    GuardAnswer may_receive(std::string_view topic) override {
        ++asked;
        return denied.contains(topic) ? GuardAnswer{Permission::Denied, 7, lasting}
                                      : GuardAnswer{Permission::Allowed, 0, lasting};
    }
    Lasting lasting = Lasting::Yes;
    std::map<std::string, bool, std::less<>> denied;
    int asked = 0;
};

class TestBroker;

// A client with its connection.
class FakeClient final : public Outbound {
public:
    FakeClient(TestBroker& broker, std::string client_id) : broker_(broker), id_(client_id) {}

    // Attaches with what is in `request`, and starts delivery.
    FakeClient& connect(AttachRequest request);
    FakeClient& connect(CleanStart clean = CleanStart::Yes, std::uint32_t expiry = 0);
    void disconnect(WillFate fate = WillFate::Discard) { lease.detach(fate); }

    Result<mqtt::Qos> subscribe(std::string_view filter, int qos = 0) {
        return subscribe(filter, SubscriptionOptions{.qos = static_cast<mqtt::Qos>(qos)});
    }
    Result<mqtt::Qos> subscribe(std::string_view filter, SubscriptionOptions options) {
        auto granted = lease.subscribe(filter, options);
        lease.send_retained();
        return granted;
    }
    PublishOutcome publish(std::string_view topic, std::string_view payload, int qos = 0,
                           Retain retain = Retain::No);
    // With QoS 2, under this packet id.
    PublishOutcome publish_held(std::string_view topic, mqtt::PacketId id,
                                std::string_view payload = "x");

    // What arrived since the last call, in order. With `acknowledge`, QoS 1 is acknowledged.
    std::vector<Received> take();
    std::vector<Received> take_and_acknowledge();
    std::vector<std::string> payloads();  // of take()

    std::uint8_t* extend(std::size_t bytes) override {
        if (waiting_.size() + bytes > room) return nullptr;
        const std::size_t at = waiting_.size();
        waiting_.resize(at + bytes);
        return waiting_.data() + at;
    }
    void send(BytesView packet) override {
        waiting_.insert(waiting_.end(), packet.begin(), packet.end());
    }
    void on_kept(mqtt::PacketType, mqtt::PacketId packet_id) override { kept.push_back(packet_id); }
    void on_not_kept(mqtt::PacketType, mqtt::PacketId packet_id) override {
        not_kept.push_back(packet_id);
    }
    void on_delivered(std::string_view topic) override { delivered.emplace_back(topic); }
    void end(EndReason reason) override { ended = reason; }

    const std::string& id() const { return id_; }

    Lease lease;
    std::size_t room = 1 << 20;
    std::optional<EndReason> ended;
    std::vector<mqtt::PacketId> kept;      // publishes, as told
    std::vector<mqtt::PacketId> not_kept;  // likewise
    std::vector<std::string> delivered;    // topics, as told
    mqtt::ProtocolVersion version = mqtt::ProtocolVersion::V3_1_1;
    FakeGuard* guard = nullptr;

private:
    TestBroker& broker_;
    std::string id_;
    Bytes waiting_;
};

class TestBroker {
public:
    explicit TestBroker(std::size_t loops = 1, BrokerSettings settings = default_settings(),
                        PublishListener* listener = nullptr, SessionObserver* observer = nullptr,
                        storage::MessageStore* store = nullptr) {
        std::vector<LoopPort*> pointers;
        for (std::size_t i = 0; i < loops; ++i) {
            ports.push_back(std::make_unique<FakePort>(clock.steady_now()));
            pointers.push_back(ports.back().get());
        }
        Persistence persistence{.store = store, .clock = &clock, .report = {}};
        broker = std::make_unique<Broker>(settings, pointers, listener, observer, persistence);
    }
    static BrokerSettings default_settings() {
        return broker_settings(profile_named(ProfileName::Open), 0x5EED);
    }

    Shard& home_of(std::string_view client_id) {
        return broker->shard(broker->home_of(Tenant{}, client_id));
    }
    // One turn of one loop.
    void turn(std::size_t loop) {
        FakePort& port = *ports[loop];
        if (port.is_woken.exchange(false)) broker->shard(loop).take_mail();
        if (port.look <= clock.steady_now()) {
            port.look = SteadyTime::max();
            broker->shard(loop).run_due();
        }
        if (std::exchange(port.wants_turn_end, false)) broker->shard(loop).end_turn();
    }
    // Turns all loops until nothing is left to do.
    void settle() {
        for (bool busy = true; busy;) {
            busy = false;
            for (std::size_t loop = 0; loop < ports.size(); ++loop) {
                const FakePort& port = *ports[loop];
                busy |= port.is_woken || port.wants_turn_end || port.look <= clock.steady_now();
                turn(loop);
            }
        }
    }
    void advance(std::chrono::milliseconds by) {
        clock.advance(by);
        for (const auto& port : ports) port->time = clock.steady_now();
        settle();
    }
    std::uint64_t dropped(DropCause cause) const {
        std::uint64_t sum = 0;
        for (std::size_t loop = 0; loop < broker->loop_count(); ++loop) {
            sum += broker->shard(loop).counters().dropped[static_cast<std::size_t>(cause)].value();
        }
        return sum;
    }

    ManualClock clock;
    std::vector<std::unique_ptr<FakePort>> ports;
    std::unique_ptr<Broker> broker;
};

inline FakeClient& FakeClient::connect(AttachRequest request) {
    request.client_id = ClientId(id_);
    request.version = version;
    request.outbound = this;
    request.guard = guard;
    waiting_.clear();
    ended.reset();
    lease = broker_.home_of(id_).attach(std::move(request));
    lease.start_delivery();
    return *this;
}

inline FakeClient& FakeClient::connect(CleanStart clean, std::uint32_t expiry) {
    AttachRequest request;
    request.clean_start = clean;
    request.session_expiry_seconds = expiry;
    return connect(std::move(request));
}

inline PublishOutcome FakeClient::publish(std::string_view topic, std::string_view payload, int qos,
                                          Retain retain) {
    Publisher& publisher = lease.publisher();
    return publisher.publish(
        publisher.route_for(topic),
        {.payload = bytes_of(payload), .qos = static_cast<mqtt::Qos>(qos), .retain = retain});
}

inline PublishOutcome FakeClient::publish_held(std::string_view topic, mqtt::PacketId id,
                                               std::string_view payload) {
    Publisher& publisher = lease.publisher();
    return publisher.publish(
        publisher.route_for(topic),
        {.payload = bytes_of(payload), .qos = mqtt::Qos::ExactlyOnce, .packet_id = id});
}

inline std::vector<std::uint32_t> identifiers_of(BytesView properties) {
    std::vector<std::uint32_t> identifiers;
    mqtt::PropertyReader reader(properties, mqtt::PropertySection::Publish);
    while (reader.next()) {
        if (reader.property().id == mqtt::PropertyId::SubscriptionIdentifier) {
            identifiers.push_back(reader.property().number);
        }
    }
    return identifiers;
}

inline std::vector<Received> FakeClient::take() {
    std::vector<Received> received;
    BytesView left = waiting_;
    while (!left.empty()) {
        const auto scan = mqtt::find_frame(left, mqtt::packet_size_max);
        if (scan.frame.type() == mqtt::PacketType::Pubrel) {
            received.push_back({.topic = "PUBREL", .id = mqtt::read_short_ack(scan.frame)});
            left = left.subspan(scan.frame.size);
            continue;
        }
        const auto packet = mqtt::decode_publish(scan.frame, version, mqtt::Sender::Server);
        if (scan.status != mqtt::FrameStatus::Complete || !packet) {
            received.push_back({.topic = "not a PUBLISH"});
            break;
        }
        received.push_back({.topic = std::string(packet->topic),
                            .payload = std::string(text_of(packet->payload)),
                            .qos = static_cast<int>(packet->qos),
                            .retain = packet->retain,
                            .dup = packet->dup,
                            .id = packet->packet_id,
                            .expiry = packet->properties.message_expiry_interval,
                            .identifiers = identifiers_of(packet->properties.raw),
                            .alias = packet->properties.topic_alias});
        left = left.subspan(scan.frame.size);
    }
    waiting_.clear();
    return received;
}

inline std::vector<Received> FakeClient::take_and_acknowledge() {
    std::vector<Received> all;
    for (auto batch = take(); !batch.empty(); batch = take()) {
        for (const Received& received : batch) {
            if (received.qos == 1) lease.acknowledge(received.id);
        }
        all.insert(all.end(), batch.begin(), batch.end());
    }
    return all;
}

inline std::vector<std::string> FakeClient::payloads() {
    std::vector<std::string> payloads;
    for (Received& received : take()) payloads.push_back(std::move(received.payload));
    return payloads;
}

}  // namespace gatehouse::broker
