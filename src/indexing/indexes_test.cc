#include "indexing/indexes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "indexing/indexing_configurations.h"
#include "registry/billing_group_records.h"
#include "registry/membership_records.h"
#include "registry/thing_group_records.h"
#include "registry/thing_records.h"
#include "storage/memory_resource_store.h"
#include "storage/observed_resource_store.h"

namespace gatehouse::indexing {
namespace {

using registry::GroupKind;
using registry::Refusal;
using registry::ThingGroupName;
using registry::ThingName;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class IndexesTest : public ::testing::Test {
protected:
    void index(const ThingIndexing& things = {.mode = ThingIndexing::Mode::Registry,
                                              .has_connectivity = true}) {
        IndexingConfigurationRecords(store_, {})
            .update(tenant_, things, ThingGroupIndexing{.is_on = true})
            .value();
    }
    void make_thing(const std::string& name, registry::Texts attributes = {}) {
        things_.create(tenant_, {.name = ThingName(name), .attributes = std::move(attributes)})
            .value();
    }
    void make_group(const std::string& name, const std::string& query = "") {
        groups_.create(tenant_, {.name = ThingGroupName(name), .query = query}).value();
        clock_.advance(std::chrono::seconds(1));
    }
    void take_changes() {
        // Memberships that follow are noted, too.
        while (!noted_.empty()) {
            const NotedChanges changes = std::exchange(noted_, {});
            EXPECT_TRUE(indexes_.take(changes).empty());
        }
    }
    std::vector<std::string> find(const std::string& query) {
        take_changes();
        std::vector<std::string> names;
        const auto page = indexes_.search(tenant_, {.query = query});
        if (!page) return {page.error().message};
        for (const FoundThing& thing : page->things) names.push_back(thing.name);
        return names;
    }
    std::vector<std::string> members_of(const std::string& group) {
        take_changes();
        return memberships_
            .things_in(tenant_, ThingGroupName(group), registry::GroupReach::Itself, {})
            .value()
            .items;
    }
    void set_connected(const std::string& client, bool is_connected) {
        noted_.connectivity[{tenant_, client}] = {.is_connected = is_connected,
                                                  .since = clock_.wall_now(),
                                                  .reason = is_connected ? "" : "CONNECTION_LOST"};
    }

    const Tenant tenant_{AccountId("000000000000"), Region("us-east-1")};
    ManualClock clock_;
    SystemRandom random_;
    NotedChanges noted_;
    storage::MemoryResourceStore memory_{clock_};
    storage::ObservedResourceStore store_{
        memory_, [this](const storage::Batch& batch) { noted_.note(batch); }};
    registry::EventOutbox outbox_{clock_, random_};
    registry::ThingRecords::Parts thing_parts_{random_, outbox_};
    registry::ThingRecords things_{store_, thing_parts_};
    registry::ThingGroupRecords::Parts group_parts_{random_, outbox_};
    registry::ThingGroupRecords groups_{store_, group_parts_};
    registry::MembershipRecords::Parts membership_parts_{outbox_};
    registry::MembershipRecords memberships_{store_, membership_parts_};
    Indexes indexes_{store_, outbox_};
};

TEST_F(IndexesTest, WhatIsNotIndexedIsNotSearched) {
    make_thing("lamp");
    take_changes();
    EXPECT_EQ(indexes_.search(tenant_, {.query = "*"}).error().refusal, Refusal::IndexNotReady);
    index();
    EXPECT_THAT(find("*"), ElementsAre("lamp"));
    IndexingConfigurationRecords(store_, {})
        .update(tenant_, ThingIndexing(), ThingGroupIndexing())
        .value();
    take_changes();
    EXPECT_EQ(indexes_.search(tenant_, {.query = "*"}).error().refusal, Refusal::IndexNotReady);
}

TEST_F(IndexesTest, FollowsTheRegistry) {
    make_thing("old", {{"color", "red"}});
    make_group("hall");
    memberships_.change(tenant_, ThingName("old"), {.join = {ThingGroupName("hall")}}).value();
    index();
    EXPECT_THAT(find("thingGroupNames:hall"), ElementsAre("old"));
    make_thing("new", {{"color", "red"}});
    EXPECT_THAT(find("attributes.color:red"), ElementsAre("new", "old"));
    things_.update(tenant_, ThingName("old"), {.attributes = registry::Texts{{"color", "blue"}}})
        .value();
    EXPECT_THAT(find("attributes.color:red"), ElementsAre("new"));
    memberships_.change(tenant_, ThingName("old"), {.leave = {ThingGroupName("hall")}}).value();
    EXPECT_THAT(find("thingGroupNames:hall"), IsEmpty());
    things_.remove(tenant_, ThingName("new"), std::nullopt).value();
    EXPECT_THAT(find("*"), ElementsAre("old"));
}

TEST_F(IndexesTest, PagesAreOfOneSearchAndStayGood) {
    for (const char* name : {"a", "b", "c", "d"}) make_thing(name);
    index();
    take_changes();
    SearchQuestion question{.query = "*", .limit = 2};
    const auto first = indexes_.search(tenant_, question).value();
    ASSERT_EQ(first.things.size(), 2u);
    ASSERT_FALSE(first.next_token.empty());
    things_.remove(tenant_, ThingName("b"), std::nullopt).value();
    make_thing("aa");
    take_changes();
    question.token = first.next_token;
    const auto second = indexes_.search(tenant_, question).value();
    ASSERT_EQ(second.things.size(), 2u);
    EXPECT_EQ(second.things[0].name, "c");
    EXPECT_TRUE(second.next_token.empty());
    question.query = "a";
    EXPECT_EQ(indexes_.search(tenant_, question).error().refusal, Refusal::InvalidRequest);
    EXPECT_EQ(indexes_.search(tenant_, {.query = "(("}).error().refusal, Refusal::InvalidQuery);
}

TEST_F(IndexesTest, Connectivity) {
    make_thing("lamp");
    index();
    EXPECT_THAT(find("connectivity.connected:false"), ElementsAre("lamp"));
    set_connected("lamp", true);
    set_connected("stranger", true);
    EXPECT_THAT(find("connectivity.connected:true"), ElementsAre("lamp"));
    EXPECT_TRUE(indexes_.connectivity(tenant_, "lamp")->is_connected);
    set_connected("lamp", false);
    EXPECT_THAT(find("connectivity.disconnectReason:connection_lost"), ElementsAre("lamp"));
    // A client that was there before its thing was made.
    make_thing("stranger");
    EXPECT_THAT(find("connectivity.connected:true"), ElementsAre("stranger"));
    EXPECT_EQ(indexes_.connectivity(tenant_, "nobody").error().refusal, Refusal::ResourceNotFound);
    // What changes of the configuration forgets nothing.
    index({.mode = ThingIndexing::Mode::RegistryAndShadow, .has_connectivity = true});
    EXPECT_THAT(find("connectivity.connected:true"), ElementsAre("stranger"));
    EXPECT_THAT(find("connectivity.disconnectReason:*"), ElementsAre("lamp"));
    index({.mode = ThingIndexing::Mode::Registry});
    EXPECT_THAT(find("connectivity.connected:*"), IsEmpty());
    EXPECT_EQ(indexes_.connectivity(tenant_, "lamp").error().refusal, Refusal::IndexNotReady);
}

TEST_F(IndexesTest, Aggregations) {
    make_thing("a", {{"size", "1"}});
    make_thing("b", {{"size", "3"}});
    index({.mode = ThingIndexing::Mode::Registry,
           .custom_fields = {{"attributes.size", FieldType::Number}}});
    take_changes();
    const auto sizes =
        indexes_.aggregate(tenant_, {.query = "*", .field = "attributes.size"}).value();
    EXPECT_DOUBLE_EQ(sizes.statistics().numbers->average, 2);
    EXPECT_EQ(indexes_.aggregate(tenant_, {.query = "*"})->statistics().count, 2u);
    EXPECT_EQ(indexes_.aggregate(tenant_, {.query = "*", .field = "attributes.x"}).error().refusal,
              Refusal::InvalidAggregation);
}

TEST_F(IndexesTest, Groups) {
    make_group("root");
    groups_
        .create(tenant_, {.name = ThingGroupName("child"),
                          .parent = ThingGroupName("root"),
                          .description = "the child",
                          .attributes = {{"a", "1"}}})
        .value();
    index();
    take_changes();
    const SearchQuestion question{.index = IndexName::ThingGroups,
                                  .query = "parentGroupNames:root attributes.a>0"};
    const auto page = indexes_.search(tenant_, question).value();
    ASSERT_EQ(page.groups.size(), 1u);
    EXPECT_EQ(page.groups[0].name, "child");
    EXPECT_EQ(page.groups[0].description, "the child");
    EXPECT_THAT(page.groups[0].parents, ElementsAre("root"));
}

TEST_F(IndexesTest, ByVersion) {
    index();
    make_thing("old");
    make_thing("new");
    things_.update(tenant_, ThingName("new"), {.attributes = registry::Texts{{"a", "1"}}}).value();
    EXPECT_THAT(find("registry.version:1"), ElementsAre("old"));
    EXPECT_THAT(find("registry.version>1"), ElementsAre("new"));
    EXPECT_THAT(find("registry.version:[1 TO 2]"), ElementsAre("new", "old"));
    EXPECT_THAT(find("2"), IsEmpty()) << "no word of the thing";
    make_group("changed", "registry.version>1");
    EXPECT_THAT(members_of("changed"), ElementsAre("new"));
}

TEST_F(IndexesTest, NumbersAreEqualHoweverTheyAreWritten) {
    index({.mode = ThingIndexing::Mode::Registry,
           .custom_fields = {{"attributes.load", FieldType::Number},
                             {"attributes.release", FieldType::String}}});
    make_thing("t", {{"load", "20"}, {"release", "1.1"}});
    EXPECT_THAT(find("attributes.load:20.0"), ElementsAre("t"));
    EXPECT_THAT(find("attributes.load:21"), IsEmpty());
    EXPECT_THAT(find("attributes.release:1.1"), ElementsAre("t"));
    EXPECT_THAT(find("attributes.release:1.10"), IsEmpty()) << "a text";
}

TEST_F(IndexesTest, DynamicGroupsFollowTheirThings) {
    make_thing("a", {{"color", "red"}});
    make_thing("b", {{"color", "blue"}});
    index();
    make_group("reds", "attributes.color:red");
    EXPECT_THAT(members_of("reds"), ElementsAre("a"));
    EXPECT_THAT(find("thingGroupNames:reds"), ElementsAre("a"));
    things_.update(tenant_, ThingName("b"), {.attributes = registry::Texts{{"color", "red"}}})
        .value();
    EXPECT_THAT(members_of("reds"), ElementsAre("a", "b"));
    make_thing("c", {{"color", "red"}});
    things_.update(tenant_, ThingName("a"), {.attributes = registry::Texts{{"color", "green"}}})
        .value();
    EXPECT_THAT(members_of("reds"), ElementsAre("b", "c"));
    EXPECT_THAT(find("thingGroupNames:reds"), ElementsAre("b", "c"));
    groups_
        .update(tenant_, ThingGroupName("reds"),
                {.query = "attributes.color:green", .kind = GroupKind::Dynamic})
        .value();
    EXPECT_THAT(members_of("reds"), ElementsAre("a"));
    things_.remove(tenant_, ThingName("a"), std::nullopt).value();
    EXPECT_THAT(members_of("reds"), IsEmpty());
}

TEST_F(IndexesTest, ADynamicGroupGoesWithItsMemberships) {
    make_thing("a");
    index();
    make_group("all", "*");
    EXPECT_THAT(members_of("all"), ElementsAre("a"));
    EXPECT_FALSE(groups_.remove(tenant_, ThingGroupName("all"), std::nullopt));
    groups_.remove(tenant_, ThingGroupName("all"), std::nullopt, GroupKind::Dynamic).value();
    EXPECT_THAT(find("thingGroupNames:all"), IsEmpty());
    EXPECT_THAT(memberships_.groups_of(tenant_, ThingName("a"), {})->items, IsEmpty());
}

TEST_F(IndexesTest, AStaticGroupOfADynamicOnesNameIsNotFilled) {
    make_thing("lamp", {{"color", "red"}});
    index();
    make_group("red", "attributes.color:red");
    EXPECT_THAT(members_of("red"), ElementsAre("lamp"));
    groups_.remove(tenant_, ThingGroupName("red"), std::nullopt, GroupKind::Dynamic).value();
    make_group("red");
    // Both are taken in together.
    make_thing("hat", {{"color", "red"}});
    EXPECT_THAT(members_of("red"), IsEmpty());
    EXPECT_THAT(find("attributes.color:red"), ElementsAre("hat", "lamp"));
}

TEST_F(IndexesTest, ABillingGroupTakesNoPlaceOfADynamicGroup) {
    make_thing("lamp");
    index();
    for (int i = 0; i < 10; ++i) make_group(fmt::format("g{}", i), "thingName:lamp");
    EXPECT_THAT(members_of("g9"), ElementsAre("lamp"));
    registry::BillingGroupRecords::Parts parts{random_};
    registry::BillingGroupRecords billing(store_, parts);
    billing.create(tenant_, {.name = registry::BillingGroupName("costs")}).value();
    billing.add_thing(tenant_, registry::BillingGroupName("costs"), ThingName("lamp")).value();
    EXPECT_THAT(members_of("g9"), ElementsAre("lamp"));
    EXPECT_THAT(find("thingGroupNames:costs"), ElementsAre("lamp"));
}

TEST_F(IndexesTest, DynamicGroupsByConnectivity) {
    make_thing("a");
    index();
    make_group("online", "connectivity.connected:true");
    EXPECT_THAT(members_of("online"), IsEmpty());
    set_connected("a", true);
    EXPECT_THAT(members_of("online"), ElementsAre("a"));
    set_connected("a", false);
    EXPECT_THAT(members_of("online"), IsEmpty());
}

TEST_F(IndexesTest, NoDynamicGroupDependsOnAnother) {
    make_thing("a");
    index();
    make_group("all", "*");
    make_group("not-all", "NOT thingGroupNames:all");
    EXPECT_THAT(members_of("all"), ElementsAre("a"));
    EXPECT_THAT(members_of("not-all"), ElementsAre("a"));
}

TEST_F(IndexesTest, OldDynamicGroupsComeFirstAtTheLimit) {
    make_thing("a");
    index();
    for (int i = 0; i < 8; ++i) {
        make_group(fmt::format("s{}", i));
        memberships_
            .change(tenant_, ThingName("a"), {.join = {ThingGroupName(fmt::format("s{}", i))}})
            .value();
    }
    for (const char* name : {"z-first", "second", "a-third"}) make_group(name, "*");
    EXPECT_THAT(members_of("z-first"), ElementsAre("a"));
    EXPECT_THAT(members_of("second"), ElementsAre("a"));
    EXPECT_THAT(members_of("a-third"), IsEmpty());
    make_group("s8");
    const registry::MembershipChange change{.join = {ThingGroupName("s8")}};
    EXPECT_FALSE(memberships_.change(tenant_, ThingName("a"), change));
    registry::MembershipChange overriding = change;
    overriding.at_the_limit = registry::MembershipChange::AtTheLimit::LeaveNewestDynamic;
    memberships_.change(tenant_, ThingName("a"), overriding).value();
    EXPECT_THAT(members_of("second"), IsEmpty());
    EXPECT_THAT(members_of("z-first"), ElementsAre("a"));
}

TEST_F(IndexesTest, NobodyIsPutIntoADynamicGroup) {
    make_thing("a");
    index();
    make_group("none", "no.such.field:*");
    const auto joined =
        memberships_.change(tenant_, ThingName("a"), {.join = {ThingGroupName("none")}});
    ASSERT_FALSE(joined);
    EXPECT_EQ(joined.error().refusal, Refusal::InvalidRequest);
    const auto child = groups_.create(
        tenant_, {.name = ThingGroupName("child"), .parent = ThingGroupName("none")});
    ASSERT_FALSE(child);
    EXPECT_EQ(child.error().refusal, Refusal::InvalidRequest);
    EXPECT_FALSE(groups_.update(tenant_, ThingGroupName("none"), {.description = "x"}));
}

}  // namespace
}  // namespace gatehouse::indexing
