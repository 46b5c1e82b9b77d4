#include "authentication/anonymous_identities.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "policy/compiled_policies.h"

namespace gatehouse::authentication {
namespace {

Credentials credentials_of(std::string client_id, std::string account = "000000000000") {
    Credentials credentials;
    credentials.tenant.account = AccountId(std::move(account));
    credentials.mqtt = MqttCredentials{.client_id = std::move(client_id)};
    return credentials;
}

// Anonymous clients that may publish to this topic of their own account.
AnonymousIdentities who_may_publish(std::string_view topic, std::string_view more = "") {
    const auto documents = policy::parse_documents(
        std::vector{fmt::format(R"({{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow",
                             "Action": "iot:Publish",
                             "Resource": "arn:aws:iot:*:000000000000:topic/{}"{}}}]}})",
                                topic, more)},
        policy::Dialect::IotPolicy);
    static const SystemClock clock;
    return AnonymousIdentities(documents.value(), clock);
}

bool may_publish(const IdentityPtr& identity, std::string_view topic) {
    return identity->policies->decide(policy::Action::Publish, topic).allowed();
}

TEST(AnonymousIdentities, AllOfATenantShareOneThatSpeaksOfNoneOfThem) {
    AnonymousIdentities identities = who_may_publish("a/*");
    const auto one = identities.identity_of(credentials_of("one"));
    EXPECT_EQ(one, identities.identity_of(credentials_of("other")));
    EXPECT_EQ(one->type, AuthenticationType::Anonymous);
    EXPECT_TRUE(may_publish(one, "a/b"));
    EXPECT_FALSE(may_publish(one, "b"));
}

TEST(AnonymousIdentities, OtherTenantsHaveTheirOwn) {
    AnonymousIdentities identities = who_may_publish("a/*");
    EXPECT_TRUE(may_publish(identities.identity_of(credentials_of("one")), "a/b"));
    EXPECT_FALSE(may_publish(identities.identity_of(credentials_of("one", "111111111111")), "a/b"));
}

TEST(AnonymousIdentities, VariablesAreEachClientsOwnAndTheRestIsShared) {
    AnonymousIdentities identities = who_may_publish("${iot:ClientId}");
    const auto one = identities.identity_of(credentials_of("one"));
    const auto other = identities.identity_of(credentials_of("other"));
    EXPECT_TRUE(one->policies->shares_index_with(*other->policies));
    EXPECT_TRUE(may_publish(one, "one"));
    EXPECT_FALSE(may_publish(other, "one"));
    EXPECT_TRUE(may_publish(other, "other"));
}

TEST(AnonymousIdentities, ConditionsAreJudgedForEachClient) {
    AnonymousIdentities identities =
        who_may_publish("a", R"(, "Condition": {"StringEquals": {"iot:ClientId": "one"}})");
    EXPECT_TRUE(may_publish(identities.identity_of(credentials_of("one")), "a"));
    EXPECT_FALSE(may_publish(identities.identity_of(credentials_of("other")), "a"));
}

TEST(AnonymousIdentities, MoreTenantsThanAreKeptAreServedTheSame) {
    AnonymousIdentities identities = who_may_publish("a");
    for (std::size_t i = 1; i <= AnonymousIdentities::tenants_max; ++i) {
        identities.identity_of(credentials_of("one", fmt::format("{:012}", i)));
    }
    const auto one = identities.identity_of(credentials_of("one"));
    EXPECT_NE(one, identities.identity_of(credentials_of("one")));
    EXPECT_TRUE(may_publish(one, "a"));
}

}  // namespace
}  // namespace gatehouse::authentication
