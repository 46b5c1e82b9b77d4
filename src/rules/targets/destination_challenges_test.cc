#include "rules/targets/destination_challenges.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "async/wake.h"
#include "net/loop_fixture.h"
#include "storage/async_resource_store.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::rules {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

class AnsweringHttpDoor final : public HttpDoor {
public:
    Result<void> may_sign(const AccountId&, const SigV4Terms&, std::string_view) const override {
        return fail(ErrorKind::NotAllowed, "no key");
    }
    Result<void> may_reach(const net::HttpUrl&) const override { return {}; }
    async::Task<Result<net::HttpResponse>> post(HttpPost post, Deadline) override {
        posts.push_back(std::move(post));
        if (status == 0) co_return fail(ErrorKind::Unavailable, "nobody is there");
        co_return net::HttpResponse{.status = status};
    }

    unsigned status = 200;
    std::vector<HttpPost> posts;
};

std::string written(const HttpPost& post) {
    std::string text = fmt::format("{}{}\n", post.url.authority(), post.url.target);
    for (const auto& [name, value] : post.headers.fields()) text += name + ": " + value + "\n";
    return text + "\n" + post.body;
}

TEST(DestinationChallenge, SaysWhatIsToBeConfirmed) {
    registry::DestinationChallenge challenge{
        .destination = {.tenant = {AccountId("123456789012"), Region("us-east-1")},
                        .id = "3f2b8c1e-0000-4000-8000-000000000000",
                        .confirmation_url = "https://a.example/in"},
        .token = "123456789012.us-east-1.x.00ff"};
    EXPECT_EQ(written(challenge_post(challenge, "https://iot.example:4566")),
              "a.example/in/?confirmationToken=123456789012.us-east-1.x.00ff\n"
              "User-Agent: gatehouse\n"
              "Content-Type: application/json\n"
              "x-amz-rules-engine-message-type: DestinationConfirmation\n"
              "x-amz-rules-engine-destination-arn: "
              "arn:aws:iot:us-east-1:123456789012:ruledestination/http/"
              "3f2b8c1e-0000-4000-8000-000000000000\n"
              "\n"
              R"({"arn":"arn:aws:iot:us-east-1:123456789012:ruledestination/http/)"
              R"(3f2b8c1e-0000-4000-8000-000000000000",)"
              R"("confirmationToken":"123456789012.us-east-1.x.00ff",)"
              R"("enableUrl":"https://iot.example:4566/confirmdestination/)"
              R"(123456789012.us-east-1.x.00ff","messageType":"DestinationConfirmation"})");
    challenge.destination.confirmation_url = "https://a.example/?key=1";
    EXPECT_EQ(challenge_post(challenge, "").url.target,
              "/?key=1&confirmationToken=123456789012.us-east-1.x.00ff");
    challenge.destination.confirmation_url = "https://a.example";
    EXPECT_EQ(challenge_post(challenge, "").url.target,
              "/?confirmationToken=123456789012.us-east-1.x.00ff");
}

class DestinationChallengesTest : public net::LoopFixture {
protected:
    // Makes a destination, challenges it, and answers the reason of its status then.
    std::string reason_after(unsigned status) {
        http.status = status;
        told.clear();
        std::string reason;
        tasks.start([](auto& self, auto& reason) -> async::Task<void> {
            auto made = co_await self.destinations->change(
                [&](registry::TopicRuleDestinationRecords& records) {
                    return records.create(
                        self.tenant, fmt::format("https://a.example/{}", self.http.posts.size()));
                });
            const std::string arn = made->destination.arn();
            self.challenges.send(std::move(*made), "https://10.0.0.1:4566");
            co_await async::sleep_until(self.loop,
                                        Deadline::after(self.clock, std::chrono::milliseconds(1)));
            co_await self.challenges.stop();
            const auto found = co_await self.destinations->read(
                [&](registry::TopicRuleDestinationRecords& records) {
                    return records.get(self.tenant, arn);
                });
            reason = found->status_reason;
        }(*this, reason));
        finish();
        return reason;
    }

    const Tenant tenant{AccountId("123456789012"), Region("us-east-1")};
    SeededRandom random{1};
    async::WorkerPool workers{{}};
    storage::MemoryResourceStore memory{clock};
    storage::AsyncResourceStore store{memory, workers};
    std::unique_ptr<registry::TopicRuleDestinations> destinations =
        registry::TopicRuleDestinations::load(store, {clock, random}).value();
    AnsweringHttpDoor http;
    std::string told;
    DestinationChallenges challenges{
        {loop, http,
         [this](const registry::TopicRuleDestination& destination, std::string_view why) {
             told = fmt::format("{}: {}", destination.confirmation_url, why);
         },
         "iot.example"}};
};

TEST_F(DestinationChallengesTest, TellTheOperatorAloneWhatBecameOfThem) {
    constexpr std::string_view said = "; no response received from the endpoint.";
    EXPECT_THAT(reason_after(200), EndsWith(said));
    EXPECT_EQ(told, "");
    EXPECT_THAT(reason_after(500), EndsWith(said));
    EXPECT_EQ(told, "https://a.example/1: the endpoint answered with status 500");
    EXPECT_THAT(reason_after(0), EndsWith(said));
    EXPECT_EQ(told, "https://a.example/2: nobody is there");
    ASSERT_EQ(http.posts.size(), 3u);
    EXPECT_THAT(http.posts[0].body, HasSubstr("https://iot.example:4566/confirmdestination/"))
        << "whatever host the caller asked";
}

}  // namespace
}  // namespace gatehouse::rules
