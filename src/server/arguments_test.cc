#include "server/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Words = std::vector<std::string>;

const std::vector<Flag> known{
    {"config", "FILE", "The file."}, {"follow", "", "Go on."}, {"endpoint", "NAME", "A name."}};

Result<Arguments> parse(const Words& words, std::size_t positional_max = 0) {
    return Arguments::parse(known, words, positional_max);
}

TEST(Arguments, TakeValuesAfterASpaceOrAnEqualsSign) {
    const auto arguments = parse({"--config", "a.toml", "--endpoint=b=c"});
    ASSERT_TRUE(arguments);
    EXPECT_EQ(arguments->value("config"), "a.toml");
    EXPECT_EQ(arguments->value("endpoint"), "b=c");
    EXPECT_EQ(arguments->value("follow"), std::nullopt);
}

TEST(Arguments, KeepEveryValueAndTheLastCounts) {
    const auto arguments = parse({"--endpoint", "a", "--endpoint", "b"});
    ASSERT_TRUE(arguments);
    EXPECT_THAT(arguments->values("endpoint"), ElementsAre("a", "b"));
    EXPECT_EQ(arguments->value("endpoint"), "b");
}

TEST(Arguments, SwitchesCanBeTurnedOffAgain) {
    EXPECT_TRUE(parse({"--follow"})->has("follow"));
    EXPECT_FALSE(parse({"--follow", "--no-follow"})->has("follow"));
    EXPECT_FALSE(parse({"--follow=false"})->has("follow"));
    EXPECT_FALSE(parse({})->has("follow"));
}

TEST(Arguments, AfterTwoDashesNothingIsAFlag) {
    const auto arguments = parse({"a", "--", "--config"}, 2);
    ASSERT_TRUE(arguments);
    EXPECT_THAT(arguments->positional(), ElementsAre("a", "--config"));
}

TEST(Arguments, RefuseUnknownFlagsAndNameTheNearest) {
    const auto arguments = parse({"--confg", "x"});
    ASSERT_FALSE(arguments);
    EXPECT_THAT(arguments.error().message, HasSubstr("did you mean --config?"));
    EXPECT_THAT(parse({"--zzzzzzzz"}).error().message, Not(HasSubstr("did you mean")));
    EXPECT_FALSE(parse({"--no-config"}));
}

TEST(Arguments, RefuseMissingValuesAndSuperfluousWords) {
    EXPECT_THAT(parse({"--config"}).error().message, HasSubstr("--config FILE"));
    EXPECT_THAT(parse({"one", "two"}, 1).error().message, HasSubstr("'two'"));
}

}  // namespace
}  // namespace gatehouse::server
