#include "functions/function_requests.h"

#include <gmock/gmock.h>

#include "base/json.h"
#include "functions/function_record.h"
#include "functions/permission.h"
#include "functions/runtimes.h"

namespace gatehouse::functions {
namespace {

using ::testing::HasSubstr;

FunctionConfiguration good() {
    FunctionConfiguration configuration;
    configuration.name = FunctionName("my-function_1");
    configuration.arn = "arn:aws:lambda:us-east-1:000000000000:function:my-function_1";
    configuration.runtime = "python3.11";
    configuration.role = "arn:aws:iam::000000000000:role/any";
    configuration.handler = "lambda_function.lambda_handler";
    configuration.log_group = "/aws/lambda/my-function_1";
    configuration.last_update_status = LastUpdateStatus::Successful;
    return configuration;
}

std::string refusal(const std::function<void(FunctionConfiguration&)>& change) {
    FunctionConfiguration configuration = good();
    change(configuration);
    const Result<void> checked = check_configuration(configuration);
    return checked ? "accepted" : checked.error().message;
}

TEST(FunctionRequests, AcceptsWhatIsRight) {
    EXPECT_TRUE(check_configuration(good()));
    EXPECT_EQ(refusal([](auto& c) { c.timeout_s = 900; }), "accepted");
    EXPECT_EQ(refusal([](auto& c) { c.memory_mb = 10240; }), "accepted");
    EXPECT_EQ(refusal([](auto& c) { c.environment = EnvironmentVariables{{"PATH", "/x"}}; }),
              "accepted");
}

TEST(FunctionRequests, NamesWhatIsWrongInAwsWords) {
    EXPECT_EQ(refusal([](auto& c) { c.timeout_s = 901; }),
              "1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint: "
              "Member must have value less than or equal to 900");
    EXPECT_THAT(refusal([](auto& c) { c.timeout_s = 0; }), HasSubstr("greater than or equal to 1"));
    EXPECT_THAT(refusal([](auto& c) { c.memory_mb = 127; }), HasSubstr("memorySize"));
    EXPECT_THAT(refusal([](auto& c) { c.ephemeral_storage_mb = 511; }), HasSubstr("ephemeral"));
    EXPECT_THAT(refusal([](auto& c) { c.name = FunctionName("a b"); }), HasSubstr("functionName"));
    EXPECT_THAT(refusal([](auto& c) { c.name = FunctionName(std::string(65, 'a')); }),
                HasSubstr("between 1 and 64"));
    EXPECT_THAT(refusal([](auto& c) { c.role = "admin"; }), HasSubstr("'role'"));
    EXPECT_THAT(refusal([](auto& c) { c.handler = "a b"; }), HasSubstr("'handler'"));
    EXPECT_THAT(refusal([](auto& c) { c.runtime = "python2.7"; }),
                HasSubstr("Value python2.7 at 'runtime' failed to satisfy constraint"));
    EXPECT_THAT(refusal([](auto& c) { c.architecture = "mips"; }), HasSubstr("architectures"));
    EXPECT_THAT(refusal([](auto& c) { c.log_group = "a b"; }), HasSubstr("logGroup"));
    EXPECT_THAT(refusal([](auto& c) { c.log_group = "AWSIotLogsV2"; }),
                HasSubstr("the service's own records"));
    EXPECT_EQ(refusal([](auto& c) { c.log_group = "AWSIotLogsV2/mine"; }), "accepted");
    EXPECT_THAT(refusal([](auto& c) { c.description = std::string(257, 'd'); }),
                HasSubstr("description"));
}

TEST(FunctionRequests, EnvironmentVariables) {
    const auto with = [](const std::string& name, const std::string& value) {
        return refusal([&](auto& c) { c.environment = EnvironmentVariables{{name, value}}; });
    };
    EXPECT_THAT(with("_HANDLER", "x"), HasSubstr("Reserved keys used in this request: _HANDLER"));
    EXPECT_THAT(with("AWS_REGION", "x"), HasSubstr("reserved keys"));
    EXPECT_THAT(with("1A", "x"), HasSubstr("[a-zA-Z]([a-zA-Z0-9_])+"));
    EXPECT_THAT(with("A", "x"), HasSubstr("[a-zA-Z]([a-zA-Z0-9_])+"));
    EXPECT_THAT(with("A-B", "x"), HasSubstr("[a-zA-Z]([a-zA-Z0-9_])+"));
    EXPECT_THAT(with("LONG", std::string(4096, 'x')), HasSubstr("exceeded the 4 KB limit"));
    EXPECT_EQ(with("LONG", std::string(4000, 'x')), "accepted");
}

TEST(FunctionRequests, ReferencesInEveryForm) {
    struct Case {
        const char* text;
        const char* account;
        const char* region;
        const char* qualifier;
    };
    for (const Case& c :
         {Case{"fn", "", "", ""}, Case{"fn:$LATEST", "", "", "$LATEST"},
          Case{"function:fn", "", "", ""}, Case{"123456789012:function:fn", "123456789012", "", ""},
          Case{"123456789012:fn:7", "123456789012", "", "7"},
          Case{"arn:aws:lambda:eu-west-1:123456789012:function:fn", "123456789012", "eu-west-1",
               ""},
          Case{"arn:aws-cn:lambda:cn-north-1:123456789012:function:fn:prod", "123456789012",
               "cn-north-1", "prod"}}) {
        const auto reference = parse_function_reference(c.text);
        ASSERT_TRUE(reference) << c.text;
        EXPECT_EQ(reference->name.value(), "fn") << c.text;
        EXPECT_EQ(reference->account, c.account) << c.text;
        EXPECT_EQ(reference->region, c.region) << c.text;
        EXPECT_EQ(reference->qualifier, c.qualifier) << c.text;
    }
    for (const char* text :
         {"", ":", "fn:", "a b", "fn:a:b", "arn:aws:iot:us-east-1:123456789012:function:fn",
          "arn:aws:lambda:us-east-1:123456789012:function", "x/y", "fn:$OTHER"}) {
        EXPECT_FALSE(parse_function_reference(text)) << text;
    }
    EXPECT_EQ(parse_function_reference("fn", "9")->qualifier, "9");
    EXPECT_TRUE(parse_function_reference("fn:9", "9"));
    EXPECT_FALSE(parse_function_reference("fn:8", "9"));
}

TEST(Runtimes, OnlyThoseThatExist) {
    for (const char* id : {"python3.8", "python3.14", "nodejs12.x", "nodejs24.x", "provided",
                           "provided.al2", "provided.al2023"}) {
        EXPECT_TRUE(find_runtime(id)) << id;
    }
    for (const char* id : {"python3.7", "python3.15", "python3.", "python3.08", "python3.1x",
                           "nodejs20", "nodejs21.x", "nodejs.x", "nodejs26.x", "", "Provided"}) {
        EXPECT_FALSE(find_runtime(id)) << id;
    }
    EXPECT_EQ(find_runtime("python3.12")->version, 12u);
}

Permission iot_permission() {
    return {.statement_id = StatementId("iot-1"),
            .action = "lambda:InvokeFunction",
            .principal = "iot.amazonaws.com",
            .source_arn = "arn:aws:iot:us-east-1:000000000000:authorizer/A",
            .source_account = "000000000000"};
}

TEST(Permissions, StatementsAreWrittenAsAwsWritesThem) {
    EXPECT_EQ(statement_text(iot_permission(), "arn:f"),
              R"({"Sid":"iot-1","Effect":"Allow","Principal":{"Service":"iot.amazonaws.com"},)"
              R"("Action":"lambda:InvokeFunction","Resource":"arn:f","Condition":{"StringEquals":)"
              R"({"AWS:SourceAccount":"000000000000"},"ArnLike":{"AWS:SourceArn":)"
              R"("arn:aws:iot:us-east-1:000000000000:authorizer/A"}}})");
    Permission account = iot_permission();
    account.principal = "123456789012";
    account.source_arn.reset();
    account.source_account.reset();
    EXPECT_THAT(statement_text(account, "arn:f"),
                HasSubstr(R"("Principal":{"AWS":"arn:aws:iam::123456789012:root"})"));
    EXPECT_EQ(statement_text(account, "arn:f").find("Condition"), std::string::npos);
    account.principal = "*";
    EXPECT_THAT(statement_text(account, "arn:f"), HasSubstr(R"("Principal":"*")"));
}

TEST(Permissions, AreChecked) {
    EXPECT_TRUE(check_permission(iot_permission()));
    const auto refused = [](const std::function<void(Permission&)>& change) {
        Permission permission = iot_permission();
        change(permission);
        return !check_permission(permission);
    };
    EXPECT_TRUE(refused([](auto& p) { p.statement_id = StatementId("a b"); }));
    EXPECT_TRUE(refused([](auto& p) { p.statement_id = StatementId(""); }));
    EXPECT_TRUE(refused([](auto& p) { p.action = "iot:Publish"; }));
    EXPECT_TRUE(refused([](auto& p) { p.principal = "somebody"; }));
    EXPECT_TRUE(refused([](auto& p) { p.source_account = "12"; }));
    EXPECT_TRUE(refused([](auto& p) { p.source_arn = "not an arn"; }));
}

TEST(FunctionRecord, RoundTrip) {
    Function function;
    function.tenant = {AccountId("123456789012"), Region("eu-west-1")};
    function.configuration = good();
    function.configuration.environment = EnvironmentVariables{{"KEY", "v\"\n\xc3\xa9"}};
    function.configuration.code_hash = CodeHash(std::string(64, 'a'));
    function.configuration.last_modified = WallTime(std::chrono::milliseconds(1'700'000'000'123));
    function.configuration.tracing = Tracing::Active;
    function.policies[{}] = {{iot_permission()}, RevisionId("r")};
    function.policies[Qualifier("live")] = {{iot_permission()}, RevisionId("q")};
    function.aliases[AliasName("live")] = {.name = AliasName("live"),
                                           .version = FunctionVersion("1"),
                                           .other_versions = {{FunctionVersion("2"), 0.125}},
                                           .revision = RevisionId("a")};
    function.event_configs[{}] = {.retries_max = 0, .age_max_s = 60};
    function.versions_published = 2;
    function.reserved_concurrency = 0;
    function.tags = {{"team", "doors"}};
    const auto decoded = decode_function(encode(function));
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(*decoded, function);
    function.configuration.environment.reset();
    function.reserved_concurrency.reset();
    EXPECT_EQ(*decode_function(encode(function)), function);
}

TEST(FunctionRecord, ARecordOfBeforeThereWereVersionsReads) {
    Function function;
    function.tenant = {AccountId("123456789012"), Region("eu-west-1")};
    function.configuration = good();
    function.policies[{}] = {{iot_permission()}, RevisionId("r")};
    auto record = parse_json(encode(function), "the record")->as_object();
    for (const char* const later :
         {"versions_published", "qualified_policies", "aliases", "event_configs"}) {
        EXPECT_EQ(record.erase(later), 1U) << later;
    }
    record["configuration"].as_object().erase("version");
    const auto decoded = decode_function(to_text(record));
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(*decoded, function);
}

TEST(FunctionRecord, DamageIsNamed) {
    for (const char* text : {"", "[]", "{}", "{\"configuration\":3}", "not json"}) {
        const auto decoded = decode_function(text);
        ASSERT_FALSE(decoded) << text;
        EXPECT_EQ(decoded.error().kind, ErrorKind::Corrupt);
    }
}

TEST(Function, HashesAreShownInBase64) {
    EXPECT_EQ(code_sha256_base64(
                  CodeHash("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")),
              "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

}  // namespace
}  // namespace gatehouse::functions
