#include "server/ready_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "server/credentials_file.h"

namespace gatehouse::server {
namespace {

using testing::HasSubstr;

ReadyFile example() {
    return {.host = "127.0.0.1",
            .mqtt = 1883,
            .mqtts = 8883,
            .https = 9443,
            .https_mtls = std::nullopt,
            .api = 4566,
            .api_url = "http://127.0.0.1:4566",
            .ca = "/d/ca/root-CA.crt",
            .api_ca = "/d/ca/local-CA.crt",
            .endpoint = "localhost",
            .account = "000000000000",
            .region = "us-east-1",
            .data_dir = "/d",
            .pid = 4711,
            .version = "0.1.0"};
}

TEST(ReadyFile, ReadsBackWhatWasWritten) {
    std::string pattern = testing::TempDir() + "gatehouse-ready-XXXXXX";
    const std::string folder = mkdtemp(pattern.data());
    const std::string path = ready_file_path(folder);
    ASSERT_TRUE(write_ready_file(path, example()));
    ASSERT_TRUE(write_ready_file(path, example()));  // replaces
    const auto read = read_ready_file(path);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, example());
    const auto files = std::filesystem::directory_iterator(folder);
    EXPECT_EQ(std::distance(begin(files), end(files)), 1) << "a draft was left behind";
    std::filesystem::remove_all(folder);
}

TEST(ReadyFile, IsOneLineOfJson) {
    EXPECT_THAT(to_json(example()), HasSubstr(R"("https":9443,"https_mtls":null,"api":4566)"));
    EXPECT_THAT(to_json(example()), Not(HasSubstr("\n")));
}

TEST(ReadyFile, SaysWhatDoesNotFit) {
    EXPECT_THAT(parse_ready_file("{}").error().message, HasSubstr("host is not there"));
    EXPECT_THAT(parse_ready_file("[]").error().message, HasSubstr("not an object"));
    EXPECT_FALSE(parse_ready_file("{"));
    std::string text = to_json(example());
    text.replace(text.find("1883"), 4, "99999");
    EXPECT_THAT(parse_ready_file(text).error().message, HasSubstr("mqtt is not a port or null"));
}

TEST(ReadyFile, MissingMeansNoServer) {
    const auto read = read_ready_file("/nonexistent/ready.json");
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, ErrorKind::NotFound);
    EXPECT_THAT(read.error().message, HasSubstr("gatehouse serve"));
}

TEST(ReadyFile, FailsWhereNothingCanBeWritten) {
    EXPECT_FALSE(write_ready_file("/nonexistent/ready.json", example()));
}

TEST(CredentialsFile, ReadsTheDefaultProfile) {
    const AccessKey key{"AKIAEXAMPLE", "wJalr/K7=+x"};
    EXPECT_EQ(parse_credentials_file("[other]\naws_access_key_id=x\naws_secret_access_key=y\n"
                                     "# note\n[default]\r\n aws_access_key_id = AKIAEXAMPLE\r\n"
                                     "aws_secret_access_key=wJalr/K7=+x"),
              key);
}

TEST(CredentialsFile, RefusesWithoutQuotingIt) {
    const auto parsed = parse_credentials_file("[default]\naws_secret_access_key = hidden");
    ASSERT_FALSE(parsed);
    EXPECT_THAT(parsed.error().message, Not(HasSubstr("hidden")));
}

}  // namespace
}  // namespace gatehouse::server
