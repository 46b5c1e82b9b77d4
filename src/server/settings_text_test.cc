#include "server/settings_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

namespace gatehouse::server {
namespace {

using testing::HasSubstr;

TEST(SettingsReference, IsTheFileInTheDocumentation) {
    std::ifstream file(GATEHOUSE_SOURCE_DIR "/docs/reference/settings.md");
    std::ostringstream text;
    text << file.rdbuf();
    EXPECT_EQ(text.str(), settings_reference())
        << "run: build/release/bin/gatehouse settings --markdown > docs/reference/settings.md";
}

TEST(SettingsList, HidesSecrets) {
    LoadedSettings loaded;
    loaded.origins.resize(all_settings().size());
    loaded.settings.root_secret_access_key = "do-not-show";
    const std::string text = list_settings(loaded);
    EXPECT_THAT(text, Not(HasSubstr("do-not-show")));
    EXPECT_THAT(text, HasSubstr("(set)"));
}

TEST(SettingsTable, HasOneNameForEachFlagVariableAndKey) {
    std::set<std::string> flags;
    std::set<std::string> variables;
    for (const Setting& setting : all_settings()) {
        EXPECT_TRUE(flags.insert(setting.flag()).second) << setting.name;
        EXPECT_TRUE(variables.insert(setting.variable()).second) << setting.name;
    }
}

// Container platforms set NAME_PORT and NAME_SERVICE_… for a service called NAME.
TEST(SettingsTable, HasNoNameThatContainerPlatformsInjectForOurOwn) {
    for (const Setting& setting : all_settings()) {
        EXPECT_NE(setting.variable(), "GATEHOUSE_PORT");
        EXPECT_FALSE(setting.variable().starts_with("GATEHOUSE_SERVICE")) << setting.name;
    }
}

TEST(SettingsTable, DefaultsKeepTheirOwnBounds) {
    for (const auto name : {ProfileName::Aws, ProfileName::AwsStrict, ProfileName::Open}) {
        const Settings settings{.profile = profile_named(name)};
        for (const Setting& setting : all_settings()) {
            const Value value = setting.read(settings);
            const bool is_unset = show_value(setting, value).empty();
            if (!is_unset) EXPECT_TRUE(check_value(setting, value)) << setting.name;
        }
    }
}

TEST(SettingsTable, EveryDefaultReadsBackFromItsText) {
    for (const Setting& setting : all_settings()) {
        const Value value = setting.read(Settings{});
        if (setting.name == "https-port") continue;  // "443 or 9443" is a default only
        const auto read = parse_value(setting, show_value(setting, value));
        ASSERT_TRUE(read) << setting.name;
        EXPECT_EQ(*read, value) << setting.name;
        Settings changed;
        setting.assign(changed, *read);
        EXPECT_EQ(setting.read(changed), value) << setting.name;
    }
}

// A field added to the profile without a setting could not be overridden.
TEST(SettingsTable, CoversTheWholeProfile) {
    std::size_t limits = 0;
    std::size_t behaviours = 0;
    for (const Setting& setting : all_settings()) {
        limits += setting.group() == "limits" ? 1 : 0;
        behaviours += setting.group() == "behaviour" ? 1 : 0;
    }
    EXPECT_EQ(limits, sizeof(Limits) / sizeof(std::uint32_t));
    EXPECT_EQ(behaviours, sizeof(Behaviour));
}

}  // namespace
}  // namespace gatehouse::server
