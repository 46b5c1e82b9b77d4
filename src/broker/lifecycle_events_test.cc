#include "broker/lifecycle_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/test_broker.h"

namespace gatehouse::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Events {
    Events() : events(broker.broker->shard(0), broker.clock), watcher(broker, "watcher") {
        watcher.connect().subscribe("$aws/events/#").value();
        watcher.subscribe("#").value();
    }
    ConnectionFacts facts(std::string_view client_id) {
        return {.client_id = client_id,
                .session_identifier = "uuid",
                .principal_identifier = "me",
                .ip_address = "127.0.0.1",
                .version_number = 3};
    }
    TestBroker broker;
    LifecycleEvents events;
    FakeClient watcher;
};

constexpr std::string_view start = R"({"clientId":"c","timestamp":1767225600000,"eventType":")";

TEST(LifecycleEvents, HaveTheDocumentedTopicsAndFields) {
    Events all;
    all.events.connected(all.facts("c"));
    all.events.disconnected(all.facts("c"), "CLIENT_INITIATED_DISCONNECT");
    all.events.disconnected(all.facts("c"), "CONNECTION_LOST");
    all.events.connect_failed(all.facts("c"));
    const std::string_view filters[] = {"a/\"b", "c/#"};
    all.events.subscribed(all.facts("c"), filters);
    all.events.unsubscribed(all.facts("c"), filters);
    const std::string who = R"(","sessionIdentifier":"uuid","principalIdentifier":"me",)";
    const std::string presence = "$aws/events/presence/";
    const std::string subscriptions = "$aws/events/subscriptions/";
    const auto event = [&](const std::string& topic, const std::string& type,
                           const std::string& rest) {
        return Received{.topic = topic + type + "/c",
                        .payload = std::string(start) + type + who + rest};
    };
    EXPECT_THAT(
        all.watcher.take(),
        ElementsAre(
            event(presence, "connected", R"("ipAddress":"127.0.0.1","versionNumber":3})"),
            event(presence, "disconnected",
                  R"("clientInitiatedDisconnect":true,)"
                  R"("disconnectReason":"CLIENT_INITIATED_DISCONNECT","versionNumber":3})"),
            event(presence, "disconnected",
                  R"("clientInitiatedDisconnect":false,)"
                  R"("disconnectReason":"CONNECTION_LOST","versionNumber":3})"),
            event(presence, "connect_failed",
                  R"("ipAddress":"127.0.0.1","connectFailureReason":"AUTHORIZATION_FAILED"})"),
            event(subscriptions, "subscribed", R"("topics":["a/\"b","c/#"]})"),
            event(subscriptions, "unsubscribed", R"("topics":["a/\"b","c/#"]})")));
}

TEST(LifecycleEvents, NameTheThingIfThereIsOne) {
    Events all;
    ConnectionFacts facts = all.facts("c");
    facts.thing_name = "lamp";
    all.events.connected(facts);
    EXPECT_THAT(all.watcher.payloads().at(0),
                testing::StartsWith(R"({"clientId":"c","thingName":"lamp","timestamp":)"));
}

TEST(LifecycleEvents, AClientIdWithWhichTheTopicIsTooLongGetsNone) {
    Events all;
    const std::string prefix = "$aws/events/presence/connected/";
    const std::string longest(mqtt::string_size_max - prefix.size(), 'c');
    all.events.connected(all.facts(longest));
    EXPECT_EQ(all.watcher.take().at(0).topic, prefix + longest);
    all.events.connected(all.facts(longest + "c"));
    all.events.disconnected(all.facts(std::string(mqtt::string_size_max, 'c')), "CONNECTION_LOST");
    EXPECT_THAT(all.watcher.take(), IsEmpty());
}

TEST(LifecycleEvents, ClientIdsWithWildcardsGetNone) {
    Events all;
    all.events.connected(all.facts("a+b"));
    all.events.connected(all.facts("a#"));
    EXPECT_THAT(all.watcher.take(), IsEmpty());
}

}  // namespace
}  // namespace gatehouse::broker
