#include "indexing/indexing_configurations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/memory_resource_store.h"

namespace gatehouse::indexing {
namespace {

using Mode = ThingIndexing::Mode;

class IndexingConfigurationsTest : public ::testing::Test {
protected:
    registry::Outcome<void> update(const ThingIndexing& things) {
        return records_.update(tenant_, things, std::nullopt);
    }
    void expect_refused(const ThingIndexing& things) {
        const auto updated = update(things);
        ASSERT_FALSE(updated);
        EXPECT_EQ(updated.error().refusal, registry::Refusal::InvalidRequest);
    }

    const Tenant tenant_{AccountId("000000000000"), Region("us-east-1")};
    ManualClock clock_;
    storage::MemoryResourceStore store_{clock_};
    const IndexingConfigurationRecords::Parts parts_;
    IndexingConfigurationRecords records_{store_, parts_};
};

TEST_F(IndexingConfigurationsTest, IsKept) {
    EXPECT_EQ(records_.get(tenant_).value(), IndexingConfiguration());
    const ThingIndexing things{.mode = Mode::RegistryAndShadow,
                               .has_connectivity = true,
                               .has_named_shadows = true,
                               .custom_fields = {{"attributes.a", FieldType::Number},
                                                 {"shadow.reported.b.c", FieldType::Boolean}},
                               .shadow_names = {"one"},
                               .geo_locations = {{"shadow.reported.place", "LatLon"}}};
    update(things).value();
    const ThingGroupIndexing groups{.is_on = true,
                                    .custom_fields = {{"attributes.x", FieldType::String}}};
    records_.update(tenant_, std::nullopt, groups).value();
    EXPECT_EQ(records_.get(tenant_).value(), (IndexingConfiguration{things, groups}));
}

TEST_F(IndexingConfigurationsTest, Rules) {
    expect_refused({.mode = Mode::Off, .has_connectivity = true});
    expect_refused({.mode = Mode::Registry, .shadow_names = {"one"}});
    const auto with = [](std::string name) {
        return ThingIndexing{.mode = Mode::Registry,
                             .custom_fields = {{std::move(name), FieldType::String}}};
    };
    for (const char* name : {"thingName", "registry.version", "shadow.reported.a", "attributes.",
                             "attributes.a b", "deviceDefender.x"}) {
        SCOPED_TRACE(name);
        expect_refused(with(name));
    }
    update(with("attributes.a-b_c")).value();
    ThingIndexing many{.mode = Mode::Registry};
    for (int i = 0; i < 6; ++i) {
        many.custom_fields.push_back({"attributes.a" + std::to_string(i), FieldType::String});
    }
    expect_refused(many);
    expect_refused({.mode = Mode::Registry,
                    .custom_fields = {{"attributes.a", FieldType::String},
                                      {"attributes.a", FieldType::Number}}});
}

TEST_F(IndexingConfigurationsTest, SchemasAndFields) {
    IndexingConfiguration configuration;
    EXPECT_EQ(schema_of(configuration, IndexName::Things), "OFF");
    configuration.things.mode = Mode::Registry;
    EXPECT_EQ(schema_of(configuration, IndexName::Things), "REGISTRY");
    configuration.things.has_connectivity = true;
    EXPECT_EQ(schema_of(configuration, IndexName::Things), "REGISTRY_AND_CONNECTIVITY_STATUS");
    EXPECT_EQ(type_of(configuration, IndexName::Things, "connectivity.connected"),
              FieldType::Boolean);
    EXPECT_EQ(type_of(configuration, IndexName::Things, "thingTypeName"), FieldType::String);
    EXPECT_EQ(type_of(configuration, IndexName::Things, "attributes.a"), std::nullopt);
    EXPECT_TRUE(managed_fields(configuration.groups).empty());
}

}  // namespace
}  // namespace gatehouse::indexing
