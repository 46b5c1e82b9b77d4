#include "server/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/command_fixture.h"

namespace gatehouse::server {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(Commands, AreListed) {
    const Outcome help = run({"help"});
    EXPECT_EQ(help.exit, Exit::Done);
    for (const Command& command : all_commands()) {
        EXPECT_THAT(help.out, HasSubstr(std::string(command.name)));
    }
    EXPECT_EQ(run({}).exit, Exit::WrongUse);
}

TEST(Commands, SuggestTheNearestName) {
    const Outcome outcome = run({"verson"});
    EXPECT_EQ(outcome.exit, Exit::WrongUse);
    EXPECT_THAT(outcome.err, HasSubstr("did you mean version?"));
}

TEST(Commands, RefuseWhatTheyDoNotKnow) {
    const Outcome outcome = run({"version", "--loud"});
    EXPECT_EQ(outcome.exit, Exit::WrongUse);
    EXPECT_THAT(outcome.err, StartsWith("gatehouse version: there is no flag --loud"));
    EXPECT_EQ(run({"version", "word"}).exit, Exit::WrongUse);
}

TEST(Commands, ExplainThemselves) {
    for (const Command& command : all_commands()) {
        const Outcome outcome = run({std::string(command.name), "--help"});
        EXPECT_EQ(outcome.exit, Exit::Done) << command.name;
        EXPECT_THAT(outcome.out, HasSubstr("usage: gatehouse " + std::string(command.name)));
    }
}

TEST(Commands, SettingsSaysWhatIsWrongWithThem) {
    const Outcome outcome = run({"settings", "--mqtt-port", "x"});
    EXPECT_EQ(outcome.exit, Exit::WrongUse);
    EXPECT_THAT(outcome.err, StartsWith("gatehouse settings: --mqtt-port: 'x' is not a port"));
}

TEST(Commands, EnvPointsAwsToolsAtTheServer) {
    const DataDirectory data;
    const Outcome outcome = run({"env", "--data-dir", data.path()});
    EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("export AWS_ENDPOINT_URL='http://127.0.0.1:4566'\n"));
    EXPECT_THAT(outcome.out, HasSubstr("export AWS_ACCESS_KEY_ID='AKIAEXAMPLE'\n"));
    EXPECT_THAT(outcome.out, HasSubstr("export AWS_SECRET_ACCESS_KEY='secret'\\''key'\n"));
    EXPECT_THAT(outcome.out, HasSubstr("export AWS_DEFAULT_REGION='eu-west-1'\n"));
    EXPECT_THAT(outcome.out, HasSubstr("aws() { command aws --endpoint-url"));
    EXPECT_THAT(outcome.out, Not(HasSubstr("AWS_CA_BUNDLE")));
}

TEST(Commands, EnvNamesTheCaWhenTheApiSpeaksTls) {
    DataDirectory data;
    data.ready_.api_url = "https://192.0.2.1:4566";
    data.save();
    EXPECT_THAT(run({"env", "--data-dir", data.path()}).out, HasSubstr("export AWS_CA_BUNDLE="));
}

TEST(Commands, EnvSaysWhenTheApiIsClosed) {
    DataDirectory data;
    data.ready_.api_url.clear();
    data.save();
    const Outcome outcome = run({"env", "--data-dir", data.path()});
    EXPECT_EQ(outcome.exit, Exit::Failed);
    EXPECT_THAT(outcome.err, HasSubstr("API is closed"));
}

TEST(Commands, FindTheServerByTheEnvironmentToo) {
    const DataDirectory data;
    EXPECT_EQ(run({"env"}, Environment({{"GATEHOUSE_DATA_DIR", data.path()}})).exit, Exit::Done);
    const Outcome outcome = run({"env"}, Environment({{"GATEHOUSE_DATA_DIR", "/nonexistent"}}));
    EXPECT_EQ(outcome.exit, Exit::Failed);
    EXPECT_THAT(outcome.err, HasSubstr("no server is running"));
}

}  // namespace
}  // namespace gatehouse::server
