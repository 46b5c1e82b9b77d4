#include "rules/rule_roles.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "async/run_to_end.h"
#include "iam/identity_records.h"
#include "storage/async_resource_store.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::rules {
namespace {

constexpr const char* role_name = "rules";
constexpr const char* any_rule = R"({"StringEquals":{"aws:SourceAccount":"123456789012"}})";
constexpr const char* role_arn = "arn:aws:iam::123456789012:role/rules";

class RuleRolesTest : public ::testing::Test {
protected:
    void make_role(const std::string& condition) {
        iam::Identity role{.name = {iam::IdentityKind::Role, role_name}};
        role.trust_policy = fmt::format(
            R"({{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole",
                "Principal":{{"Service":"iot.amazonaws.com"}},"Condition":{}}}]}})",
            condition);
        ASSERT_TRUE(identities.create(tenant, role));
        allow("iot:Publish");
    }
    void allow(const std::string& action) {
        ASSERT_TRUE(identities.put_policy(tenant, {iam::IdentityKind::Role, role_name}, "may",
                                          fmt::format(R"({{"Version":"2012-10-17","Statement":[
                {{"Effect":"Allow","Action":"{}","Resource":"*"}}]}})",
                                                      action)));
    }
    bool may(const std::string& rule, std::optional<RoleNeed> need) {
        const auto facts = std::make_shared<const RuleFacts>(
            RuleFacts{tenant, rule, "arn:aws:iot:eu-west-1:123456789012:rule/" + rule});
        return async::run_to_end(clock, roles.check(facts, role_arn, std::move(need))).has_value();
    }

    const Tenant tenant{AccountId("123456789012"), Region("eu-west-1")};
    const RoleNeed publish{"iot:Publish", "arn:aws:iot:eu-west-1:123456789012:topic/t"};
    ManualClock clock;
    SeededRandom random{1};
    async::WorkerPool workers{{}};
    storage::MemoryResourceStore memory{clock};
    storage::AsyncResourceStore store{memory, workers};
    iam::IdentityRecords::Parts parts{clock, random};
    iam::IdentityRecords identities{memory, parts};
    iam::KeyUses key_uses;
    iam::AccessJudge judge{store, clock, key_uses};
    iam::TemporaryKeys keys{clock, random};
    iam::RoleSessions sessions{store, judge, keys, clock};
    RuleRoles roles{sessions, clock};
};

TEST_F(RuleRolesTest, ARoleMayTrustOneRule) {
    make_role(R"({"ArnEquals":{"aws:SourceArn":"arn:aws:iot:eu-west-1:123456789012:rule/one"},
                  "StringEquals":{"aws:SourceAccount":"123456789012"}})");
    EXPECT_TRUE(may("one", publish));
    EXPECT_TRUE(may("one", std::nullopt));
    EXPECT_FALSE(may("two", publish)) << "whatever was answered to another";
    EXPECT_FALSE(may("two", std::nullopt));
}

TEST_F(RuleRolesTest, TrustIsNotAllThatIsNeeded) {
    make_role(any_rule);
    EXPECT_TRUE(may("one", publish));
    EXPECT_FALSE(may("one", RoleNeed{"s3:PutObject", "arn:aws:s3:::bucket/key"}));
    EXPECT_TRUE(may("one", std::nullopt));
}

TEST_F(RuleRolesTest, AnswersCountForSeconds) {
    make_role(any_rule);
    EXPECT_TRUE(may("one", publish));
    allow("iot:Connect");
    EXPECT_TRUE(may("one", publish));
    clock.advance(std::chrono::seconds(6));
    EXPECT_FALSE(may("one", publish));
}

}  // namespace
}  // namespace gatehouse::rules
