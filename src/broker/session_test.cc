#include "broker/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/test_broker.h"

namespace gatehouse::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

std::unique_ptr<Will> will(std::string_view topic, std::uint32_t delay = 0) {
    auto will = std::make_unique<Will>();
    will->topic = topic;
    will->payload = {'g', 'o', 'n', 'e'};
    will->delay_seconds = delay;
    return will;
}

AttachRequest persistent_session(std::uint32_t expiry = 60) {
    AttachRequest request;
    request.clean_start = CleanStart::No;
    request.session_expiry_seconds = expiry;
    return request;
}

TEST(Session, ACleanSessionLeavesNothing) {
    TestBroker broker;
    FakeClient client(broker, "c");
    client.connect().subscribe("t").value();
    EXPECT_EQ(client.lease.session_present(), SessionPresent::No);
    client.disconnect();
    EXPECT_TRUE(client.lease.is_void());
    EXPECT_EQ(broker.broker->shard(0).find(Tenant{}, "c"), nullptr);
    FakeClient publisher(broker, "p");
    EXPECT_EQ(publisher.connect().publish("t", "x").receivers, 0U);
}

TEST(Session, APersistentSessionIsResumedUntilItExpires) {
    TestBroker broker;
    FakeClient client(broker, "c");
    client.connect(persistent_session()).subscribe("t", 1).value();
    client.disconnect();
    broker.advance(std::chrono::seconds(59));
    client.connect(persistent_session());
    EXPECT_EQ(client.lease.session_present(), SessionPresent::Yes);
    EXPECT_EQ(client.lease.session().subscription_count(), 1U);
    // The expiry of the first disconnect does not count any more.
    broker.advance(std::chrono::seconds(30));
    EXPECT_FALSE(client.lease.is_void());
    client.disconnect();
    broker.advance(std::chrono::seconds(61));
    EXPECT_EQ(broker.broker->shard(0).session_count(), 0U);
    client.connect(persistent_session());
    EXPECT_EQ(client.lease.session_present(), SessionPresent::No);
}

TEST(Session, ACleanStartEndsTheOldSession) {
    TestBroker broker;
    FakeClient client(broker, "c");
    client.connect(persistent_session()).subscribe("t", 1).value();
    client.disconnect();
    AttachRequest request = persistent_session();
    request.clean_start = CleanStart::Yes;
    client.connect(std::move(request));
    EXPECT_EQ(client.lease.session_present(), SessionPresent::No);
    EXPECT_EQ(client.lease.session().subscription_count(), 0U);
}

TEST(Session, VersionsDoNotResumeEachOtherUnlessAskedTo) {
    for (const auto resume : {CrossVersionResume::No, CrossVersionResume::Yes}) {
        auto settings = TestBroker::default_settings();
        settings.cross_version_resume = resume;
        TestBroker broker(1, settings);
        FakeClient client(broker, "c");
        client.connect(persistent_session());
        client.disconnect();
        client.version = mqtt::ProtocolVersion::V5;
        client.connect(persistent_session());
        EXPECT_EQ(client.lease.session_present(),
                  resume == CrossVersionResume::Yes ? SessionPresent::Yes : SessionPresent::No);
    }
}

TEST(Session, DisconnectMayChangeTheExpiry) {
    TestBroker broker;
    FakeClient client(broker, "c");
    client.connect(persistent_session());
    client.lease.detach(WillFate::Discard, 0);
    EXPECT_EQ(broker.broker->shard(0).session_count(), 0U);
    client.connect(persistent_session(session_never_expires));
    client.disconnect();
    broker.advance(std::chrono::hours(24 * 365));
    EXPECT_EQ(broker.broker->shard(0).session_count(), 1U);
}

TEST(Session, ASecondConnectionTakesOver) {
    TestBroker broker;
    FakeClient watcher(broker, "w");
    watcher.connect().subscribe("will").value();
    FakeClient first(broker, "c");
    FakeClient second(broker, "c");
    AttachRequest request = persistent_session();
    request.will = will("will");
    first.connect(std::move(request)).subscribe("t", 1).value();
    watcher.publish("t", "in flight", 1);
    second.connect(persistent_session());
    EXPECT_EQ(first.ended, EndReason::TakenOver);
    EXPECT_TRUE(first.lease.is_void());
    EXPECT_THAT(watcher.payloads(), ElementsAre("gone"));
    EXPECT_EQ(second.lease.session_present(), SessionPresent::Yes);
    EXPECT_THAT(second.payloads(), ElementsAre("in flight"));
    watcher.publish("t", "next", 1);
    EXPECT_THAT(second.payloads(), ElementsAre("next"));
    EXPECT_THAT(first.payloads(), ElementsAre("in flight"));
}

TEST(Session, ALeaseThatDiesPublishesTheWill) {
    TestBroker broker;
    FakeClient watcher(broker, "w");
    watcher.connect().subscribe("will/#").value();
    FakeClient client(broker, "c");
    const auto connect = [&](const char* topic) {
        AttachRequest request;
        request.will = will(topic);
        client.connect(std::move(request));
    };
    connect("will/lost");
    client.lease = {};
    connect("will/said goodbye");
    client.disconnect(WillFate::Discard);
    connect("will/asked for");
    client.disconnect(WillFate::Publish);
    std::vector<std::string> topics;
    for (const auto& received : watcher.take()) topics.push_back(received.topic);
    EXPECT_THAT(topics, ElementsAre("will/lost", "will/asked for"));
}

TEST(Session, ADelayedWillIsTakenBackByAResume) {
    TestBroker broker;
    FakeClient watcher(broker, "w");
    watcher.connect().subscribe("will").value();
    FakeClient client(broker, "c");
    const auto lose = [&](std::uint32_t delay) {
        AttachRequest request = persistent_session(60);
        request.will = will("will", delay);
        client.connect(std::move(request));
        client.disconnect(WillFate::Publish);
    };
    lose(10);
    broker.advance(std::chrono::seconds(9));
    client.connect(persistent_session());
    broker.advance(std::chrono::seconds(30));
    EXPECT_THAT(watcher.take(), IsEmpty());

    lose(10);
    broker.advance(std::chrono::seconds(10));
    EXPECT_THAT(watcher.take(), SizeIs(1));

    lose(100);  // longer than the session lives: published at its end
    broker.advance(std::chrono::seconds(59));
    EXPECT_THAT(watcher.take(), IsEmpty());
    broker.advance(std::chrono::seconds(1));
    EXPECT_THAT(watcher.take(), SizeIs(1));

    lose(10);
    AttachRequest request = persistent_session();
    request.clean_start = CleanStart::Yes;  // ends the session, so the will is due
    client.connect(std::move(request));
    EXPECT_THAT(watcher.take(), SizeIs(1));
}

class OnePermit final : public WillPermit {
public:
    explicit OnePermit(Permission permission) : permission_(permission) {}
    std::optional<GuardAnswer> may_publish(const Will&) override {
        return GuardAnswer{permission_, 5};
    }
    void ask(const Will&, std::function<void(GuardAnswer)>) override {}

private:
    Permission permission_;
};

struct Watch final : SessionObserver {
    void on_queued(const Session&, std::string_view topic, mqtt::Qos) override {
        queued.emplace_back(topic);
    }
    void on_dropped(const Session&, std::string_view, mqtt::Qos, DropCause cause,
                    std::uint32_t explanation) override {
        dropped.emplace_back(cause, explanation);
    }
    void on_will_denied(const DeniedWill& will) override {
        denied_wills.push_back(will.explanation);
    }
    void on_session_ended(const Session& session, SessionEnd end) override {
        ended.emplace_back(session.client_id(), end);
    }
    std::vector<std::string> queued;
    std::vector<std::pair<DropCause, std::uint32_t>> dropped;
    std::vector<std::uint32_t> denied_wills;
    std::vector<std::pair<std::string, SessionEnd>> ended;
};

TEST(Session, WhatWaitsForOneThatIsAwayIsTold) {
    Watch watch;
    TestBroker broker(1, TestBroker::default_settings(), nullptr, &watch);
    FakeClient publisher(broker, "p");
    publisher.connect();
    FakeClient client(broker, "c");
    client.connect(persistent_session()).subscribe("#", 1).value();
    publisher.publish("not told", "x", 1);
    client.take_and_acknowledge();
    client.disconnect();
    publisher.publish("told", "x", 1);
    EXPECT_THAT(watch.queued, ElementsAre("told"));
    client.connect(persistent_session());
    EXPECT_THAT(client.take(), SizeIs(1));
}

TEST(Session, ObserversAreTold) {
    Watch watch;
    TestBroker broker(1, TestBroker::default_settings(), nullptr, &watch);
    FakeGuard guard;
    guard.denied["secret"] = true;
    FakeClient client(broker, "c");
    client.guard = &guard;
    client.connect().subscribe("#", 1).value();
    client.publish("quiet", "x");
    client.lease.observe_deliveries(Observe::Yes);
    client.publish("told", "x");
    client.publish("secret", "x");
    client.publish("told", "unacknowledged", 1);
    client.disconnect();
    AttachRequest request;
    request.will = will("t");
    request.will->permit = std::make_unique<OnePermit>(Permission::Denied);
    client.connect(std::move(request));
    client.disconnect(WillFate::Publish);
    EXPECT_THAT(client.delivered, ElementsAre("told", "told"));
    EXPECT_THAT(watch.dropped, ElementsAre(std::pair(DropCause::NotAllowed, 7U)));
    EXPECT_THAT(watch.denied_wills, ElementsAre(5U));
    EXPECT_THAT(watch.ended, ElementsAre(std::pair(std::string("c"), SessionEnd::Clean),
                                         std::pair(std::string("c"), SessionEnd::Clean)));
}

TEST(Session, AWillIsJudgedByThePoliciesOfItsTime) {
    Watch watch;
    TestBroker broker(1, TestBroker::default_settings(), nullptr, &watch);
    FakeClient watcher(broker, "watcher");
    watcher.connect().subscribe("t").value();
    FakeClient client(broker, "c");
    for (const auto [at_connect, later] : {std::pair(Permission::Allowed, Permission::Denied),
                                           std::pair(Permission::Denied, Permission::Allowed)}) {
        AttachRequest request;
        request.will = will("t");
        request.will->permit = std::make_unique<OnePermit>(at_connect);
        client.connect(std::move(request));
        client.lease.policies_changed(std::make_unique<OnePermit>(later));
        client.disconnect(WillFate::Publish);
        EXPECT_THAT(watcher.take(), SizeIs(later == Permission::Allowed ? 1 : 0));
    }
    EXPECT_THAT(watch.denied_wills, SizeIs(1));
    client.connect().lease.policies_changed(std::make_unique<OnePermit>(Permission::Denied));
    client.disconnect(WillFate::Publish);
    EXPECT_THAT(watch.denied_wills, SizeIs(1)) << "a will that was none";
}

TEST(Session, WhoseDeliveriesAreWantedIsAskedAnewWhenItMayHaveChanged) {
    std::atomic<std::uint32_t> observation = 1;
    auto settings = TestBroker::default_settings();
    settings.observation = &observation;
    TestBroker broker(1, settings);
    FakeClient client(broker, "c");
    client.connect().subscribe("#").value();
    client.publish("nobody has said anything yet", "x");
    client.lease.observe_deliveries(Observe::No, 1);
    client.publish("quiet", "x");
    observation = 2;
    client.publish("changed", "x");
    client.lease.observe_deliveries(Observe::Yes);
    observation = 3;
    client.publish("wanted", "x");
    EXPECT_THAT(client.delivered, ElementsAre("nobody has said anything yet", "changed", "wanted"));
}

TEST(Session, SubscriptionsAreBoundedListedAndRemoved) {
    auto settings = TestBroker::default_settings();
    settings.limits.subscriptions_per_session_max = 2;
    TestBroker broker(1, settings);
    FakeClient client(broker, "c");
    client.connect().subscribe("a/+", 1).value();
    EXPECT_EQ(client.subscribe("b", 0), mqtt::Qos::AtMostOnce);
    EXPECT_EQ(client.subscribe("c", 0).error().kind, ErrorKind::LimitExceeded);
    EXPECT_EQ(client.subscribe("a/+", 0), mqtt::Qos::AtMostOnce);
    EXPECT_EQ(client.subscribe("$share/g/t", 0).error().kind, ErrorKind::LimitExceeded);
    std::vector<std::string> filters;
    client.lease.session().for_each_subscription(
        [&](std::string filter, const SubscriptionOptions&) { filters.push_back(filter); });
    EXPECT_THAT(filters, UnorderedElementsAre("a/+", "b"));
    EXPECT_TRUE(client.lease.unsubscribe("a/+"));
    EXPECT_FALSE(client.lease.unsubscribe("a/+"));
    EXPECT_FALSE(client.lease.unsubscribe("never"));
    client.publish("a/x", "x");
    EXPECT_THAT(client.take(), IsEmpty());
    client.publish("b", "x");
    EXPECT_THAT(client.take(), SizeIs(1));
}

TEST(Session, OverlappingFiltersGiveOneCopyWithTheBestQos) {
    TestBroker broker;
    FakeClient client(broker, "c");
    client.connect().subscribe("a/#", 0).value();
    client.subscribe("a/+", 1).value();
    client.subscribe("a/b", 0).value();
    EXPECT_EQ(client.publish("a/b", "x", 1).receivers, 1U);
    EXPECT_THAT(client.take(),
                ElementsAre(Received{.topic = "a/b", .payload = "x", .qos = 1, .id = 1}));
}

TEST(Session, NoLocalKeepsAClientsOwnMessagesAway) {
    TestBroker broker;
    FakeClient client(broker, "c");
    FakeClient other(broker, "o");
    SubscriptionOptions options;
    options.no_local = NoLocal::Yes;
    client.connect().subscribe("t", options).value();
    other.connect();
    EXPECT_EQ(client.publish("t", "own").receivers, 0U);
    other.publish("t", "foreign");
    EXPECT_THAT(client.payloads(), ElementsAre("foreign"));
}

TEST(Session, RetainedMessagesComeWithANewSubscription) {
    TestBroker broker;
    FakeClient client(broker, "c");
    client.connect();
    client.publish("a/b", "old", 1, Retain::Yes);
    client.publish("a/b", "kept", 1, Retain::Yes);
    client.publish("a/c", "other", 0, Retain::Yes);
    client.publish("a/d", "gone", 0, Retain::Yes);
    client.publish("a/d", "", 0, Retain::Yes);
    client.subscribe("a/b", 1).value();
    EXPECT_THAT(client.take(),
                ElementsAre(Received{
                    .topic = "a/b", .payload = "kept", .qos = 1, .retain = true, .id = 1}));
    client.subscribe("a/+", 0).value();
    EXPECT_THAT(client.payloads(), ElementsAre("kept", "other"));
    SubscriptionOptions options;
    options.retain_handling = mqtt::RetainHandling::SendIfNew;
    client.subscribe("a/+", options).value();
    options.retain_handling = mqtt::RetainHandling::DoNotSend;
    client.subscribe("#", options).value();
    EXPECT_THAT(client.take(), IsEmpty());
}

TEST(Session, AwsSendsRetainedMessagesForExactFiltersOnly) {
    TestBroker broker(1, broker_settings(profile_named(ProfileName::Aws), 1));
    FakeClient client(broker, "c");
    client.connect().publish("a", "kept", 0, Retain::Yes);
    client.subscribe("+").value();
    EXPECT_THAT(client.take(), IsEmpty());
    client.subscribe("a").value();
    EXPECT_THAT(client.payloads(), ElementsAre("kept"));
}

TEST(Session, AdministratorsEndConnectionsAndSessions) {
    TestBroker broker;
    FakeClient client(broker, "c");
    client.connect(persistent_session()).subscribe("t").value();
    Shard& shard = broker.broker->shard(0);
    EXPECT_FALSE(shard.disconnect(Tenant{}, "nobody", WillFate::Publish, SessionFate::End));
    EXPECT_TRUE(shard.disconnect(Tenant{}, "c", WillFate::Publish, SessionFate::Keep));
    EXPECT_EQ(client.ended, EndReason::SessionDeleted);
    ASSERT_NE(shard.find(Tenant{}, "c"), nullptr);
    EXPECT_FALSE(shard.find(Tenant{}, "c")->is_connected());
    EXPECT_TRUE(shard.disconnect(Tenant{}, "c", WillFate::Publish, SessionFate::End));
    EXPECT_EQ(shard.find(Tenant{}, "c"), nullptr);
}

TEST(Session, TenantsDoNotMeet) {
    TestBroker broker;
    FakeClient here(broker, "c");
    FakeClient there(broker, "c");
    here.connect().subscribe("#").value();
    AttachRequest request;
    request.tenant.account = AccountId("111111111111");
    there.connect(std::move(request)).subscribe("#").value();
    EXPECT_FALSE(here.ended);
    there.publish("t", "private");
    EXPECT_THAT(here.take(), IsEmpty());
    EXPECT_THAT(there.payloads(), ElementsAre("private"));
}

TEST(Session, FlappingClientsDoNotPileUpTimers) {
    TestBroker broker;
    FakeClient client(broker, "c");
    for (int i = 0; i < 10'000; ++i) {
        client.connect(persistent_session(3600));
        client.disconnect();
    }
    EXPECT_LT(broker.broker->shard(0).waiting_expiries(), 2000U);
    broker.advance(std::chrono::seconds(3601));
    EXPECT_EQ(broker.broker->shard(0).session_count(), 0U);
}

class Ear final : public PublishListener {
public:
    bool wants(const Tenant&, std::string_view) const override { return false; }
    ListenerAnswer on_publish(const Publisher& from, Route& route, const Publication& publication,
                              Keeping) override {
        heard.push_back(std::string(from.client_id()) + " " + std::string(route.topic()) + " " +
                        std::string(text_of(publication.payload)));
        return route.topic().starts_with("$aws/rules/") ? Disposition::Consume
                                                        : Disposition::Deliver;
    }
    std::vector<std::string> heard;
};

TEST(Session, ListenersHearEverythingAndMayConsume) {
    Ear ear;
    TestBroker broker(1, TestBroker::default_settings(), &ear);
    FakeClient client(broker, "c");
    client.connect().subscribe("$aws/#").value();
    client.publish("$aws/rules/r/t", "1");
    client.publish("$aws/other", "2");
    EXPECT_THAT(client.payloads(), ElementsAre("2"));
    EXPECT_THAT(ear.heard, ElementsAre("c $aws/rules/r/t 1", "c $aws/other 2"));
}

class Refusing final : public PublishListener {
public:
    bool wants(const Tenant&, std::string_view) const override { return true; }
    ListenerAnswer on_publish(const Publisher&, Route&, const Publication&, Keeping) override {
        return Disposition::Refuse;
    }
};

TEST(Session, WhatAListenerRefusesReachesNobody) {
    Refusing listener;
    TestBroker broker(1, TestBroker::default_settings(), &listener);
    FakeClient client(broker, "c");
    client.connect().subscribe("t", 2).value();
    EXPECT_EQ(client.publish("t", "1", 1).kept, Kept::No);
    EXPECT_EQ(client.publish_held("t", 5).kept, Kept::No);
    EXPECT_FALSE(client.lease.is_unreleased(5));
    EXPECT_THAT(client.payloads(), ElementsAre());
}

TEST(Session, BasicIngestIsForItsRuleAlone) {
    TestBroker broker;
    FakeClient client(broker, "c");
    client.connect().subscribe("$aws/#").value();
    client.subscribe("$share/g/$aws/#", 0).value();
    for (const char* topic : {"$aws/rules/r", "$aws/rules/r/t"}) {
        EXPECT_EQ(client.publish(topic, "x", 1).receivers, 0U) << topic;
    }
    client.publish("$aws/rulesx", "told");
    EXPECT_THAT(client.payloads(), ElementsAre("told", "told"));
}

}  // namespace
}  // namespace gatehouse::broker
