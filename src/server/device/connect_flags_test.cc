#include "server/device/connect_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "server/ready_file.h"

namespace gatehouse::server::device {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// A data directory of a server that runs here, and files to name in flags.
class ConnectFlags : public testing::Test {
protected:
    ConnectFlags() {
        std::string pattern = testing::TempDir() + "gatehouse-device-XXXXXX";
        folder_ = mkdtemp(pattern.data());
        ready_.host = "127.0.0.1";
        ready_.https = 9443;
        ready_.data_dir = folder_;
        ready_.ca = write("root-CA.crt", "a certificate");
        EXPECT_TRUE(write_ready_file(ready_file_path(folder_), ready_));
    }
    ~ConnectFlags() override { std::filesystem::remove_all(folder_); }

    std::string write(const std::string& name, std::string_view text) const {
        std::ofstream(folder_ + "/" + name) << text;
        return folder_ + "/" + name;
    }
    Result<ConnectWish> read(std::vector<std::string> words,
                             std::vector<std::pair<std::string, std::string>> variables = {}) {
        variables.emplace_back("GATEHOUSE_DATA_DIR", folder_);
        const auto arguments = Arguments::parse(connect_flags(), words, 0);
        if (!arguments) return fail(arguments.error());
        return read_connect_flags(*arguments, Environment(std::move(variables)), {"someone", 10});
    }
    std::string problem(std::vector<std::string> words) {
        const auto wish = read(std::move(words));
        return wish ? "(none)" : wish.error().message;
    }

    std::string folder_;
    ReadyFile ready_;
};

TEST_F(ConnectFlags, FindTheServerOfThisMachine) {
    const auto wish = read({});
    ASSERT_TRUE(wish) << wish.error().message;
    EXPECT_EQ(wish->plan.target,
              (Target{wish->plan.target.host, 9443, true, "mqtt", ready_.ca, true}));
    EXPECT_EQ(wish->plan.client_id, "someone");
    EXPECT_EQ(wish->plan.protocol, Protocol::V5);
    EXPECT_EQ(wish->plan.user_name, std::nullopt);
    EXPECT_EQ(wish->plan.password, std::nullopt);
    EXPECT_EQ(wish->patience.attempts_max, 10);
}

TEST_F(ConnectFlags, SayWhoConnectsAndHow) {
    const auto wish = read({"--username", "alice", "--password", "p w", "--authorizer", "A",
                            "--client-id", "basicPubSub", "--protocol", "3.1.1", "--alpn", "none",
                            "--endpoint", "mqtts://localhost:8884", "--attempts", "3"});
    ASSERT_TRUE(wish) << wish.error().message;
    EXPECT_EQ(wish->plan.target, (Target{"localhost", 8884, true, "", ready_.ca, true}));
    EXPECT_EQ(wish->plan.user_name, "alice?x-amz-customauthorizer-name=A");
    EXPECT_EQ(wish->plan.password, "p w");
    EXPECT_EQ(wish->plan.client_id, "basicPubSub");
    EXPECT_EQ(wish->plan.protocol, Protocol::V311);
    EXPECT_EQ(wish->patience.attempts_max, 3);
    EXPECT_TRUE(wish->named_authorizer);
}

TEST_F(ConnectFlags, TakeThePasswordFromWhereNobodySeesIt) {
    const std::string file = write("password", "s3cret\nsecond line");
    EXPECT_EQ(read({"--password-file", file})->plan.password, "s3cret");
    EXPECT_EQ(read({}, {{"DEVICE_PASSWORD", "hidden"}})->plan.password, "hidden");
    EXPECT_EQ(read({"--password", "p"}, {{"DEVICE_PASSWORD", "hidden"}})->plan.password, "p");
    EXPECT_THAT(problem({"--password", "p", "--password-file", file}), HasSubstr("two passwords"));
    EXPECT_THAT(problem({"--password-file", folder_ + "/none"}), HasSubstr("/none"));
}

TEST_F(ConnectFlags, RefuseWhatCannotBeMeant) {
    EXPECT_THAT(problem({"--protocol", "4"}), HasSubstr("3.1.1 and 5"));
    EXPECT_THAT(problem({"--attempts", "0"}), HasSubstr("--attempts 0: write a whole number"));
    EXPECT_THAT(problem({"--client-id", ""}), HasSubstr("--client-id"));
    EXPECT_THAT(problem({"--cafile", "/nonexistent"}), HasSubstr("/nonexistent cannot be read"));
    EXPECT_THAT(problem({"--cafile", write("no.crt", "hello\n")}), HasSubstr("no certificate"));
    EXPECT_THAT(problem({"--cafile", folder_}), HasSubstr("cannot be read"));
    EXPECT_THAT(problem({"--endpoint", "mqtt://h", "--alpn", "mqtt"}), HasSubstr("about TLS"));
    EXPECT_THAT(problem({"--data-dir", folder_ + "/none"}), HasSubstr("no server is running"));
}

TEST(Interval, IsReadInUnitsOfTime) {
    EXPECT_EQ(parse_interval("--interval", "2s").value(), 2s);
    EXPECT_EQ(parse_interval("--interval", "500ms").value(), 500ms);
    EXPECT_EQ(parse_interval("--interval", "1.5").value(), 1500ms);
    EXPECT_EQ(parse_interval("--interval", "2m").value(), 2min);
    EXPECT_EQ(parse_interval("--interval", "24h").value(), 24h);
    for (const auto text : {"", "s", "0s", "-1s", "2 s", "2x", "25h", "nan", "1e3s", "0.1ms"}) {
        EXPECT_FALSE(parse_interval("--interval", text)) << text;
    }
}

TEST(Counts, AreWholeNumbersFromOne) {
    EXPECT_EQ(parse_count("--count", "3").value(), 3u);
    for (const auto text : {"", "0", "-1", "1.5", "many", "18446744073709551616"}) {
        EXPECT_FALSE(parse_count("--count", text)) << text;
    }
    EXPECT_EQ(parse_qos("0").value(), Qos::AtMostOnce);
    EXPECT_FALSE(parse_qos("3"));
}

TEST(Topics, AreCheckedBeforeAnybodyConnects) {
    EXPECT_EQ(parse_topic_name("a/b").value(), "a/b");
    EXPECT_EQ(parse_topic_filter("a/+/#").value(), "a/+/#");
    EXPECT_EQ(parse_topic_name("a/#").error().message,
              "--topic 'a/#': Topic Name: must not contain the wildcards '+' and '#' "
              "[MQTT-3.3.2-2]");
    for (const auto* text : {"", "a/#/b", "a+"}) {
        EXPECT_FALSE(parse_topic_name(text)) << text;
        EXPECT_FALSE(parse_topic_filter(text)) << text;
    }
}

TEST(ClientIds, OfTwoCommandsDiffer) {
    SystemRandom random;
    EXPECT_NE(random_client_id("pub", random), random_client_id("pub", random));
    EXPECT_THAT(random_client_id("pub", random), testing::StartsWith("gatehouse-pub-"));
}

}  // namespace
}  // namespace gatehouse::server::device
