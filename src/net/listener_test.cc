#include "net/listener.h"

#include <netinet/tcp.h>
#include <unistd.h>

#include "net/http_client.h"
#include "net/loop_fixture.h"

namespace gatehouse::net {
namespace {

class ListenerTest : public LoopFixture {
protected:
    std::unique_ptr<Listener> listen(std::vector<AddressRange> proxies = {},
                                     const char* host = "127.0.0.1") {
        auto listener = Listener::open(
            loop, *Address::parse(host, 0), limits,
            [this](AcceptedSocket socket) { accepted.push_back(std::move(socket)); },
            [this](std::size_t count, const Error& why) {
                refused += count;
                refusal = why.message;
            },
            std::move(proxies));
        EXPECT_TRUE(listener);
        return std::move(*listener);
    }
    async::Task<void> connect(Address address) {
        auto stream = co_await connect_tcp(loop, std::move(address), soon());
        EXPECT_TRUE(stream) << stream.error().message;
        clients.push_back(std::move(*stream));
    }
    void turns_until(const std::function<bool()>& reached) {
        for (int i = 0; i < 200 && !reached(); ++i) loop.run_once(std::chrono::milliseconds(10));
        EXPECT_TRUE(reached());
    }
    void TearDown() override {
        for (const AcceptedSocket& socket : accepted) ::close(socket.descriptor);
    }

    ConnectionLimits limits{{.total_max = 10, .per_address_max = 2}};
    std::vector<AcceptedSocket> accepted;
    std::vector<std::unique_ptr<Stream>> clients;
    std::size_t refused = 0;
    std::string refusal;
};

TEST_F(ListenerTest, TellsWhereAConnectionReachedItAndSendsAtOnce) {
    for (const char* const host : {"127.0.0.1", "0.0.0.0"}) {
        const auto listener = listen({}, host);
        const auto reached = Address::parse("127.0.0.1", listener->address().port());
        tasks.start(connect(*reached));
        finish();
        turns_until([&] { return accepted.size() == 1; });
        EXPECT_EQ(accepted[0].local.text(), reached->text()) << host;
        int sends_at_once = 0;
        socklen_t size = sizeof sends_at_once;
        ::getsockopt(accepted[0].descriptor, IPPROTO_TCP, TCP_NODELAY, &sends_at_once, &size);
        EXPECT_NE(sends_at_once, 0) << host;
        ::close(accepted[0].descriptor);
        accepted.clear();
    }
}

TEST_F(ListenerTest, BoundsConnectionsPerAddressAndFreesTheirPlaces) {
    const auto listener = listen();
    ASSERT_NE(listener->address().port(), 0);
    for (int i = 0; i < 3; ++i) tasks.start(connect(listener->address()));
    finish();
    turns_until([&] { return accepted.size() == 2 && refused == 1; });
    EXPECT_NE(refusal.find("127.0.0.1"), std::string::npos) << refusal;
    EXPECT_EQ(limits.open(), 2u);
    ::close(accepted.back().descriptor);
    accepted.pop_back();
    EXPECT_EQ(limits.open(), 1u);
    tasks.start(connect(listener->address()));
    finish();
    turns_until([&] { return accepted.size() == 2; });
}

TEST_F(ListenerTest, ABalancersConnectionsCountForNobodyUntilItSaysWhoseTheyAre) {
    const auto listener = listen({*AddressRange::parse("127.0.0.0/8")});
    for (int i = 0; i < 3; ++i) tasks.start(connect(listener->address()));
    finish();
    turns_until([&] { return accepted.size() == 3; });
    EXPECT_TRUE(accepted[0].is_proxied);
    EXPECT_EQ(limits.open(), 3u);
    const Address device = *Address::parse("203.0.113.5", 1);
    EXPECT_TRUE(accepted[0].slot.move_to(device));
    EXPECT_TRUE(accepted[1].slot.move_to(device));
    EXPECT_FALSE(accepted[2].slot.move_to(device));
    EXPECT_TRUE(accepted[2].slot.move_to(*Address::parse("203.0.113.6", 1)));
    for (const AcceptedSocket& socket : accepted) ::close(socket.descriptor);
    accepted.clear();
    EXPECT_EQ(limits.open(), 0u);
    EXPECT_TRUE(limits.admit(device));
}

TEST_F(ListenerTest, SaysWhenThePortIsTaken) {
    const auto first = listen();
    const auto second = Listener::open(loop, first->address(), limits, {}, {});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::Conflict);
}

TEST_F(ListenerTest, ConnectingToAClosedPortNamesTheAddress) {
    auto listener = listen();
    const Address address = listener->address();
    listener.reset();
    const auto connect_refused = [&]() -> async::Task<void> {
        const auto stream = co_await connect_tcp(loop, address, soon());
        EXPECT_FALSE(stream);
        EXPECT_NE(stream.error().message.find(address.text()), std::string::npos);
    };
    tasks.start(connect_refused());
    finish();
}

TEST(ConnectionLimits, ASlotMovesToTheAddressWhoseConnectionItIs) {
    ConnectionLimits limits({.total_max = 3, .per_address_max = 1});
    const Address balancer = Address::parse("192.0.2.1", 1).value();
    const Address client = Address::parse("203.0.113.5", 1).value();
    auto first = limits.admit(balancer);
    ASSERT_TRUE(first && first->move_to(client));
    auto second = limits.admit(balancer);
    ASSERT_TRUE(second) << "the first one does not count for the balancer any more";
    const auto moved = second->move_to(client);
    ASSERT_FALSE(moved);
    EXPECT_EQ(moved.error().kind, ErrorKind::LimitExceeded);
    first = ConnectionLimits::Slot();
    EXPECT_TRUE(second->move_to(client));
    EXPECT_EQ(limits.open(), 1u);
}

}  // namespace
}  // namespace gatehouse::net
