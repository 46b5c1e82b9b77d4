#include "server/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "server/commands/table.h"
#include "server/credentials_file.h"

namespace gatehouse::server {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// What a call of the program printed, and how it ended.
struct Outcome {
    Exit exit;
    std::string out;
    std::string err;
};

class Capture {
public:
    Capture() : file_(open_memstream(&text_, &size_)) {}
    ~Capture() {
        std::fclose(file_);
        std::free(text_);
    }
    std::FILE* file() { return file_; }
    std::string text() {
        std::fflush(file_);
        return {text_, size_};
    }

private:
    char* text_ = nullptr;
    std::size_t size_ = 0;
    std::FILE* file_;
};

Outcome run(std::vector<std::string> words, const Environment& environment = {}) {
    Capture out;
    Capture err;
    const Invocation invocation{"gatehouse", std::move(words), environment, out.file(), err.file()};
    const Exit exit = run_group(all_commands(), "About.", invocation);
    return {exit, out.text(), err.text()};
}

// A data directory with a ready file and credentials in it.
class DataDirectory {
public:
    DataDirectory() {
        std::string pattern = testing::TempDir() + "gatehouse-command-XXXXXX";
        path_ = mkdtemp(pattern.data());
        ready_.host = "127.0.0.1";
        ready_.api = 4566;
        ready_.api_url = "http://127.0.0.1:4566";
        ready_.region = "eu-west-1";
        ready_.data_dir = path_;
        ready_.ca = path_ + "/ca/it's.crt";
        save();
        std::ofstream(credentials_file_path(path_))
            << "[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret'key\n";
    }
    ~DataDirectory() { std::filesystem::remove_all(path_); }
    void save() const { EXPECT_TRUE(write_ready_file(ready_file_path(path_), ready_)); }
    const std::string& path() const { return path_; }

    ReadyFile ready_;

private:
    std::string path_;
};

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
