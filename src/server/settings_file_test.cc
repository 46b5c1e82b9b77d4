#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/load_settings.h"

namespace gatehouse::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// What is wrong with the text, one line a problem.
std::vector<std::string> problems(const std::string& text) {
    const auto values = values_of_file({"g.toml", text});
    std::vector<std::string> lines;
    if (!values) {
        for (const Error& error : values.error()) lines.push_back(error.describe());
    }
    return lines;
}

TEST(SettingsFile, ReadsEveryType) {
    const auto values = values_of_file({"g.toml", R"(
allow-anonymous = true
accounts-max = 7
region = "eu-west-1"
host = ["0.0.0.0", "::"]
api-host = "127.0.0.1"
profile = "open"
mqtt-port = "off"
mqtts-port = 18883
[functions]
isolation = "none"
)"});
    ASSERT_TRUE(values);
    std::vector<std::string> shown;
    for (const GivenValue& given : *values) {
        shown.push_back(std::string(given.setting->name) + "=" +
                        show_value(*given.setting, given.value));
    }
    EXPECT_THAT(shown, testing::UnorderedElementsAre(
                           "allow-anonymous=true", "accounts-max=7", "region=eu-west-1",
                           "host=0.0.0.0,::", "api-host=127.0.0.1", "profile=open", "mqtt-port=off",
                           "mqtts-port=18883", "functions.isolation=none"));
}

TEST(SettingsFile, NamesLineAndNearestNameOfUnknownKeys) {
    EXPECT_THAT(problems("\nregoin = 'x'"),
                ElementsAre("g.toml:2:1: there is no setting regoin; did you mean region?"));
    EXPECT_THAT(problems("[functions]\nidle-second = 1"),
                ElementsAre("g.toml:2:1: there is no setting functions.idle-second; did you mean "
                            "functions.idle-seconds?"));
    EXPECT_THAT(problems("[function]\nidle-seconds = 1"),
                ElementsAre("g.toml:1:2: there is no group of settings [function]; did you mean "
                            "functions?"));
    EXPECT_THAT(problems("'functions.idle-seconds' = 1"), ElementsAre(HasSubstr("no setting")));
}

TEST(SettingsFile, RefusesWrongTypes) {
    EXPECT_THAT(problems("accounts-max = '7'"), ElementsAre(HasSubstr("here stands a text")));
    EXPECT_THAT(problems("accounts-max = 7.5"), ElementsAre(HasSubstr("here stands a fraction")));
    EXPECT_THAT(problems("accounts-max = -7"), ElementsAre(HasSubstr("a number from 1")));
    EXPECT_THAT(problems("allow-anonymous = 1"), ElementsAre(HasSubstr("true or false")));
    EXPECT_THAT(problems("region = 3"), ElementsAre(HasSubstr("text, in quotes")));
    EXPECT_THAT(problems("host = [1]"), ElementsAre(HasSubstr("here stands a number")));
    EXPECT_THAT(problems("host = []"), ElementsAre(HasSubstr("the list is empty")));
    EXPECT_THAT(problems("mqtt-port = 70000"), ElementsAre(HasSubstr("port number")));
    EXPECT_THAT(problems("data-dir = 2026-01-01"), ElementsAre(HasSubstr("date or time")));
}

TEST(SettingsFile, RefusesSettingsThatHaveNoPlaceInAFile) {
    EXPECT_THAT(problems("config = 'x'"), ElementsAre(HasSubstr("use the flag --config")));
}

TEST(SettingsFile, SaysWhereTheTextIsNotToml) {
    EXPECT_THAT(problems("region = 'a'\nregion = 'b'"), ElementsAre(HasSubstr("g.toml:2:")));
    EXPECT_THAT(problems("region"), ElementsAre(HasSubstr("g.toml:1:")));
    EXPECT_THAT(problems("\n[[:x]]"), ElementsAre(HasSubstr("g.toml:2:")));
    EXPECT_THAT(problems("region = \u00e9"), ElementsAre(HasSubstr("g.toml:1:10:")));
    EXPECT_THAT(problems("[.x]"), ElementsAre(HasSubstr("g.toml:1:")));
}

TEST(SettingsFile, ReportsEveryProblemInOrder) {
    EXPECT_THAT(problems("regoin = 1\n[logs]\nx = 1\n[functions]\nidle-seconds = 0"),
                ElementsAre(HasSubstr(":1:"), HasSubstr(":3:"), HasSubstr(":5:")));
}

}  // namespace
}  // namespace gatehouse::server
