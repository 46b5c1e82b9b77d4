#include "gateway/denial.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace gatehouse::gateway {
namespace {

using testing::HasSubstr;

authentication::Identity identity_with(std::string_view document, const Clock& clock) {
    auto parsed = policy::parse_document(document, policy::Dialect::IotPolicy);
    EXPECT_TRUE(parsed.has_value()) << parsed.error().describe();
    authentication::Identity identity;
    identity.policies =
        policy::compile({{"p", std::make_shared<const policy::Document>(std::move(*parsed))}},
                        policy::Variables().set_clock(clock), Tenant{});
    return identity;
}

// What was refused in the last moment is not described as allowed in the next.
TEST(Denial, DescribesTheMomentOfTheDecision) {
    ManualClock clock;  // 2026-01-01T00:00:00Z
    const auto identity = identity_with(
        R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:Publish",
            "Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2026-01-01"}}}})",
        clock);
    const auto refused = refused_of_publish(identity, "a", broker::Retain::No);
    ASSERT_TRUE(refused.has_value());
    clock.advance(std::chrono::seconds(1));
    EXPECT_FALSE(refused_of_publish(identity, "a", broker::Retain::No).has_value());
    const Denial denial = describe_denial(identity, *refused, "a");
    EXPECT_THAT(denial.sentence, HasSubstr("is not allowed"));
    EXPECT_THAT(denial.sentence, HasSubstr("the value is [2026-01-01T00:00:00Z]"));
    EXPECT_THAT(denial.json, HasSubstr(R"("decision":"implicit-deny")"));
}

TEST(Denial, RetainingTakesAPermissionOfItsOwn) {
    const ManualClock clock;
    const auto identity = identity_with(
        R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:Publish",
            "Resource":"*"}})",
        clock);
    EXPECT_FALSE(refused_of_publish(identity, "a", broker::Retain::No).has_value());
    const auto refused = refused_of_publish(identity, "a", broker::Retain::Yes);
    ASSERT_TRUE(refused.has_value());
    EXPECT_EQ(refused->action, policy::Action::RetainPublish);
}

}  // namespace
}  // namespace gatehouse::gateway
