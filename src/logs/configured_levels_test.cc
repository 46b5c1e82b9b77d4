#include "logs/configured_levels.h"

#include <gtest/gtest.h>

namespace gatehouse::logs {
namespace {

const Tenant tenant{AccountId("000000000000"), Region("us-east-1")};
const Tenant other{AccountId("111111111111"), Region("us-east-1")};

TEST(ConfiguredLevels, WithoutConfigurationTheFallbackHolds) {
    ConfiguredLevels levels(Level::Info);
    EXPECT_EQ(levels.level_for({.tenant = tenant}), Level::Info);
    const auto generation = levels.generation();
    levels.set_fallback(Level::Debug);
    EXPECT_EQ(levels.level_for({.tenant = tenant}), Level::Debug);
    EXPECT_NE(levels.generation(), generation);
    const auto now = levels.generation();
    levels.set_fallback(Level::Debug);
    EXPECT_EQ(levels.generation(), now) << "nothing changed";
}

TEST(ConfiguredLevels, TargetsComeBeforeTheDefaultAndTheMostVerboseHolds) {
    ConfiguredLevels levels(Level::Info);
    levels.set(tenant, {.default_level = Level::Warn,
                        .targets = {{{LevelTargetType::ClientId, "loud"}, Level::Debug},
                                    {{LevelTargetType::ClientId, "quiet"}, Level::Disabled},
                                    {{LevelTargetType::PrincipalId, "alice"}, Level::Info},
                                    {{LevelTargetType::SourceIp, "10.0.0.1"}, Level::Error},
                                    {{LevelTargetType::ThingGroup, "loud"}, Level::Info}}});
    EXPECT_EQ(levels.level_for({.tenant = tenant}), Level::Warn);
    EXPECT_EQ(levels.level_for({.tenant = tenant, .client_id = "loud"}), Level::Debug);
    EXPECT_EQ(levels.level_for({.tenant = tenant, .client_id = "quiet"}), Level::Disabled);
    EXPECT_EQ(levels.level_for({.tenant = tenant, .source_ip = "10.0.0.1"}), Level::Error);
    EXPECT_EQ(levels.level_for({.tenant = tenant,
                                .client_id = "quiet",
                                .principal_id = "alice",
                                .source_ip = "10.0.0.1"}),
              Level::Info);
    EXPECT_EQ(levels.level_for({.tenant = other, .client_id = "loud"}), Level::Info);
}

TEST(ConfiguredLevels, KnowsTheMostThatAnybodyHas) {
    ConfiguredLevels levels(Level::Info);
    EXPECT_EQ(levels.most_verbose(), Level::Info);
    levels.set(tenant, {.default_level = Level::Warn,
                        .targets = {{{LevelTargetType::ClientId, "loud"}, Level::Debug}}});
    EXPECT_EQ(levels.most_verbose(), Level::Debug);
    levels.set(tenant, {.default_level = Level::Debug, .all_disabled = true});
    EXPECT_EQ(levels.most_verbose(), Level::Info) << "the other tenants'";
    levels.set_fallback(Level::Error);
    EXPECT_EQ(levels.most_verbose(), Level::Error);
}

TEST(ConfiguredLevels, AllMayBeDisabled) {
    ConfiguredLevels levels(Level::Info);
    levels.set(tenant, {.default_level = Level::Debug,
                        .all_disabled = true,
                        .targets = {{{LevelTargetType::ClientId, "loud"}, Level::Debug}}});
    EXPECT_EQ(levels.level_for({.tenant = tenant, .client_id = "loud"}), Level::Disabled);
}

}  // namespace
}  // namespace gatehouse::logs
