#include "authentication/circuit.h"

#include <gtest/gtest.h>

namespace gatehouse::authentication {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class CircuitTest : public ::testing::Test {
protected:
    static GateKey key(std::uint8_t kind, std::uint32_t number) {
        GateKey key{kind};
        std::memcpy(&key[4], &number, sizeof number);
        return key;
    }
    static Circuit::Client client(std::uint32_t user, std::uint32_t address = 1) {
        return {.key = key(1, user * 100'000 + address), .address = key(2, address)};
    }
    bool may_ask(const Circuit::Client& client) { return circuit->may_ask(client, now); }
    void fail(const Circuit::Client& client, int times = 1) {
        for (int i = 0; i < times; ++i) circuit->failed(client, now);
    }
    void got_in(const Circuit::Client& client) {
        circuit->answered();
        circuit->let_in(client);
    }
    void start(Circuit::Settings settings) { circuit = std::make_unique<Circuit>(settings); }

    SteadyTime now{seconds(1000)};
    std::unique_ptr<Circuit> circuit = std::make_unique<Circuit>(Circuit::Settings{});
};

TEST_F(CircuitTest, OpensAfterFailuresInARowAndClosesWithASuccess) {
    fail(client(1), 19);
    EXPECT_TRUE(may_ask(client(1)));
    got_in(client(2));
    fail(client(1), 19);
    EXPECT_FALSE(circuit->is_open());
    fail(client(1));
    EXPECT_TRUE(circuit->is_open());
    EXPECT_FALSE(may_ask(client(1)));
    got_in(client(3));
    EXPECT_FALSE(circuit->is_open());
    EXPECT_TRUE(may_ask(client(1)));
}

TEST_F(CircuitTest, OneProbeASecond) {
    for (std::uint32_t user = 0; user < 20; ++user) fail(client(user));
    EXPECT_FALSE(may_ask(client(1)));
    now += milliseconds(999);
    EXPECT_FALSE(may_ask(client(1)));
    now += milliseconds(1);
    EXPECT_TRUE(may_ask(client(1)));
    EXPECT_FALSE(may_ask(client(2))) << "one of all";
    now += seconds(1);
    EXPECT_TRUE(may_ask(client(99))) << "new at an address where many failed";
}

// Who hammers must not take all probes.
TEST_F(CircuitTest, AnAddressThatHadAProbeLeavesTheNextToOthers) {
    fail(client(1, 1), 19);
    fail(client(2, 2));
    int own = 0;
    int others = 0;
    for (int tenths = 0; tenths < 600; ++tenths) {
        now += milliseconds(100);
        own += may_ask(client(1, 1));
        if (tenths % 17 == 0) others += may_ask(client(2, 2));
    }
    EXPECT_GE(others, 12);
    EXPECT_GE(own, 12);
}

TEST_F(CircuitTest, WhoIsAloneMayProbeEachSecond) {
    fail(client(1), 30);
    int own = 0;
    for (int i = 0; i < 60; ++i) {
        now += seconds(1);
        if (!may_ask(client(1))) continue;
        ++own;
        fail(client(1));
    }
    EXPECT_EQ(own, 60);
}

// A stranger gets as many as it likes, and must not seem to be somebody who got in.
TEST_F(CircuitTest, ANoTellsThatTheFunctionWorksAndNothingOfTheClient) {
    for (std::uint32_t user = 0; user < 30; ++user) circuit->answered();
    got_in(client(99, 9));
    for (std::uint32_t user = 0; user < 30; ++user) fail(client(user));
    EXPECT_TRUE(may_ask(client(99, 9)));
    circuit->answered();
    EXPECT_FALSE(circuit->is_open());
}

TEST_F(CircuitTest, KeepsOutNobodyForWhomNothingFailed) {
    fail(client(1, 1), 20);
    EXPECT_TRUE(may_ask(client(2, 1))) << "a neighbour";
    EXPECT_TRUE(may_ask(client(1, 2))) << "the same user elsewhere";
    fail(client(2, 1));
    EXPECT_TRUE(may_ask(client(3, 1)));
    fail(client(3, 1));
    EXPECT_FALSE(may_ask(client(4, 1))) << "three of its address failed";
    EXPECT_TRUE(may_ask(client(4, 2)));
}

TEST_F(CircuitTest, KeepsOutNobodyWhoGotInLately) {
    start({.failed_of_address_max = 1, .clients_max = 8});
    got_in(client(1));
    fail(client(2), 20);
    EXPECT_FALSE(may_ask(client(3)));
    EXPECT_TRUE(may_ask(client(1)));
    fail(client(1));
    EXPECT_TRUE(may_ask(client(1))) << "even if it failed once";
    fail(client(1), 2);
    EXPECT_FALSE(may_ask(client(1))) << "not if it fails again and again itself";
}

TEST_F(CircuitTest, IsClosedToTheNewWhereVeryManyAddressesFail) {
    got_in(client(1, 1));
    for (std::uint32_t address = 100; address < 119; ++address) fail(client(1, address));
    fail(client(2, 100));
    EXPECT_TRUE(may_ask(client(1, 200)));
    fail(client(1, 119));
    EXPECT_TRUE(may_ask(client(1, 200))) << "one in a while of an address at which nothing failed";
    EXPECT_FALSE(may_ask(client(1, 201)));
    EXPECT_TRUE(may_ask(client(1, 1))) << "it got in before";
    now += milliseconds(100);
    EXPECT_FALSE(may_ask(client(5, 110)));
    EXPECT_TRUE(may_ask(client(1, 201)));
}

TEST_F(CircuitTest, IsClosedToEverybodyWhereItFailsThoseThatGotIn) {
    for (std::uint32_t user = 0; user < 10; ++user) got_in(client(user, user));
    for (std::uint32_t user = 0; user < 4; ++user) fail(client(user, user), 5);
    EXPECT_TRUE(may_ask(client(9, 9)));
    fail(client(4, 4));
    EXPECT_FALSE(may_ask(client(9, 9)));
    now += seconds(1);
    EXPECT_FALSE(may_ask(client(99, 99))) << "strangers' probes are rarer";
    EXPECT_TRUE(may_ask(client(9, 9)));
    EXPECT_FALSE(may_ask(client(8, 8))) << "one a second";
    got_in(client(9, 9));
    EXPECT_TRUE(may_ask(client(99, 99)));
}

TEST_F(CircuitTest, OneAddressNeedsManyWhoGotInToFail) {
    for (std::uint32_t user = 0; user < 30; ++user) got_in(client(user));
    for (std::uint32_t user = 0; user < 19; ++user) fail(client(user));
    fail(client(50));
    EXPECT_TRUE(may_ask(client(25)));
    fail(client(19));
    EXPECT_FALSE(may_ask(client(25)));
    now += seconds(3);
    EXPECT_TRUE(may_ask(client(51))) << "where nobody else probes";
}

TEST_F(CircuitTest, AnAddressIsSuspectAfterFailuresWhomeverElseItAnswers) {
    got_in(client(1));
    fail(client(2));
    fail(client(2));
    fail(client(3));
    circuit->answered();
    EXPECT_EQ(circuit->standing_of(client(9), now), Standing::New);
    fail(client(4));
    circuit->answered();
    EXPECT_EQ(circuit->standing_of(client(9), now), Standing::Suspect);
    EXPECT_EQ(circuit->standing_of(client(1), now), Standing::Known);
    EXPECT_EQ(circuit->standing_of(client(9, 2), now), Standing::New);
    now += seconds(60);
    EXPECT_EQ(circuit->standing_of(client(9), now), Standing::New);
    fail(client(5));
    EXPECT_EQ(circuit->standing_of(client(9), now), Standing::New) << "what was is forgotten";
    fail(client(6));
    fail(client(5));
    fail(client(6));
    EXPECT_EQ(circuit->standing_of(client(9), now), Standing::New) << "two, however often";
    fail(client(7));
    EXPECT_EQ(circuit->standing_of(client(9), now), Standing::Suspect);
}

TEST_F(CircuitTest, AnAddressAtWhichSomebodyGetsInIsNotSuspect) {
    for (std::uint32_t user = 1; user < 9; ++user) fail(client(user));
    EXPECT_EQ(circuit->standing_of(client(9), now), Standing::Suspect);
    got_in(client(1));
    EXPECT_EQ(circuit->standing_of(client(9), now), Standing::New);
}

TEST_F(CircuitTest, WhatStrangersMakeFailPutsOffNoRefresh) {
    fail(client(1), 20);
    EXPECT_FALSE(may_ask(client(1)));
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(circuit->may_refresh(now));
}

TEST_F(CircuitTest, RefreshesHaveProbesOfTheirOwn) {
    for (std::uint32_t user = 0; user < 30; ++user) got_in(client(user));
    for (std::uint32_t user = 0; user < 20; ++user) fail(client(user));
    now += seconds(1);
    EXPECT_TRUE(may_ask(client(25))) << "the probe of connects";
    EXPECT_TRUE(circuit->may_refresh(now));
    EXPECT_FALSE(circuit->may_refresh(now));
    now += seconds(1);
    EXPECT_TRUE(circuit->may_refresh(now));
}

TEST_F(CircuitTest, RemembersABoundedNumber) {
    start({.failures_to_open = 1, .failed_of_address_max = 1, .clients_max = 4});
    for (std::uint32_t user = 0; user < 5; ++user) fail(client(user, user));
    EXPECT_TRUE(may_ask(client(0, 0))) << "the oldest is forgotten, its address, too";
    EXPECT_TRUE(may_ask(client(9, 0)));
    EXPECT_FALSE(may_ask(client(1, 1)));
    for (std::uint32_t user = 10; user < 14; ++user) got_in(client(user, 5));
    fail(client(1, 5), 2);
    EXPECT_TRUE(may_ask(client(13, 5)));
}

}  // namespace
}  // namespace gatehouse::authentication
