#include "rules/targets/target_declarations.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::rules {
namespace {

using ::testing::HasSubstr;

Result<TargetDeclarations> read(std::string_view text) {
    return parse_target_declarations(text, "/etc/gatehouse",
                                     {AccountId("123456789012"), Region("eu-west-1")});
}

std::string problem_of_endpoint(std::string_view members) {
    const auto declared = read(fmt::format(
        R"({{"endpoints": {{"s3": {{"accessKeyId": "A", "secretAccessKey": "S", {}}}}}}})",
        members));
    return declared ? "" : declared.error().message;
}

TEST(TargetDeclarations, NameEndpointsAndKeys) {
    const auto declared = read(R"({
        "endpoints": {
            "s3": {"url": "https://minio.example:9000", "region": "us-east-1",
                   "accessKeyId": "A", "secretAccessKey": "S", "caFile": "minio.pem"},
            "*": {"url": "http://127.0.0.1:4566", "accessKeyId": "B", "secretAccessKey": "T",
                  "sessionToken": "K"}},
        "httpSigning": {"accessKeyId": "C", "secretAccessKey": "U", "services": ["execute-api"],
                        "hosts": ["a.example", "*.b.example", "::1"]},
        "httpCaFile": "own.pem"})");
    ASSERT_TRUE(declared) << declared.error().message;
    const auto* s3 = declared->endpoint_of(AwsService::S3);
    ASSERT_NE(s3, nullptr);
    EXPECT_EQ(s3->url.shown(), "https://minio.example:9000/");
    EXPECT_EQ(s3->region, Region("us-east-1"));
    EXPECT_EQ(s3->key.access_key_id.view(), "A");
    EXPECT_EQ(s3->key.secret, "S");
    EXPECT_EQ(s3->ca_file, "/etc/gatehouse/minio.pem");
    const auto* other = declared->endpoint_of(AwsService::Timestream);
    ASSERT_NE(other, nullptr);
    EXPECT_EQ(other->url.port, 4566);
    EXPECT_EQ(other->region, Region("eu-west-1"));
    EXPECT_EQ(other->key.session_token, "K");
    ASSERT_TRUE(declared->http_signing);
    EXPECT_EQ(declared->http_signing->key.secret, "U");
    EXPECT_EQ(declared->http_signing->services, std::set<std::string>{"execute-api"});
    EXPECT_TRUE(declared->http_signing->is_for_host("x.b.example"));
    EXPECT_TRUE(declared->http_signing->is_for_host("::1"));
    EXPECT_FALSE(declared->http_signing->is_for_host("b.example"));
    EXPECT_EQ(declared->http_ca_file, "/etc/gatehouse/own.pem");
    EXPECT_EQ(declared->accounts, std::set<AccountId>{AccountId("123456789012")});
    EXPECT_EQ(read("{}")->endpoint_of(AwsService::S3), nullptr);
    EXPECT_EQ(read(R"({"accounts": ["111122223333"]})")->accounts,
              std::set<AccountId>{AccountId("111122223333")});
}

TEST(TargetDeclarations, SayWhatIsWrongWithThem) {
    EXPECT_EQ(problem_of_endpoint(R"("url": "https://a.example")"), "");
    EXPECT_THAT(problem_of_endpoint(R"("region": "us-east-1")"),
                HasSubstr("'endpoints.s3.url' is missing"));
    EXPECT_THAT(problem_of_endpoint(R"("url": "http://a.example")"), HasSubstr("over http"));
    EXPECT_EQ(problem_of_endpoint(R"("url": "http://a.example", "allowPlainHttp": true)"), "");
    EXPECT_THAT(problem_of_endpoint(R"("url": "https://a.example/path")"),
                HasSubstr("end with host and port"));
    EXPECT_THAT(problem_of_endpoint(R"("url": "a.example")"), HasSubstr("cannot be used"));
    EXPECT_THAT(problem_of_endpoint(R"("url": "https://a.example", "regoin": "x")"),
                HasSubstr("did you mean 'region'?"));
    EXPECT_THAT(problem_of_endpoint(R"("url": "https://a.example", "region": "A B")"),
                HasSubstr("cannot be a region"));
    EXPECT_THAT(problem_of_endpoint(R"("url": "https://a.example", "sessionToken": "a b")"),
                HasSubstr("cannot be a token"));
    EXPECT_THAT(problem_of_endpoint(R"("url": "http://localhost", "caFile": "x")"),
                HasSubstr("no effect"));
    EXPECT_THAT(read(R"({"endpoints": {"s4": {}}})").error().message,
                HasSubstr("there are s3, sqs, "));
    EXPECT_THAT(read(R"({"endpoint": {}})").error().message, HasSubstr("is not known"));
    EXPECT_THAT(read(R"({"httpSigning": {"accessKeyId": "A"}})").error().message,
                HasSubstr("'httpSigning.secretAccessKey' is missing"));
    const std::string signing = R"({"httpSigning": {"accessKeyId": "A", "secretAccessKey": "S")";
    EXPECT_THAT(read(signing + R"(, "services": ["es"]}})").error().message,
                HasSubstr("'httpSigning.hosts' is missing"));
    EXPECT_THAT(read(signing + R"(, "hosts": ["a.example"]}})").error().message,
                HasSubstr("'httpSigning.services' is missing"));
    for (const char* hosts : {"[]", R"("a.example")", "[1]", R"(["https://a.example"])", R"(["*"])",
                              R"(["a.*.example"])", R"(["a.example:443"])", R"(["a/b"])"}) {
        EXPECT_THAT(
            read(signing + R"(, "services": ["es"], "hosts": )" + hosts + "}}").error().message,
            HasSubstr("'httpSigning.hosts' has to"))
            << hosts;
    }
    EXPECT_FALSE(read(R"({"endpoints": {}, "endpoints": {}})"));
    for (const char* accounts : {"[]", R"(["1"])", R"("111122223333")", "[1]"}) {
        EXPECT_FALSE(read(fmt::format(R"({{"accounts": {}}})", accounts))) << accounts;
    }
    EXPECT_FALSE(read("[]"));
    EXPECT_FALSE(read("{"));
}

std::string problem_of_files(std::string_view members) {
    const auto declared = read(fmt::format(R"({{"files": {{{}}}}})", members));
    return declared ? "" : declared.error().message;
}

TEST(TargetDeclarations, NameFolders) {
    const auto declared = read(R"({
        "files": {
            "archive": {"folder": "/srv/archive/", "bytesMax": 4096, "filesMax": 1, "pathsMax": 7,
                        "accounts": ["111122223333"]},
            "own": {"folder": "own"}},
        "accounts": ["210987654321"]})");
    ASSERT_TRUE(declared) << declared.error().message;
    const DeclaredFolder& archive = declared->folders.at("archive");
    EXPECT_EQ(archive.folder, "/srv/archive");
    EXPECT_EQ(archive.file_bytes_max, 4096U);
    EXPECT_EQ(archive.files_max, 1U);
    EXPECT_EQ(archive.paths_max, 7U);
    EXPECT_EQ(archive.accounts, std::set<AccountId>{AccountId("111122223333")});
    const DeclaredFolder& own = declared->folders.at("own");
    EXPECT_EQ(own.folder, "/etc/gatehouse/own");
    EXPECT_EQ(own.file_bytes_max, 104'857'600U);
    EXPECT_EQ(own.files_max, 10U);
    EXPECT_EQ(own.accounts, std::set<AccountId>{AccountId("210987654321")});
    EXPECT_THAT(problem_of_files(R"("a": {})"), HasSubstr("'files.a.folder' is missing"));
    EXPECT_THAT(problem_of_files(R"("a": {"folder": "/x", "bytesMax": 1})"),
                HasSubstr("'files.a.bytesMax' has to be a whole number of 4096 to"));
    EXPECT_THAT(problem_of_files(R"("a": {"folder": "/x", "filesMax": "2"})"),
                HasSubstr("'files.a.filesMax' has to"));
    EXPECT_THAT(problem_of_files(R"("a": {"folder": "/x", "bytesMx": 1})"),
                HasSubstr("did you mean 'bytesMax'?"));
    EXPECT_THAT(problem_of_files(R"("a": {"folder": "/x", "accounts": []})"),
                HasSubstr("'files.a.accounts' has to be a list"));
    EXPECT_THAT(problem_of_files(R"("a/b": {"folder": "/x"})"),
                HasSubstr("cannot be the name of a target"));
    EXPECT_THAT(problem_of_files(R"("a": {"folder": "/x"}, "b": {"folder": "/x/./y/"})"),
                HasSubstr("'files.b.folder' is the one of 'a', or within it"));
    EXPECT_EQ(problem_of_files(R"("a": {"folder": "/x"}, "b": {"folder": "/xy"})"), "");
}

std::string problem_of_broker(std::string_view members) {
    const auto declared = read(fmt::format(R"({{"mqttBrokers": {{"b": {{{}}}}}}})", members));
    return declared ? "" : declared.error().message;
}

TEST(TargetDeclarations, NameBrokers) {
    const auto declared = read(R"({"mqttBrokers": {
        "far": {"url": "mqtts://broker.example", "version": "3.1.1", "userName": "u",
                "password": "p", "clientId": "c", "caFile": "ca.pem", "certificateFile": "own.pem",
                "privateKeyFile": "own.key", "accounts": ["111122223333"]},
        "near": {"url": "mqtt://[::1]/"},
        "port": {"url": "mqtts://broker.example:443"}}})");
    ASSERT_TRUE(declared) << declared.error().message;
    const DeclaredMqttBroker& far = declared->mqtt_brokers.at("far");
    EXPECT_EQ(far.host, "broker.example");
    EXPECT_EQ(far.port, 8883);
    EXPECT_TRUE(far.is_encrypted);
    EXPECT_EQ(far.version, mqtt::ProtocolVersion::V3_1_1);
    EXPECT_EQ(far.user_name, "u");
    EXPECT_EQ(far.password, "p");
    EXPECT_EQ(far.client_id, "c");
    EXPECT_EQ(far.ca_file, "/etc/gatehouse/ca.pem");
    EXPECT_EQ(far.certificate_file, "/etc/gatehouse/own.pem");
    EXPECT_EQ(far.private_key_file, "/etc/gatehouse/own.key");
    EXPECT_EQ(far.accounts, std::set<AccountId>{AccountId("111122223333")});
    const DeclaredMqttBroker& near = declared->mqtt_brokers.at("near");
    EXPECT_EQ(near.host, "::1");
    EXPECT_EQ(near.port, 1883);
    EXPECT_FALSE(near.is_encrypted);
    EXPECT_EQ(near.version, mqtt::ProtocolVersion::V5);
    EXPECT_EQ(near.accounts, std::set<AccountId>{AccountId("123456789012")});
    EXPECT_EQ(declared->mqtt_brokers.at("port").port, 443);
    EXPECT_THAT(problem_of_broker(""), HasSubstr("'mqttBrokers.b.url'"));
    EXPECT_THAT(problem_of_broker(R"("url": "https://b.example")"), HasSubstr("mqtts://HOST"));
    EXPECT_THAT(problem_of_broker(R"("url": "mqtts://b.example/x")"), HasSubstr("host and port"));
    EXPECT_THAT(problem_of_broker(R"("url": "mqtt://b.example")"), HasSubstr("without TLS"));
    EXPECT_EQ(problem_of_broker(R"("url": "mqtt://b.example", "allowPlain": true)"), "");
    const std::string url = R"("url": "mqtts://b.example", )";
    EXPECT_THAT(problem_of_broker(url + R"("version": "3.1")"),
                HasSubstr("'mqttBrokers.b.version'"));
    EXPECT_THAT(problem_of_broker(url + R"("password": "p")"), HasSubstr("userName' is missing"));
    EXPECT_THAT(problem_of_broker(url + R"("certificateFile": "p")"),
                HasSubstr("privateKeyFile' is missing"));
    EXPECT_THAT(problem_of_broker(url + R"("usrName": "p")"), HasSubstr("mean 'userName'?"));
    EXPECT_THAT(problem_of_broker(R"("url": "mqtt://localhost", "caFile": "x")"),
                HasSubstr("no effect without mqtts"));
}

TEST(TargetDeclarations, NameDatabases) {
    const auto declared = read(R"({"databases": {
        "plant": {"url": "postgresql://u:p@db.example/x", "caFile": "ca.pem", "connections": 1,
                  "accounts": ["111122223333"]},
        "near": {"url": "postgres:///x", "allowPlain": true}}})");
    ASSERT_TRUE(declared) << declared.error().message;
    const DeclaredDatabase& plant = declared->databases.at("plant");
    EXPECT_EQ(plant.url, "postgresql://u:p@db.example/x");
    EXPECT_EQ(plant.ca_file, "/etc/gatehouse/ca.pem");
    EXPECT_EQ(plant.connections, 1U);
    EXPECT_FALSE(plant.allows_plain);
    EXPECT_EQ(plant.accounts, std::set<AccountId>{AccountId("111122223333")});
    EXPECT_TRUE(declared->databases.at("near").allows_plain);
    EXPECT_EQ(declared->databases.at("near").connections, 4U);
    EXPECT_THAT(read(R"({"databases": {"a": {"url": "mysql://x"}}})").error().message,
                HasSubstr("'databases.a.url' has to be postgresql://"));
    EXPECT_THAT(
        read(R"({"databases": {"a": {"url": "postgres:///x", "connections": 0}}})").error().message,
        HasSubstr("'databases.a.connections' has to"));
    EXPECT_THAT(
        read(R"({"databases": {"a": {"url": "postgres:///x", "user": "u"}}})").error().message,
        HasSubstr("'databases.a.user' is not known"));
}

}  // namespace
}  // namespace gatehouse::rules
