#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/json.h"
#include "server/client/fake_api.h"

namespace gatehouse::server {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr auto functions = "GET /2015-03-31/functions/";
constexpr auto configuration = "GET /2015-03-31/functions/f/configuration";
constexpr auto creation = "POST /2015-03-31/functions";
constexpr auto active =
    R"({"FunctionName":"f","FunctionArn":"arn:f","Runtime":"python3.11","Handler":"app.handler",)"
    R"("State":"Active","LastUpdateStatus":"Successful","CodeSize":12})";
constexpr auto pending = R"({"FunctionName":"f","State":"Pending"})";
constexpr auto not_found = R"({"Message":"Function not found: f"})";

class FunctionCommands : public testing::Test {
protected:
    FunctionCommands() {
        code = std::filesystem::path(api.data().path()) / "code";
        std::filesystem::create_directory(code);
        std::ofstream(code / "app.py") << "def handler(event, context): return 1\n";
    }
    json::value sent(const std::string& request) {
        return parse_json(api.body_of(request), "the request").value();
    }

    FakeApi api;
    std::filesystem::path code;
};

TEST_F(FunctionCommands, DeployCreatesAndWaits) {
    api.answer(configuration, not_found, 404, "ResourceNotFoundException");
    api.answer(configuration, pending);
    api.answer(configuration, active);
    api.answer(creation, pending, 201);
    const Outcome outcome =
        api.run({"function", "deploy", "f", code.string(), "--handler", "app.handler", "--timeout",
                 "5", "--memory", "256", "--env", "A=1=2", "--env", "B="});
    EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("function f created: python3.11, handler app.handler"));
    const auto body = sent(creation);
    EXPECT_EQ(body.at("Runtime"), "python3.11");
    EXPECT_EQ(body.at("Timeout"), 5);
    EXPECT_EQ(body.at("MemorySize"), 256);
    EXPECT_EQ(body.at("Role"), "arn:aws:iam::000000000000:role/gatehouse-function");
    EXPECT_EQ(to_text(body.at("Environment").at("Variables")), R"({"A":"1=2","B":""})");
    const auto zip = from_base64(body.at("Code").at("ZipFile").as_string());
    ASSERT_TRUE(zip);
    EXPECT_TRUE(text_of(*zip).starts_with("PK"));
}

TEST_F(FunctionCommands, DeployUpdatesCodeAndOnlyTheConfigurationThatIsGiven) {
    api.answer(configuration, active);
    api.answer("PUT /2015-03-31/functions/f/code", active);
    api.answer("PUT /2015-03-31/functions/f/configuration", active);
    EXPECT_EQ(api.run({"function", "deploy", "f", code.string()}).exit, Exit::Done);
    EXPECT_THAT(api.requests(), Not(Contains("PUT /2015-03-31/functions/f/configuration")));
    const Outcome outcome =
        api.run({"function", "deploy", "f", code.string(), "--timeout", "9", "--allow-iot"});
    EXPECT_THAT(outcome.err, HasSubstr("no such thing"));  // the policy is not answered for
    EXPECT_EQ(api.body_of("PUT /2015-03-31/functions/f/configuration"), R"({"Timeout":9})");
    EXPECT_THAT(api.body_of("POST /2015-03-31/functions/f/policy"), HasSubstr("iot.amazonaws.com"));
}

TEST_F(FunctionCommands, DeployChangesNoCodeWhenTheConfigurationIsRefused) {
    api.answer(configuration, active);
    api.answer("PUT /2015-03-31/functions/f/code", active);
    api.answer("PUT /2015-03-31/functions/f/configuration", R"({"message":"memorySize"})", 400,
               "InvalidParameterValueException");
    const Outcome outcome = api.run({"function", "deploy", "f", code.string(), "--memory", "1"});
    EXPECT_EQ(outcome.exit, Exit::Failed);
    EXPECT_THAT(api.body_of("PUT /2015-03-31/functions/f/code"), HasSubstr(R"("DryRun":true)"));
}

TEST_F(FunctionCommands, DeploySaysWhichFileTheHandlerNeeds) {
    api.answer(configuration, not_found, 404, "ResourceNotFoundException");
    const Outcome outcome = api.run({"function", "deploy", "f", code.string()});
    EXPECT_EQ(outcome.exit, Exit::Failed);
    EXPECT_THAT(outcome.err, HasSubstr("did you mean --handler app.lambda_handler?"));
    EXPECT_THAT(api.requests(), Not(Contains(creation)));
}

TEST_F(FunctionCommands, DeployReportsAFailure) {
    api.answer(configuration, not_found, 404, "ResourceNotFoundException");
    api.answer(configuration, R"({"State":"Failed","StateReason":"the zip holds a link"})");
    api.answer(creation, pending, 201);
    const Outcome outcome =
        api.run({"function", "deploy", "f", code.string(), "--handler", "app.handler"});
    EXPECT_EQ(outcome.exit, Exit::Failed);
    EXPECT_THAT(outcome.err, HasSubstr("the zip holds a link"));
}

TEST_F(FunctionCommands, DeployRefusesFlagsThatMeanNothing) {
    for (const auto& [flag, value] : {std::pair{"--timeout", "soon"}, {"--env", "NOVALUE"}}) {
        const Outcome outcome = api.run({"function", "deploy", "f", code.string(), flag, value});
        EXPECT_EQ(outcome.exit, Exit::WrongUse) << flag;
    }
    EXPECT_EQ(api.run({"function", "deploy", "f"}).exit, Exit::WrongUse);
    EXPECT_TRUE(api.requests().empty());
}

TEST_F(FunctionCommands, InvokePrintsTheAnswer) {
    api.answer("POST /2015-03-31/functions/f/invocations", R"({"ok":1})");
    const Outcome outcome = api.run({"function", "invoke", "f", "--payload", R"({"a":2})"});
    EXPECT_EQ(outcome.exit, Exit::Done);
    EXPECT_EQ(outcome.out, "{\"ok\":1}\n");
    EXPECT_EQ(api.body_of("POST /2015-03-31/functions/f/invocations"), R"({"a":2})");
    EXPECT_EQ(api.run({"function", "invoke", "f", "--payload", "{broken"}).exit, Exit::WrongUse);
    EXPECT_EQ(api.run({"function", "invoke", "f", "--payload", "@/absent"}).exit, Exit::WrongUse);
}

TEST_F(FunctionCommands, InvokeFailsWithTheFunctionAndShowsItsLog) {
    net::HttpResponse failed;
    failed.body = R"({"errorType":"ValueError"})";
    failed.headers.set("X-Amz-Function-Error", "Unhandled");
    failed.headers.set("X-Amz-Log-Result", to_base64(bytes_of("START\nboom\n")));
    api.answer_whole("POST /2015-03-31/functions/f/invocations", failed);
    const Outcome outcome = api.run({"function", "invoke", "f"});
    EXPECT_EQ(outcome.exit, Exit::Failed);
    EXPECT_THAT(outcome.out, HasSubstr("ValueError"));
    EXPECT_THAT(outcome.err, HasSubstr("boom\n"));
}

TEST_F(FunctionCommands, ListPagesAndSuggestsNames) {
    api.answer(functions, R"({"Functions":[{"FunctionName":"alpha","Runtime":"python3.11",)"
                          R"("CodeSize":7}],"NextMarker":"m"})");
    api.answer("GET /2015-03-31/functions/?Marker=m", R"({"Functions":[{"FunctionName":"beta"}]})");
    const Outcome listed = api.run({"function", "list"});
    EXPECT_EQ(listed.exit, Exit::Done) << listed.err;
    EXPECT_THAT(listed.out, HasSubstr("alpha  python3.11"));
    EXPECT_THAT(listed.out, HasSubstr("beta"));
    const Outcome deleted = api.run({"function", "delete", "alpa"});
    EXPECT_EQ(deleted.exit, Exit::Failed);
    EXPECT_THAT(deleted.err, HasSubstr("did you mean alpha?"));
}

TEST_F(FunctionCommands, ListSaysHowToMakeTheFirst) {
    api.answer(functions, R"({"Functions":[]})");
    const Outcome listed = api.run({"function", "list"});
    EXPECT_EQ(listed.out, "");
    EXPECT_THAT(listed.err, HasSubstr("gatehouse function deploy"));
}

}  // namespace
}  // namespace gatehouse::server
