#include "registry/event_outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "registry/membership_records.h"
#include "registry/thing_group_records.h"
#include "registry/thing_records.h"
#include "registry/thing_type_records.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class EventOutboxTest : public ::testing::Test {
protected:
    void enable(std::initializer_list<std::string> kinds) {
        std::map<std::string, bool, std::less<>> enabled;
        for (const std::string& kind : kinds) enabled[kind] = true;
        const EventSettingsRecords::Parts parts;
        EventSettingsRecords(store_, parts).update(tenant_, enabled).value();
    }
    // The topics behind "$aws/events/", in the order of writing.
    std::vector<std::string> topics() {
        std::vector<std::string> topics;
        for (const WrittenEvent& event : written_events(store_, 100).value().events) {
            EXPECT_EQ(event.tenant, tenant_);
            topics.push_back(event.topic.substr(std::string_view("$aws/events/").size()));
        }
        return topics;
    }
    json::object payload(std::size_t index) {
        const auto written = written_events(store_, 100).value();
        return parse_json(written.events.at(index).payload, "the event").value().as_object();
    }

    const Tenant tenant_{AccountId("000000000000"), Region("us-east-1")};
    const ThingName lamp_{"lamp"};
    const ThingGroupName root_{"root"};
    const ThingGroupName child_{"child"};
    const ThingTypeName type_{"Lamp"};
    ManualClock clock_;
    SystemRandom random_;
    storage::MemoryResourceStore store_{clock_};
    EventOutbox outbox_{clock_, random_};
    ThingRecords::Parts thing_parts_{random_, outbox_};
    ThingRecords things_{store_, thing_parts_};
    ThingTypeRecords::Parts type_parts_{clock_, random_, {}, outbox_};
    ThingTypeRecords types_{store_, type_parts_};
    ThingGroupRecords::Parts group_parts_{random_, outbox_};
    ThingGroupRecords groups_{store_, group_parts_};
    MembershipRecords::Parts membership_parts_{outbox_};
    MembershipRecords memberships_{store_, membership_parts_};
};

TEST_F(EventOutboxTest, NothingIsWrittenUnlessItIsEnabled) {
    enable({"THING_GROUP"});
    things_.create(tenant_, {.name = lamp_}).value();
    types_.create(tenant_, {.name = type_}).value();
    EXPECT_THAT(topics(), IsEmpty());
    groups_.create(tenant_, {.name = root_}).value();
    groups_.create(tenant_, {.name = child_, .parent = root_}).value();
    memberships_.change(tenant_, lamp_, {.join = {child_}}).value();
    EXPECT_THAT(topics(), ElementsAre("thingGroup/root/created", "thingGroup/child/created"));
}

TEST_F(EventOutboxTest, OfThings) {
    enable({"THING", "THING_TYPE_ASSOCIATION"});
    types_.create(tenant_, {.name = type_}).value();
    const Thing lamp =
        things_.create(tenant_, {.name = lamp_, .type = type_, .attributes = {{"a", "1"}}}).value();
    // The same again changes nothing.
    things_.create(tenant_, {.name = lamp_, .type = type_, .attributes = {{"a", "1"}}}).value();
    things_.update(tenant_, lamp_, {.removes_type = true}).value();
    things_.remove(tenant_, lamp_, std::nullopt).value();
    EXPECT_THAT(
        topics(),
        ElementsAre("thing/lamp/created", "thingTypeAssociation/thing/lamp/thingType/Lamp/added",
                    "thing/lamp/updated", "thingTypeAssociation/thing/lamp/thingType/Lamp/removed",
                    "thing/lamp/deleted"));
    const json::object created = payload(0);
    EXPECT_EQ(created.at("eventType"), "THING_EVENT");
    EXPECT_EQ(created.at("operation"), "CREATED");
    EXPECT_EQ(created.at("accountId"), "000000000000");
    EXPECT_EQ(created.at("thingId").as_string(), lamp.id);
    EXPECT_EQ(created.at("thingTypeName"), "Lamp");
    EXPECT_EQ(created.at("attributes"), (json::object{{"a", "1"}}));
    EXPECT_EQ(created.at("versionNumber"), 1);
    EXPECT_EQ(payload(2).at("versionNumber"), 2);
    EXPECT_EQ(payload(2).at("thingTypeName"), nullptr);
    EXPECT_EQ(payload(1).at("operation"), "ADDED");
}

TEST_F(EventOutboxTest, OfGroupsAndTheirMembers) {
    enable({"THING_GROUP", "THING_GROUP_HIERARCHY", "THING_GROUP_MEMBERSHIP"});
    things_.create(tenant_, {.name = lamp_}).value();
    const ThingGroup root = groups_.create(tenant_, {.name = root_}).value();
    groups_.create(tenant_, {.name = child_, .parent = root_}).value();
    memberships_.change(tenant_, lamp_, {.join = {child_}}).value();
    groups_.update(tenant_, child_, {.description = "of lamps"}).value();
    groups_.remove(tenant_, child_, std::nullopt).value();
    EXPECT_THAT(topics(),
                ElementsAre("thingGroup/root/created", "thingGroup/child/created",
                            "thingGroupHierarchy/thingGroup/root/childThingGroup/child/added",
                            "thingGroupMembership/thingGroup/child/thing/lamp/added",
                            "thingGroup/child/updated",
                            "thingGroupMembership/thingGroup/child/thing/lamp/removed",
                            "thingGroup/child/deleted",
                            "thingGroupHierarchy/thingGroup/root/childThingGroup/child/removed"));
    EXPECT_EQ(payload(1).at("parentGroupId").as_string(), root.id);
    EXPECT_EQ(payload(1).at("rootToParentThingGroups"),
              (json::array{json::object{{"groupArn", root.arn()}, {"groupId", root.id}}}));
    EXPECT_EQ(payload(3).at("membershipId"), payload(5).at("membershipId"));
    EXPECT_EQ(payload(3).at("membershipId").as_string().size(), 36u);
}

TEST_F(EventOutboxTest, AThingThatIsDeletedLeavesItsGroups) {
    enable({"THING_GROUP_MEMBERSHIP"});
    things_.create(tenant_, {.name = lamp_}).value();
    groups_.create(tenant_, {.name = root_}).value();
    memberships_.change(tenant_, lamp_, {.join = {root_}}).value();
    things_.remove(tenant_, lamp_, std::nullopt).value();
    EXPECT_THAT(topics(), ElementsAre("thingGroupMembership/thingGroup/root/thing/lamp/added",
                                      "thingGroupMembership/thingGroup/root/thing/lamp/removed"));
}

TEST_F(EventOutboxTest, OfThingTypes) {
    enable({"THING_TYPE"});
    types_.create(tenant_, {.name = type_, .description = "lights"}).value();
    types_.create(tenant_, {.name = type_, .description = "lights"}).value();
    types_.deprecate(tenant_, type_).value();
    EXPECT_THAT(topics(), ElementsAre("thingType/Lamp/created", "thingType/Lamp/updated"));
    EXPECT_EQ(payload(0).at("deprecationDate"), nullptr);
    EXPECT_EQ(payload(1).at("isDeprecated"), true);
    EXPECT_EQ(payload(1).at("deprecationDate").as_int64(),
              clock_.wall_now().time_since_epoch().count());
}

}  // namespace
}  // namespace gatehouse::registry
