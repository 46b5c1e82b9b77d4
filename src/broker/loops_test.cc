// Several loops: homes, mail between them, congestion and relief; and all of it with real threads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "broker/remote_mail.h"
#include "broker/test_broker.h"

namespace gatehouse::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A client id whose home is this loop.
std::string id_on(const Broker& broker, std::size_t loop, std::string prefix) {
    for (int i = 0;; ++i) {
        std::string id = prefix + std::to_string(i);
        if (broker.home_of(Tenant{}, id) == loop) return id;
    }
}

struct TwoLoops {
    explicit TwoLoops(BrokerSettings settings = TestBroker::default_settings())
        : broker(2, settings),
          publisher(broker, id_on(*broker.broker, 0, "p")),
          subscriber(broker, id_on(*broker.broker, 1, "s")) {
        publisher.connect();
    }
    TestBroker broker;
    FakeClient publisher;
    FakeClient subscriber;
};

TEST(Loops, HomesAreSpreadEvenly) {
    TestBroker broker(4);
    std::array<int, 4> count{};
    for (int i = 0; i < 4000; ++i) {
        ++count[broker.broker->home_of(Tenant{}, "device-" + std::to_string(i))];
    }
    for (const int each : count) EXPECT_NEAR(each, 1000, 150);
}

TEST(Loops, MessagesTravelInOrderWithOneWakeUpATurn) {
    TwoLoops two;
    two.subscriber.connect().subscribe("t/+", 1).value();
    for (const char* payload : {"1", "2", "3"}) {
        EXPECT_EQ(two.publisher.publish("t/a", payload, 1).receivers, 1U);
    }
    EXPECT_THAT(two.subscriber.take(), IsEmpty());
    EXPECT_FALSE(two.broker.ports[1]->is_woken);
    two.broker.turn(0);
    EXPECT_TRUE(two.broker.ports[1]->is_woken);
    two.broker.turn(1);
    EXPECT_THAT(two.subscriber.payloads(), ElementsAre("1", "2", "3"));
}

TEST(Loops, NothingArrivesAfterUnsubscribeThoughItWasUnderWay) {
    TwoLoops two;
    two.subscriber.connect().subscribe("t").value();
    two.publisher.publish("t", "1");
    two.broker.turn(0);
    EXPECT_TRUE(two.subscriber.lease.unsubscribe("t"));
    two.broker.settle();
    EXPECT_THAT(two.subscriber.take(), IsEmpty());
}

TEST(Loops, RoutesAreToldAgainAfterTheyChangedTheirTopic) {
    TwoLoops two;
    two.subscriber.connect().subscribe("#").value();
    // More topics than a publisher remembers, so that numbers are used again.
    for (int round = 0; round < 3; ++round) {
        for (const char* topic : {"a", "b", "c", "d", "e", "f"})
            two.publisher.publish(topic, topic);
    }
    two.publisher.connect();  // a new connection: the old one's routes are forgotten
    for (const char* topic : {"x", "y"}) two.publisher.publish(topic, topic);
    two.broker.settle();
    const auto received = two.subscriber.take();
    ASSERT_EQ(received.size(), 20U);
    for (const Received& one : received) EXPECT_EQ(one.topic, one.payload);
}

TEST(Loops, PropertiesExpiryAndRetainTravelToo) {
    TwoLoops two;
    two.subscriber.version = mqtt::ProtocolVersion::V5;
    SubscriptionOptions options;
    options.retain_as_published = RetainAsPublished::Yes;
    two.subscriber.connect().subscribe("t", options).value();
    const std::uint8_t properties[] = {0x02, 0, 0, 0, 9};
    Publisher& from = two.publisher.lease.publisher();
    from.publish(from.route_for("t"), {.payload = bytes_of("x"),
                                       .properties = properties,
                                       .expiry_seconds = 9,
                                       .expiry_at = 1,
                                       .retain = Retain::Yes});
    two.broker.settle();
    EXPECT_THAT(two.subscriber.take(),
                ElementsAre(Received{.topic = "t", .payload = "x", .retain = true, .expiry = 9}));
}

struct Waiter final : ReliefWaiter {
    void on_relieved() override { ++relieved; }
    int relieved = 0;
};

TEST(Loops, PublishersLearnOfCongestionAndOfItsEnd) {
    auto settings = TestBroker::default_settings();
    settings.mailbox_bytes_max = 10'000;
    TwoLoops two(settings);
    two.subscriber.connect().subscribe("t").value();
    const std::string payload(1000, 'x');
    int published = 0;
    while (two.publisher.publish("t", payload).congestion == Congestion::None) {
        ASSERT_LT(++published, 20);
    }
    EXPECT_GE(published, 8);
    Waiter waiter;
    two.broker.broker->shard(0).wait_for_relief(waiter);
    two.broker.turn(0);
    EXPECT_EQ(waiter.relieved, 0);
    two.broker.turn(1);
    two.broker.turn(0);
    EXPECT_EQ(waiter.relieved, 1);
    EXPECT_EQ(two.publisher.publish("t", payload).congestion, Congestion::None);
    two.broker.settle();
    EXPECT_EQ(two.subscriber.take().size(), static_cast<std::size_t>(published) + 2);
    EXPECT_EQ(waiter.relieved, 1);
}

// --- with threads ----------------------------------------------------------------------------

// A loop that sleeps until it is woken.
class ThreadPort final : public LoopPort {
public:
    ThreadPort() : LoopPort(turn_began_), turn_began_(clock_.steady_now()) {}
    void wake() override {
        {
            const std::lock_guard lock(mutex_);
            is_woken_ = true;
        }
        woken_.notify_one();
    }
    void request_turn_end() override { wants_turn_end_ = true; }
    void look_at(SteadyTime) override {}

    // Whether there is mail; waits a moment for it if `may_wait`.
    bool take_wake(bool may_wait) {
        std::unique_lock lock(mutex_);
        if (may_wait)
            woken_.wait_for(lock, std::chrono::milliseconds(1), [&] { return is_woken_; });
        turn_began_ = clock_.steady_now();
        return std::exchange(is_woken_, false);
    }
    void end_turn(Shard& shard) {
        if (std::exchange(wants_turn_end_, false)) shard.end_turn();
    }

private:
    SystemClock clock_;
    SteadyTime turn_began_;
    std::mutex mutex_;
    std::condition_variable woken_;
    bool is_woken_ = false;
    bool wants_turn_end_ = false;
};

// Acknowledges everything at the end of the turn, and checks order and numbers.
class CheckingClient final : public Outbound {
public:
    std::uint8_t* extend(std::size_t bytes) override {
        const std::size_t at = waiting_.size();
        waiting_.resize(at + bytes);
        return waiting_.data() + at;
    }
    void end(EndReason) override {}
    void send(BytesView) override {}
    void on_kept(mqtt::PacketType, mqtt::PacketId) override {}
    void on_not_kept(mqtt::PacketType, mqtt::PacketId) override {}

    void read() {
        const Bytes all = std::exchange(waiting_, {});
        for (BytesView left = all; !left.empty();) {
            const auto scan = mqtt::find_frame(left, mqtt::packet_size_max);
            const auto packet = mqtt::decode_publish(scan.frame, mqtt::ProtocolVersion::V3_1_1,
                                                     mqtt::Sender::Server);
            const auto number = std::stoi(std::string(text_of(packet->payload)));
            int& last = last_[std::string(packet->topic)];
            if (number != last + 1) ++wrong;
            last = number;
            ++received;
            if (packet->qos != mqtt::Qos::AtMostOnce) lease.acknowledge(packet->packet_id);
            left = left.subspan(scan.frame.size);
        }
    }

    Lease lease;
    int wrong = 0;
    int received = 0;

private:
    Bytes waiting_;
    std::map<std::string, int> last_;
};

// Every loop publishes to every loop's subscribers while other sessions come, subscribe to
// overlapping filters, and go.
TEST(Loops, ThreadsKeepEveryPromiseAtOnce) {
    constexpr std::size_t loops = 3;
    constexpr int messages = 2000;
    std::array<ThreadPort, loops> ports;
    Broker broker(TestBroker::default_settings(),
                  std::array<LoopPort*, loops>{&ports[0], &ports[1], &ports[2]});
    std::atomic<std::size_t> ready = 0;
    std::atomic<std::size_t> published = 0;
    std::atomic<int> wrong = 0;
    std::atomic<int> received = 0;
    const auto run_loop = [&](std::size_t loop) {
        Shard& shard = broker.shard(loop);
        const auto attach = [&](CheckingClient& client, const std::string& id) {
            AttachRequest request;
            request.client_id = ClientId(id);
            request.outbound = &client;
            client.lease = shard.attach(std::move(request));
            client.lease.start_delivery();
        };
        CheckingClient subscriber;
        CheckingClient publisher;
        attach(subscriber, id_on(broker, loop, "s"));
        attach(publisher, id_on(broker, loop, "p"));
        subscriber.lease.subscribe("all/+", {.qos = mqtt::Qos::AtLeastOnce}).value();
        ++ready;
        const auto turn = [&](bool may_wait) {
            if (ports[loop].take_wake(may_wait)) shard.take_mail();
            ports[loop].end_turn(shard);
            subscriber.read();
        };
        while (ready < loops) turn(true);
        const std::string topic = "all/" + std::to_string(loop);
        for (int i = 1; i <= messages; ++i) {
            Publisher& from = publisher.lease.publisher();
            from.publish(from.route_for(topic),
                         {.payload = bytes_of(std::to_string(i)), .qos = mqtt::Qos::AtLeastOnce});
            if (i % 10 != 0) continue;
            CheckingClient passer_by;
            attach(passer_by, id_on(broker, loop, "x"));
            passer_by.lease.subscribe("all/" + std::to_string(i % 3), {}).value();
            passer_by.lease.subscribe("other/" + std::to_string(i) + "/#", {}).value();
            turn(false);
            if (i % 20 == 0) passer_by.lease.unsubscribe("all/" + std::to_string(i % 3));
        }
        ++published;
        const auto all = static_cast<int>(loops) * messages;
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while ((published < loops || subscriber.received < all) &&
               std::chrono::steady_clock::now() < give_up) {
            turn(true);
        }
        wrong += subscriber.wrong;
        received += subscriber.received;
    };
    std::vector<std::thread> threads;
    for (std::size_t loop = 0; loop < loops; ++loop) threads.emplace_back(run_loop, loop);
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(received, static_cast<int>(loops * loops) * messages);
    EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace gatehouse::broker
