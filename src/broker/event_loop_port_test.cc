#include "broker/event_loop_port.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/test_broker.h"

namespace gatehouse::broker {
namespace {

using testing::ElementsAre;

struct LoopsAndBroker {
    LoopsAndBroker()
        : first(clock, {.index = 0}),
          second(clock, {.index = 1}),
          first_port(first),
          second_port(second) {
        broker = std::make_unique<Broker>(TestBroker::default_settings(),
                                          std::array<LoopPort*, 2>{&first_port, &second_port});
        first_port.serve(&broker->shard(0));
        second_port.serve(&broker->shard(1));
    }
    ManualClock clock;
    async::EventLoop first;
    async::EventLoop second;
    EventLoopPort first_port;
    EventLoopPort second_port;
    std::unique_ptr<Broker> broker;
};

class Buffer final : public Outbound {
public:
    std::uint8_t* extend(std::size_t size) override {
        bytes.resize(bytes.size() + size);
        return bytes.data() + bytes.size() - size;
    }
    void end(EndReason) override {}
    void send(BytesView) override {}
    void on_kept(mqtt::PacketType, mqtt::PacketId) override {}
    void on_not_kept(mqtt::PacketType, mqtt::PacketId) override {}
    Bytes bytes;
};

Lease attach(Broker& broker, std::size_t loop, Outbound& outbound, std::uint32_t expiry) {
    AttachRequest request;
    for (int i = 0; request.client_id.empty(); ++i) {
        const std::string id = "c" + std::to_string(i);
        if (broker.home_of(Tenant{}, id) == loop) request.client_id = ClientId(id);
    }
    request.session_expiry_seconds = expiry;
    request.outbound = &outbound;
    Lease lease = broker.shard(loop).attach(std::move(request));
    lease.start_delivery();
    return lease;
}

TEST(EventLoopPort, MailGoesOutAtTheTurnsEndAndArrivesInTheNext) {
    LoopsAndBroker all;
    Buffer output;
    Lease subscriber = attach(*all.broker, 1, output, 0);
    subscriber.subscribe("t", {}).value();
    all.first.post([&] {
        Publisher publisher(all.broker->shard(0), Tenant{});
        publisher.publish(publisher.route_for("t"), {.payload = bytes_of("x")});
    });
    all.first.run_once(std::chrono::milliseconds(0));
    EXPECT_TRUE(output.bytes.empty());
    all.second.run_once(std::chrono::milliseconds(0));
    EXPECT_THAT(output.bytes, ElementsAre(0x30, 4, 0, 1, 't', 'x'));
}

TEST(EventLoopPort, SessionsExpireOnTheLoopsTimers) {
    LoopsAndBroker all;
    Buffer output;
    Lease lease = attach(*all.broker, 0, output, 10);
    all.first.post([&] { lease.detach(WillFate::Discard); });
    all.first.run_once(std::chrono::milliseconds(0));
    EXPECT_EQ(all.broker->shard(0).session_count(), 1U);
    all.clock.advance(std::chrono::seconds(11));
    all.first.run_once(std::chrono::milliseconds(0));
    EXPECT_EQ(all.broker->shard(0).session_count(), 0U);
}

}  // namespace
}  // namespace gatehouse::broker
