#include "registry/topic_rule_destination_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/topic_rule_destination_directory.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::registry {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* url = "https://hooks.example/rules";

class DestinationRecordsTest : public ::testing::Test {
protected:
    TopicRuleDestinationRecords records() { return {store_, parts_}; }
    DestinationChallenge create(const std::string& at = url) {
        auto made = records().create(tenant_, at);
        EXPECT_TRUE(made) << made.error().message;
        return made.value_or(DestinationChallenge());
    }
    std::string status(const std::string& arn) {
        const auto found = records().get(tenant_, arn);
        if (!found) return found.error().message;
        return std::string(name_of_choice(found->status_at(clock_.wall_now())));
    }
    std::string posting_to(const std::string& at) {
        const auto directory = TopicRuleDestinationDirectory::read(store_).value();
        const auto checked = directory->check(tenant_, at);
        return checked ? "may" : checked.error().message;
    }

    ManualClock clock_;
    SeededRandom random_{7};
    storage::MemoryResourceStore store_{clock_};
    TopicRuleDestinationRecords::Parts parts_{.clock = clock_, .random = random_};
    const Tenant tenant_{AccountId("123456789012"), Region("us-east-1")};
};

TEST_F(DestinationRecordsTest, AreEnabledByTheirToken) {
    const auto made = create();
    const std::string arn = made.destination.arn();
    EXPECT_THAT(arn, StartsWith("arn:aws:iot:us-east-1:123456789012:ruledestination/http/"));
    EXPECT_EQ(status(arn), "IN_PROGRESS");
    EXPECT_EQ(made.destination.status_reason,
              "Awaiting confirmation. Confirmation message sent on 2026-01-01T00:00:00.000Z; no "
              "response received from the endpoint.");
    EXPECT_THAT(posting_to(url), HasSubstr("is IN_PROGRESS, not ENABLED"));
    std::string wrong = made.token;
    wrong.back() = wrong.back() == '0' ? '1' : '0';
    for (const std::string& token : {std::string(), std::string("a.b.c.d"), wrong,
                                     made.token.substr(0, made.token.rfind('.') + 1),
                                     made.token + "0", std::string(3000, '.')}) {
        const auto refused = records().confirm(token);
        ASSERT_FALSE(refused) << token;
        EXPECT_EQ(refused.error().refusal, Refusal::Unauthorized);
    }
    const auto confirmed = records().confirm(made.token);
    ASSERT_TRUE(confirmed) << confirmed.error().message;
    EXPECT_EQ(confirmed->arn(), arn);
    EXPECT_EQ(status(arn), "ENABLED");
    EXPECT_EQ(posting_to(url), "may");
    EXPECT_THAT(posting_to("https://hooks.example/"), StartsWith("no topic rule destination"));
    EXPECT_FALSE(records().confirm(made.token)) << "each token is good for once";
}

TEST_F(DestinationRecordsTest, TheTokenIsNotKept) {
    const auto made = create();
    const std::string secret = made.token.substr(made.token.rfind('.') + 1);
    EXPECT_EQ(secret.size(), 64u);
    ASSERT_TRUE(
        store_.scan(storage::Kind("topic-rule-destination"), [&](const storage::Record& record) {
            EXPECT_FALSE(record.body.contains(secret));
            EXPECT_TRUE(record.body.contains(made.destination.token_hash));
        }));
}

TEST_F(DestinationRecordsTest, AreDisabledAndEnabledAgain) {
    const auto made = create();
    const std::string arn = made.destination.arn();
    EXPECT_FALSE(records().enable(tenant_, arn)) << "it was not confirmed";
    EXPECT_FALSE(records().disable(tenant_, arn));
    ASSERT_TRUE(records().confirm(made.token));
    EXPECT_TRUE(records().enable(tenant_, arn)) << "it is";
    ASSERT_TRUE(records().disable(tenant_, arn));
    EXPECT_EQ(status(arn), "DISABLED");
    EXPECT_THAT(posting_to(url), HasSubstr("is DISABLED"));
    ASSERT_TRUE(records().enable(tenant_, arn));
    EXPECT_EQ(status(arn), "ENABLED");
}

TEST_F(DestinationRecordsTest, AreChallengedAnew) {
    const auto first = create();
    const std::string arn = first.destination.arn();
    const auto second = records().challenge(tenant_, arn);
    ASSERT_TRUE(second);
    EXPECT_NE(second->token, first.token);
    EXPECT_FALSE(records().confirm(first.token)) << "the last token counts";
    EXPECT_TRUE(records().confirm(second->token));
    const auto third = records().challenge(tenant_, arn);
    ASSERT_TRUE(third);
    EXPECT_EQ(status(arn), "IN_PROGRESS") << "until it is confirmed again";
}

TEST_F(DestinationRecordsTest, AreGivenUpInTime) {
    const auto made = create();
    const std::string arn = made.destination.arn();
    clock_.advance(confirmation_wait_max);
    EXPECT_EQ(status(arn), "IN_PROGRESS");
    clock_.advance(std::chrono::milliseconds(1));
    EXPECT_EQ(status(arn), "ERROR");
    EXPECT_THAT(records().get(tenant_, arn)->status_reason_at(clock_.wall_now()),
                StartsWith("Confirmation timed out."));
    EXPECT_FALSE(records().confirm(made.token));
    const auto again = records().challenge(tenant_, arn);
    ASSERT_TRUE(again);
    EXPECT_TRUE(records().confirm(again->token));
}

TEST_F(DestinationRecordsTest, WhatIsRefused) {
    for (const char* wrong : {"http://hooks.example/", "ftp://hooks.example/", "hooks.example",
                              "https://user@hooks.example/", "https://hooks.example/${topic()}"}) {
        const auto refused = records().create(tenant_, wrong);
        ASSERT_FALSE(refused) << wrong;
        EXPECT_EQ(refused.error().refusal, Refusal::InvalidRequest) << wrong;
    }
    EXPECT_FALSE(records().create(tenant_, "https://hooks.example/" + std::string(2000, 'a')));
    create();
    EXPECT_EQ(records().create(tenant_, url).error().refusal, Refusal::ResourceAlreadyExists);
    const Tenant other{AccountId("210987654321"), Region("us-east-1")};
    EXPECT_TRUE(records().create(other, url)) << "of another account";
    parts_.may_reach = [](const net::HttpUrl& asked) -> Result<void> {
        if (asked.host == "hooks.example") return {};
        return fail(ErrorKind::NotAllowed, "leads elsewhere");
    };
    EXPECT_TRUE(records().create(tenant_, "http://hooks.example/"));
    const auto elsewhere = records().create(tenant_, "https://127.0.0.1/");
    ASSERT_FALSE(elsewhere);
    EXPECT_EQ(elsewhere.error().refusal, Refusal::InvalidRequest);
    EXPECT_THAT(elsewhere.error().message, HasSubstr("leads elsewhere"));
}

TEST_F(DestinationRecordsTest, AreTheirTenants) {
    const auto made = create();
    const std::string arn = made.destination.arn();
    const Tenant other{AccountId("210987654321"), Region("us-east-1")};
    const auto refused = records().get(other, arn);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().refusal, Refusal::Unauthorized);
    EXPECT_EQ(refused.error().message, "Access to TopicRuleDestination '" + arn + "' was denied");
    EXPECT_TRUE(records().remove(other, arn)) << "there is none of theirs";
    EXPECT_EQ(status(arn), "IN_PROGRESS");
    for (const char* wrong : {"", "arn", "arn:aws:iot:us-east-1:123456789012:rule/a",
                              "arn:aws:iot:us-east-1:123456789012:ruledestination/http/x"}) {
        EXPECT_FALSE(records().get(tenant_, wrong)) << wrong;
    }
}

TEST_F(DestinationRecordsTest, AreListedAndDeleted) {
    const auto first = create();
    create("https://hooks.example/b");
    const auto page = records().list(tenant_, {.page_size = 1});
    ASSERT_TRUE(page);
    ASSERT_EQ(page->items.size(), 1u);
    const auto next = records().list(tenant_, {.page_size = 1, .marker = page->next_marker});
    ASSERT_TRUE(next);
    ASSERT_EQ(next->items.size(), 1u);
    EXPECT_NE(next->items[0].id, page->items[0].id);
    EXPECT_EQ(next->next_marker, "");
    ASSERT_TRUE(records().remove(tenant_, first.destination.arn()));
    ASSERT_TRUE(records().remove(tenant_, first.destination.arn()));
    EXPECT_FALSE(records().confirm(first.token));
    EXPECT_THAT(status(first.destination.arn()), StartsWith("Access to"));
    EXPECT_TRUE(records().create(tenant_, url)) << "its URL is free again";
}

TEST(Destinations, CoverWhatIsBelowThem) {
    const auto covers_it = [](const char* confirmation, const char* posted) {
        return covers(net::HttpUrl::parse(confirmation).value(),
                      net::HttpUrl::parse(posted).value());
    };
    EXPECT_TRUE(covers_it("https://a.example/in", "https://a.example/in"));
    EXPECT_TRUE(covers_it("https://a.example/in", "https://a.example/in/lamp?x=1"));
    EXPECT_TRUE(covers_it("https://a.example", "https://a.example:443/anything"));
    for (const char* posted :
         {"http://a.example/in", "https://a.example/other", "https://a.example.evil.example/in",
          "https://a.example:8443/in", "https://a.example/in/../other",
          "https://a.example/in/%2e%2E/other", "https://a.example/in/..", "https://a.example/in/.",
          "https://a.example/in\\..\\other", "https://a.example/in/%252e%252E/other",
          "https://a.example/in/%25252e./other", "https://a.example/in/%2525252525252561"}) {
        EXPECT_FALSE(covers_it("https://a.example/in", posted)) << posted;
    }
    EXPECT_TRUE(covers_it("https://a.example/in", "https://a.example/in?next=../x"));
    EXPECT_TRUE(covers_it("https://a.example/in", "https://a.example/in/100%25/a%2Fb/%zz"));
}

}  // namespace
}  // namespace gatehouse::registry
