#include "authentication/shared_policies.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <vector>

namespace gatehouse::authentication {
namespace {

using policy::Action;

constexpr std::uint32_t characters_max = 400;

Credentials device_credentials(std::string client_id, std::string region = "us-east-1") {
    Credentials credentials;
    credentials.tenant = {AccountId("000000000000"), Region(std::move(region))};
    credentials.mqtt = MqttCredentials{.client_id = std::move(client_id)};
    return credentials;
}

std::vector<std::string> document_for(std::string_view resource, std::string_view more = "") {
    return {fmt::format(R"({{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow",
                             "Action": "iot:Publish",
                             "Resource": "arn:aws:iot:us-east-1:000000000000:{}"{}}}]}})",
                        resource, more)};
}

class SharedPoliciesTest : public testing::Test {
protected:
    CompiledPoliciesPtr policies_of(std::string client_id, const std::vector<std::string>& texts) {
        auto policies = shared_.policies_of(device_credentials(std::move(client_id)), texts);
        if (!policies) {
            ADD_FAILURE() << policies.error().describe();
            return nullptr;
        }
        return *policies;
    }

    ManualClock clock_;
    SharedPolicies shared_{{.characters_max = characters_max}, clock_};
};

bool may_publish(const CompiledPoliciesPtr& policies, std::string_view topic) {
    return policies->decide(Action::Publish, topic).allowed();
}

TEST_F(SharedPoliciesTest, OneIndexServesAllWithTheSameDocuments) {
    const auto one = policies_of("dev-1", document_for("topic/*"));
    const auto other = policies_of("dev-2", document_for("topic/*"));
    EXPECT_TRUE(one->shares_index_with(*other));
    EXPECT_TRUE(may_publish(other, "a"));
}

TEST_F(SharedPoliciesTest, VariablesAreEachConnectionsOwn) {
    const auto texts = document_for("topic/${iot:ClientId}/*");
    const auto one = policies_of("one", texts), other = policies_of("other", texts);
    EXPECT_TRUE(one->shares_index_with(*other));
    EXPECT_TRUE(may_publish(one, "one/a"));
    EXPECT_FALSE(may_publish(one, "other/a"));
    EXPECT_TRUE(may_publish(other, "other/a"));
    EXPECT_FALSE(may_publish(other, "one/a"));
}

TEST_F(SharedPoliciesTest, SoIsAClientIdThatWasWrittenOut) {
    const auto one = policies_of("dev-1", document_for("topic/dev-1/*"));
    const auto other = policies_of("dev-2", document_for("topic/dev-2/*"));
    EXPECT_TRUE(one->shares_index_with(*other));
    EXPECT_TRUE(may_publish(other, "dev-2/a"));
    EXPECT_FALSE(may_publish(other, "dev-1/a"));
    // Somebody else's id is text like any other.
    const auto third = policies_of("dev-3", document_for("topic/dev-1/*"));
    EXPECT_FALSE(third->shares_index_with(*one));
    EXPECT_TRUE(may_publish(third, "dev-1/a"));
    EXPECT_FALSE(may_publish(third, "dev-3/a"));
}

TEST_F(SharedPoliciesTest, NothingIsSharedThatAsksMoreOfTheConnection) {
    for (const auto& texts :
         {document_for("topic/*",
                       R"(, "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})"),
          document_for("topic/${iot:Connection.Thing.ThingName}"),
          document_for("topic/dev-1", R"(, "Sid": "dev-1")")}) {
        const auto one = policies_of("dev-1", texts), again = policies_of("dev-1", texts);
        EXPECT_FALSE(one->shares_index_with(*again)) << texts.front();
    }
}

TEST_F(SharedPoliciesTest, TenantsAreKeptApart) {
    const auto texts = document_for("topic/a");
    const auto one = policies_of("dev-1", texts);
    const auto other = shared_.policies_of(device_credentials("dev-1", "us-east-2"), texts);
    ASSERT_TRUE(other.has_value());
    EXPECT_TRUE(may_publish(one, "a"));
    EXPECT_FALSE(may_publish(*other, "a"));
}

// A template that a short client id made does not let a longer one over the limit.
TEST_F(SharedPoliciesTest, LimitsHoldForEachClientId) {
    const auto one = policies_of("dev-1", document_for("topic/dev-1/*"));
    const std::string long_id(characters_max, 'd');
    const auto result =
        shared_.policies_of(device_credentials(long_id), document_for("topic/" + long_id + "/*"));
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().kind, ErrorKind::TooLarge);
}

TEST_F(SharedPoliciesTest, ForgetsWhatNobodyHoldsAndIsBounded) {
    std::vector<CompiledPoliciesPtr> held;
    for (std::size_t i = 0; i < KnownIndexes::known_max; ++i) {
        held.push_back(policies_of("dev-1", document_for(fmt::format("topic/{}", i))));
    }
    const auto last = document_for("topic/last");
    const auto own = policies_of("dev-1", last);
    EXPECT_FALSE(own->shares_index_with(*policies_of("dev-1", last)));
    held.clear();
    const auto known = policies_of("dev-1", last);
    EXPECT_TRUE(known->shares_index_with(*policies_of("dev-1", last)));
}

}  // namespace
}  // namespace gatehouse::authentication
