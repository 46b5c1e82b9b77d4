#include "rules/targets/mqtt_bridge.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "mqtt/packet.h"
#include "net/listener.h"
#include "net/loop_fixture.h"

namespace gatehouse::rules {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A broker that says what it is told to.
class ScriptedBroker {
public:
    ScriptedBroker(async::EventLoop& loop, async::TaskGroup& tasks) : loop_(loop), tasks_(tasks) {
        listener_ =
            net::Listener::open(
                loop, net::Address::parse("127.0.0.1", 0).value(), limits_,
                [this](net::AcceptedSocket socket) { tasks_.start(serve(socket.descriptor)); },
                [](std::size_t, const Error&) {})
                .value();
    }

    std::uint16_t port() const { return listener_->address().port(); }
    // Of the connection that is there.
    void hang_up() {
        if (stream_ != nullptr) stream_->cancel();
    }
    // From now on nobody gets in.
    void close() {
        listener_->close();
        hang_up();
    }
    void acknowledge(mqtt::PacketId id, mqtt::ReasonCode reason = mqtt::ReasonCode::Success) {
        say(mqtt::Ack{.type = mqtt::PacketType::Puback, .packet_id = id, .reason = reason});
    }
    void say(const mqtt::Packet& packet) {
        mqtt::encode(packet, version, output_);
        tasks_.start(flush());
    }

    mqtt::ProtocolVersion version = mqtt::ProtocolVersion::V5;
    mqtt::Connack connack;
    bool acknowledges = true;
    mqtt::ReasonCode answer = mqtt::ReasonCode::Success;
    std::vector<std::string> seen;  // "CONNECT id user", "PUBLISH topic payload qos"
    std::vector<mqtt::PacketId> ids;
    int connects = 0;

private:
    async::Task<void> serve(int descriptor) {
        net::Stream stream(loop_, net::make_plain_transport(descriptor), {});
        stream_ = &stream;
        Bytes input;
        std::array<std::uint8_t, 1024> buffer;
        for (;;) {
            const auto count = co_await stream.read_some(buffer, Deadline::never());
            if (!count || *count == 0) break;
            input.insert(input.end(), buffer.begin(),
                         buffer.begin() + static_cast<std::ptrdiff_t>(*count));
            for (;;) {
                const auto [status, frame] = mqtt::find_frame(input, mqtt::packet_size_max);
                if (status != mqtt::FrameStatus::Complete) break;
                take(mqtt::decode_packet(frame, version, mqtt::Sender::Client).value());
                input.erase(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(frame.size));
            }
        }
        if (stream_ == &stream) stream_ = nullptr;
    }
    void take(const mqtt::Packet& packet) {
        if (const auto* connect = std::get_if<mqtt::Connect>(&packet)) {
            ++connects;
            seen.push_back(fmt::format("CONNECT {} {} {}", connect->client_id,
                                       connect->user_name.value_or("-"),
                                       text_of(connect->password.value_or(BytesView()))));
            say(connack);
        } else if (const auto* publish = std::get_if<mqtt::Publish>(&packet)) {
            seen.push_back(fmt::format("PUBLISH {} {} {}{}", publish->topic,
                                       text_of(publish->payload), static_cast<int>(publish->qos),
                                       publish->retain ? " retained" : ""));
            if (publish->qos == mqtt::Qos::AtMostOnce) return;
            ids.push_back(publish->packet_id);
            if (acknowledges) acknowledge(publish->packet_id, answer);
        } else if (std::holds_alternative<mqtt::Pingreq>(packet)) {
            seen.emplace_back("PINGREQ");
        }
    }
    async::Task<void> flush() {
        if (stream_ == nullptr || output_.empty()) co_return;
        const Bytes packets = std::exchange(output_, {});
        co_await stream_->write_all(packets, Deadline::never());
    }

    async::EventLoop& loop_;
    async::TaskGroup& tasks_;
    net::ConnectionLimits limits_{{}};
    std::unique_ptr<net::Listener> listener_;
    net::Stream* stream_ = nullptr;
    Bytes output_;
};

class MqttBridgeTest : public net::LoopFixture {
protected:
    void open(MqttBridgeSettings settings = {}) {
        declared.host = "127.0.0.1";
        declared.port = broker.port();
        declared.is_encrypted = false;
        broker.version = declared.version;
        settings.first_pause = 5ms;
        settings.pause_max = 20ms;
        bridge = std::make_unique<MqttBridge>(MqttBridge::Parts{loop, lookups}, declared, nullptr,
                                              settings);
    }
    void begin(MqttMessage message, std::string& told, std::chrono::milliseconds span = 10s) {
        tasks.start([](auto& self, MqttMessage message, std::string& told,
                       Deadline deadline) -> async::Task<void> {
            const auto how = co_await self.bridge->publish(std::move(message), deadline);
            told = how ? "done"
                       : fmt::format("{}: {}", name_of(how.error().kind), how.error().message);
        }(*this, std::move(message), told, Deadline::after(clock, span)));
    }
    void until(const auto& holds) {
        const auto give_up = std::chrono::steady_clock::now() + 10s;
        while (!holds()) {
            ASSERT_LT(std::chrono::steady_clock::now(), give_up) << "it does not come to that";
            loop.run_once(10ms);
        }
    }
    std::string publish(MqttMessage message, std::chrono::milliseconds span = 10s) {
        std::string told;
        begin(std::move(message), told, span);
        until([&] { return !told.empty(); });
        return told;
    }
    void TearDown() override {
        if (bridge) {
            bridge->close();
            tasks.start(bridge->stop());
        }
        broker.close();
        finish();
    }

    net::NameLookups lookups{loop};
    ScriptedBroker broker{loop, tasks};
    DeclaredMqttBroker declared;
    std::unique_ptr<MqttBridge> bridge;
};

TEST_F(MqttBridgeTest, MessagesArriveOverOneConnection) {
    declared.client_id = "gate";
    declared.user_name = "alice";
    declared.password = "secret";
    open();
    EXPECT_EQ(publish({.topic = "a", .payload = "1"}), "done");
    EXPECT_EQ(publish({.topic = "b", .payload = "2", .retain = true}), "done");
    EXPECT_EQ(publish({.topic = "c", .payload = "3", .qos = mqtt::Qos::AtMostOnce}), "done");
    until([&] { return broker.seen.size() == 4; });
    EXPECT_THAT(broker.seen, ElementsAre("CONNECT gate alice secret", "PUBLISH a 1 1",
                                         "PUBLISH b 2 1 retained", "PUBLISH c 3 0"));
    EXPECT_EQ(bridge->connections(), 1U);
}

TEST_F(MqttBridgeTest, MessagesArriveByMqtt311) {
    declared.version = mqtt::ProtocolVersion::V3_1_1;
    open();
    EXPECT_EQ(publish({.topic = "a", .payload = "1"}), "done");
    EXPECT_THAT(broker.seen.front(), HasSubstr("CONNECT gatehouse-"));
    EXPECT_LE(broker.seen.front().size(), std::string_view("CONNECT  - ").size() + 23);
}

TEST_F(MqttBridgeTest, WhatWasNotAcknowledgedIsPublishedAgain) {
    open();
    broker.acknowledges = false;
    std::string first;
    std::string second;
    begin({.topic = "a", .payload = "1"}, first);
    begin({.topic = "a", .payload = "2"}, second);
    until([&] { return broker.ids.size() == 2; });
    broker.acknowledge(broker.ids[0]);
    until([&] { return !first.empty(); });
    EXPECT_EQ(first, "done");
    EXPECT_EQ(second, "");
    broker.acknowledges = true;
    broker.hang_up();
    until([&] { return !second.empty(); });
    EXPECT_EQ(second, "done");
    EXPECT_EQ(broker.seen.back(), "PUBLISH a 2 1");
    EXPECT_EQ(bridge->connections(), 2U);
}

TEST_F(MqttBridgeTest, MessagesInFlightAreBounded) {
    broker.connack.properties.receive_maximum = 2;
    broker.acknowledges = false;
    open();
    std::array<std::string, 3> told;
    for (std::size_t i = 0; i < told.size(); ++i) {
        begin({.topic = "a", .payload = std::to_string(i)}, told[i]);
    }
    until([&] { return broker.ids.size() == 2; });
    for (int turn = 0; turn < 5; ++turn) loop.run_once(1ms);
    EXPECT_EQ(broker.ids.size(), 2U);
    broker.acknowledge(broker.ids[1]);
    until([&] { return broker.ids.size() == 3; });
    EXPECT_EQ(told[1], "done");
    EXPECT_NE(broker.ids[2], broker.ids[0]);
    broker.acknowledge(broker.ids[0]);
    broker.acknowledge(broker.ids[2]);
    until([&] { return !told[0].empty() && !told[2].empty(); });
}

TEST_F(MqttBridgeTest, WhatTheBrokerRefusesIsTold) {
    open();
    broker.answer = mqtt::ReasonCode::NotAuthorized;
    EXPECT_EQ(publish({.topic = "a", .payload = "1"}),
              "not-allowed: The broker refused the message: not authorized.");
    broker.answer = mqtt::ReasonCode::QuotaExceeded;
    EXPECT_THAT(publish({.topic = "a", .payload = "1"}), HasSubstr("throttled: "));
    broker.answer = mqtt::ReasonCode::NoMatchingSubscribers;
    EXPECT_EQ(publish({.topic = "a", .payload = "1"}), "done");
}

TEST_F(MqttBridgeTest, WhatTheBrokerDoesNotTakeIsNotSent) {
    broker.connack.properties.maximum_qos = mqtt::Qos::AtMostOnce;
    broker.connack.properties.retain_available = false;
    broker.connack.properties.maximum_packet_size = 20;
    open();
    EXPECT_THAT(publish({.topic = "a", .payload = "1"}), HasSubstr("unsupported: "));
    EXPECT_THAT(publish({.topic = "a", .qos = mqtt::Qos::AtMostOnce, .retain = true}),
                HasSubstr("unsupported: "));
    EXPECT_THAT(
        publish({.topic = "a", .payload = std::string(20, 'x'), .qos = mqtt::Qos::AtMostOnce}),
        HasSubstr("too-large: "));
    EXPECT_EQ(broker.seen.size(), 1U);
}

TEST_F(MqttBridgeTest, ARefusedConnectionIsToldAtOnce) {
    broker.connack.reason = mqtt::ReasonCode::BadUserNameOrPassword;
    open();
    EXPECT_EQ(publish({.topic = "a", .payload = "1"}),
              "not-allowed: The broker cannot be used: it refuses the connection (bad user name or "
              "password).");
    broker.connack.reason = mqtt::ReasonCode::Success;
    EXPECT_EQ(publish({.topic = "a", .payload = "1"}), "done");
}

TEST_F(MqttBridgeTest, ABrokerThatIsBusyIsAskedAgain) {
    broker.connack.reason = mqtt::ReasonCode::ServerUnavailable;
    open();
    std::string told;
    begin({.topic = "a", .payload = "1"}, told);
    until([&] { return broker.connects >= 3; });
    EXPECT_EQ(told, "");
    broker.connack.reason = mqtt::ReasonCode::Success;
    until([&] { return !told.empty(); });
    EXPECT_EQ(told, "done");
}

TEST_F(MqttBridgeTest, NobodyThereMayPass) {
    open();
    broker.close();
    const std::string told = publish({.topic = "a", .payload = "1"}, 300ms);
    EXPECT_THAT(told, HasSubstr("unavailable: No broker took the message: "));
    EXPECT_THAT(told, HasSubstr("refused"));
}

TEST_F(MqttBridgeTest, ASilentBrokerIsLeft) {
    broker.acknowledges = false;
    open({.keep_alive = 1s, .acknowledge_max = 1s});
    EXPECT_EQ(publish({.topic = "a", .payload = "1"}, 100ms),
              "timeout: The broker did not take the message in time.");
    std::string told;
    begin({.topic = "a", .payload = "2"}, told);
    until([&] { return broker.connects == 2; });
    broker.acknowledges = true;
    until([&] { return !told.empty(); });
    EXPECT_EQ(told, "done");
    EXPECT_THAT(broker.seen, ::testing::Not(::testing::Contains("PUBLISH a 1 1").Times(2)))
        << "nobody waits for it any more";
}

TEST_F(MqttBridgeTest, TooMuchOnItsWayIsNotTaken) {
    broker.acknowledges = false;
    open({.waiting_max = 1});
    std::string first;
    begin({.topic = "a", .payload = "1"}, first);
    until([&] { return broker.ids.size() == 1; });
    EXPECT_THAT(publish({.topic = "a", .payload = "2"}), HasSubstr("throttled: "));
    bridge->close();
    until([&] { return !first.empty(); });
    EXPECT_THAT(first, HasSubstr("cancelled: "));
    EXPECT_THAT(publish({.topic = "a", .payload = "2"}), HasSubstr("cancelled: "));
}

TEST_F(MqttBridgeTest, WhatDoesNotSpeakMqttIsLeft) {
    open();
    std::string told;
    broker.acknowledges = false;
    begin({.topic = "a", .payload = "1"}, told);
    until([&] { return broker.ids.size() == 1; });
    broker.acknowledges = true;
    broker.acknowledge(4711);
    until([&] { return !told.empty(); });
    EXPECT_EQ(told, "done");
    EXPECT_EQ(bridge->connections(), 2U);
}

}  // namespace
}  // namespace gatehouse::rules
