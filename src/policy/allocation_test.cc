// Deciding allocates nothing, whatever the document says.

#include <gtest/gtest.h>

#include "base/allocation_count.h"
#include "policy/compiled_policies.h"

namespace gatehouse::policy {
namespace {

TEST(Allocation, DecidingNeedsNone) {
    auto document = parse_document(
        R"({"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Action":"iot:*","Resource":["arn:aws:iot:*:*:topic/a/*/b?/${iot:ClientId}",
             "arn:aws:iot:*:*:*/x*", "arn:aws:iot:*:*:topic/*/only-here/*"],
             "Condition":{"ForAnyValue:StringLike":{"iot:ConnectAttributes":"Last*"},
                          "DateLessThan":{"aws:CurrentTime":"2030-01-01T00:00:00Z"},
                          "IpAddressIfExists":{"aws:VpcSourceIp":"10.0.0.0/8"}}},
            {"Effect":"Deny","Action":"iot:*","NotResource":["arn:aws:iot:*:*:*"]}]})",
        Dialect::IotPolicy);
    ASSERT_TRUE(document.has_value());
    const std::vector<PolicySource> sources{
        {"", std::make_shared<const Document>(std::move(*document))}};
    const ManualClock clock;
    const Variables variables =
        Variables().set("iot:ClientId", "client-with-a-long-name").set_clock(clock);
    auto packed = PackedPolicies::make(sources, variables, Tenant{});
    ASSERT_TRUE(packed.has_value());
    const CompiledPolicies own(std::move(*packed));
    const CompiledPolicies indexed(
        std::make_shared<const PolicyIndex>(sources, variables, Tenant{}));
    const std::array<std::string_view, 1> will{"LastWill"};
    const std::array<std::string_view, 1> address{"10.1.2.3"};
    const std::array<ContextEntry, 2> context{
        {{"iot:ConnectAttributes", will}, {"aws:VpcSourceIp", address}}};
    for (const CompiledPolicies* policies : {&own, &indexed}) {
        const std::uint64_t before = allocation_count();
        std::size_t allowed = 0;
        for (const std::string_view name : {"a/1/b2/client-with-a-long-name", "x", "1/only-here/2",
                                            "y:topic/1/only-here/2", "none"}) {
            for (std::size_t action = 0; action < action_count; ++action) {
                allowed +=
                    policies->decide(static_cast<Action>(action), name, context).allowed() ? 1 : 0;
            }
        }
        EXPECT_EQ(allocation_count(), before);
        EXPECT_GT(allowed, 0U);
    }
}

}  // namespace
}  // namespace gatehouse::policy
