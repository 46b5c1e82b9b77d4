#include "registry/provisioning_needs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Tenant tenant{AccountId("111111111111"), Region("us-east-1")};

std::string arn(const std::string& resource) {
    return "arn:aws:iot:us-east-1:111111111111:" + resource;
}

std::vector<std::string> texts_of(const ProvisioningPlan& plan) {
    std::vector<std::string> texts;
    for (const ProvisioningNeed& need : needs_of(tenant, plan)) {
        std::string text = need.action;
        for (const std::string& resource : need.resources) text += " " + resource;
        texts.push_back(text);
    }
    return texts;
}

PlannedThing lamp() {
    return {.name = ThingName("lamp")};
}

TEST(ProvisioningNeeds, OfAThing) {
    EXPECT_THAT(texts_of({}), IsEmpty());
    ProvisioningPlan plan{.thing = lamp()};
    plan.thing->attributes = Texts{{"a", "1"}};
    plan.thing->groups = {ThingGroupName("hall"), ThingGroupName("EU")};
    plan.thing->billing_group = BillingGroupName("b");
    const std::string thing = arn("thing/lamp");
    EXPECT_THAT(texts_of(plan),
                ElementsAre("iot:CreateThing " + thing,
                            "iot:AddThingToThingGroup " + thing + " " + arn("thinggroup/hall"),
                            "iot:AddThingToThingGroup " + thing + " " + arn("thinggroup/EU"),
                            "iot:AddThingToBillingGroup " + thing + " " + arn("billinggroup/b")));
}

TEST(ProvisioningNeeds, OfAThingThatMayBeThere) {
    const std::string thing = arn("thing/lamp");
    ProvisioningPlan plan{.thing = lamp()};
    plan.thing->on_attributes = Override::Merge;
    EXPECT_THAT(texts_of(plan), ElementsAre("iot:CreateThing " + thing)) << "it names none";
    plan.thing->attributes.emplace();
    EXPECT_THAT(texts_of(plan),
                ElementsAre("iot:CreateThing " + thing, "iot:UpdateThing " + thing));
    plan.thing = lamp();
    plan.thing->type = ThingTypeName("bulb");
    plan.thing->on_type = Override::Replace;
    plan.thing->groups.emplace();
    plan.thing->on_groups = Override::Replace;
    plan.thing->may_leave = std::vector{ThingGroupName("former")};
    EXPECT_THAT(texts_of(plan), ElementsAre("iot:CreateThing " + thing, "iot:UpdateThing " + thing,
                                            "iot:RemoveThingFromThingGroup " + thing + " " +
                                                arn("thinggroup/former")));
}

TEST(ProvisioningNeeds, OfACertificateThatIsMade) {
    ProvisioningPlan plan{.thing = lamp(), .certificate = PlannedCertificate()};
    plan.certificate->source = CertificateSource::SigningRequest;
    plan.policies = {{.name = PolicyName("Fleet")}, {.name = PolicyName("p"), .document = "{}"}};
    EXPECT_THAT(
        texts_of(plan),
        ElementsAre("iot:CreateThing " + arn("thing/lamp"), "iot:CreateCertificateFromCsr *",
                    "iot:CreatePolicy " + arn("policy/p"), "iot:AttachPolicy " + arn("cert/*"),
                    "iot:AttachThingPrincipal " + arn("cert/*")));
}

TEST(ProvisioningNeeds, OfACertificateThatIsThere) {
    const std::string id(64, 'a');
    ProvisioningPlan plan{.certificate = PlannedCertificate{.text = id}};
    EXPECT_THAT(texts_of(plan), ElementsAre("iot:UpdateCertificate " + arn("cert/" + id)));
    plan.policies = {{.name = PolicyName("Fleet")}};
    plan.certificate->source = CertificateSource::Pem;
    plan.certificate->text = "no certificate";
    EXPECT_THAT(texts_of(plan),
                ElementsAre("iot:RegisterCertificate *", "iot:UpdateCertificate " + arn("cert/*"),
                            "iot:AttachPolicy " + arn("cert/*")));
}

}  // namespace
}  // namespace gatehouse::registry
