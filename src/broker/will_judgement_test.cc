// Wills whose permission is found out when they are due, also after a restart.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/persisted_broker.h"

namespace gatehouse::broker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Whom wills ask, and who answers when the test says so.
struct Registry {
    std::vector<std::function<void(GuardAnswer)>> questions;
    std::vector<std::string> authors;  // of whom permits were wanted

    void answer(Permission permission) {
        for (auto& question : std::exchange(questions, {})) question({.permission = permission});
    }
};

class AskingPermit final : public WillPermit {
public:
    explicit AskingPermit(Registry& registry) : registry_(registry) {}
    std::optional<GuardAnswer> may_publish(const Will&) override { return std::nullopt; }
    void ask(const Will&, std::function<void(GuardAnswer)> answer) override {
        registry_.questions.push_back(std::move(answer));
    }

private:
    Registry& registry_;
};

class FixedPermit final : public WillPermit {
public:
    explicit FixedPermit(Permission permission) : permission_(permission) {}
    std::optional<GuardAnswer> may_publish(const Will&) override {
        return GuardAnswer{.permission = permission_};
    }
    void ask(const Will&, std::function<void(GuardAnswer)>) override {}

private:
    const Permission permission_;
};

struct Judge final : WillJudge {
    explicit Judge(Registry& registry) : registry(registry) {}
    std::unique_ptr<WillPermit> permit_of(const Tenant&, std::string_view client_id,
                                          std::string_view author) override {
        registry.authors.push_back(std::string(client_id) + " " + std::string(author));
        return author == "known" ? std::make_unique<AskingPermit>(registry) : nullptr;
    }
    Registry& registry;
};

class WillJudgement : public PersistedBroker {
protected:
    WillJudgement() { will_judge = &judge; }
    ~WillJudgement() override { stop(); }

    static AttachRequest with_will_of(const std::string& author, int qos = 1) {
        AttachRequest request = with_will();
        request.will->qos = static_cast<mqtt::Qos>(qos);
        request.will->author = author;
        return request;
    }
    FakeClient& watcher() {
        FakeClient& watcher = persistent("watcher");
        watcher.subscribe("will", 1).value();
        flush(watcher);
        return watcher;
    }
    // Until after the delay of all wills.
    void crash_and_wait() {
        crash();
        broker->advance(std::chrono::seconds(10));
    }
    std::int64_t wills_on_disk() const {
        return on_disk("SELECT count(*) FROM sessions WHERE length(will) != 0");
    }
    std::string last_payload(FakeClient& client) {
        const auto received = receive(client, 1);
        return received.empty() ? "nothing" : received.back().payload;
    }

    Registry registry;
    Judge judge{registry};
};

INSTANTIATE_TEST_SUITE_P(Loops, WillJudgement, ::testing::Values(1, 3));

TEST_P(WillJudgement, WaitsForTheAnswer) {
    FakeClient& online = watcher();
    for (const auto permission : {Permission::Denied, Permission::Allowed}) {
        AttachRequest request = with_will_of("known");
        request.will->permit = std::make_unique<AskingPermit>(registry);
        FakeClient& a = client("a").connect(std::move(request));
        a.disconnect(WillFate::Publish);
        broker->settle();
        EXPECT_THAT(online.take(), IsEmpty());
        ASSERT_THAT(registry.questions, SizeIs(1));
        registry.answer(permission);
        if (permission == Permission::Allowed) EXPECT_EQ(last_payload(online), "gone");
        flush(persistent("a"));
        EXPECT_THAT(online.take(), IsEmpty());
        EXPECT_TRUE(settles([&] { return wills_on_disk() == 0; }));
    }
}

// Whatever its QoS, and though its session ended.
TEST_P(WillJudgement, StaysOnDiskWhileTheAnswerIsNotKnown) {
    for (const int qos : {0, 1}) {
        watcher();
        AttachRequest request = with_will_of("known", qos);
        request.will->permit = std::make_unique<AskingPermit>(registry);
        FakeClient& a = client("a").connect(std::move(request));
        flush(a);
        a.disconnect(WillFate::Publish);
        flush(client("a").connect(CleanStart::Yes, 3600));
        registry.questions.clear();
        crash_and_wait();
        ASSERT_THAT(registry.questions, SizeIs(1)) << "asked again after the restart";
        EXPECT_THAT(registry.authors, ElementsAre("a known"));
        flush(persistent("other"));
        EXPECT_EQ(wills_on_disk(), 1) << "its session without a name waits for the answer, too";
        registry.questions.clear();
        crash_and_wait();
        ASSERT_THAT(registry.questions, SizeIs(1));
        FakeClient& again = persistent("watcher");
        registry.answer(Permission::Allowed);
        EXPECT_EQ(last_payload(again), "gone");
        flush(again);
        EXPECT_TRUE(settles([&] { return wills_on_disk() == 0; }));
        registry.authors.clear();
    }
}

TEST_P(WillJudgement, IsAskedAfterARestart) {
    for (const auto permission : {Permission::Denied, Permission::Allowed}) {
        watcher();
        AttachRequest request = with_will_of("known");
        request.will->delay_seconds = 5;
        request.will->permit = std::make_unique<FixedPermit>(Permission::Allowed);
        flush(client("a").connect(std::move(request)));
        crash_and_wait();
        FakeClient& again = persistent("watcher");
        ASSERT_THAT(registry.questions, SizeIs(1));
        registry.answer(permission);
        if (permission == Permission::Allowed) EXPECT_EQ(last_payload(again), "gone");
        flush(persistent("a"));
        EXPECT_THAT(again.take(), IsEmpty());
        EXPECT_TRUE(settles([&] { return wills_on_disk() == 0; }));
    }
}

// What nobody can be asked about: the policies that its client had last have decided.
TEST_P(WillJudgement, TheLastPoliciesCountWhereNobodyCanBeAsked) {
    for (const auto permission : {Permission::Denied, Permission::Allowed}) {
        watcher();
        AttachRequest request = with_will_of("unknown");
        request.will->delay_seconds = 5;
        request.will->permit = std::make_unique<FixedPermit>(Permission::Allowed);
        FakeClient& a = client("a").connect(std::move(request));
        a.lease.policies_changed(std::make_unique<FixedPermit>(Permission::Denied));
        a.lease.policies_changed(std::make_unique<FixedPermit>(permission));
        flush(a);
        crash_and_wait();
        FakeClient& again = persistent("watcher");
        EXPECT_THAT(registry.questions, IsEmpty());
        if (permission == Permission::Allowed) EXPECT_EQ(last_payload(again), "gone");
        flush(persistent("a"));
        EXPECT_THAT(again.take(), IsEmpty());
    }
}

}  // namespace
}  // namespace gatehouse::broker
