#include "server/client/api_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/client/fake_api.h"

namespace gatehouse::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ApiClient client_of(const DataDirectory& data) {
    return ApiClient(data.ready_, {{"AKIAEXAMPLE", "secret"}, "", "a test"});
}

TEST(ApiClient, SendsPathQueryAndBody) {
    FakeApi api;
    api.answer("PUT /x/a%2Fb?k=1%262", R"({"done":true})");
    const auto answer = client_of(api.data())
                            .call({.service = "iot",
                                   .method = "PUT",
                                   .path = path_of("/x/", "a/b"),
                                   .query = {{"k", "1&2"}},
                                   .body = "{}"});
    ASSERT_TRUE(answer) << answer.error().error.message;
    EXPECT_TRUE(answer->at("done").as_bool());
    EXPECT_EQ(api.body_of("PUT /x/a%2Fb?k=1%262"), "{}");
}

TEST(ApiClient, AnEmptyAnswerIsNull) {
    FakeApi api;
    api.answer("DELETE /x", "", 204);
    const auto answer =
        client_of(api.data()).call({.service = "iot", .method = "DELETE", .path = "/x"});
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->is_null());
}

TEST(ApiClient, SpeaksJson11) {
    FakeApi api;
    api.answer("POST DescribeLogGroups", R"({"logGroups":[]})");
    EXPECT_TRUE(client_of(api.data()).call_logs("DescribeLogGroups", {{"limit", 1}}));
    EXPECT_EQ(api.body_of("POST DescribeLogGroups"), R"({"limit":1})");
}

TEST(ApiClient, ErrorsHaveTheServicesSentenceAndName) {
    FakeApi api;
    api.answer("GET /a", R"({"Message":"Function not found: f"})", 404,
               "ResourceNotFoundException:http://internal.example/");
    const auto lambda = client_of(api.data()).call({.service = "lambda", .path = "/a"});
    ASSERT_FALSE(lambda);
    EXPECT_EQ(lambda.error().error.kind, ErrorKind::NotFound);
    EXPECT_EQ(lambda.error().code, "ResourceNotFoundException");
    EXPECT_EQ(lambda.error().error.message, "Function not found: f (ResourceNotFoundException)");

    api.answer("GET /b", R"({"__type":"com.example#ResourceAlreadyExistsException","message":"m"})",
               400);
    const auto logs = client_of(api.data()).call({.service = "logs", .path = "/b"});
    ASSERT_FALSE(logs);
    EXPECT_EQ(logs.error().error.kind, ErrorKind::Conflict);
    EXPECT_EQ(logs.error().code, "ResourceAlreadyExistsException");

    api.answer("GET /c", "<html>", 502);
    const auto other = client_of(api.data()).call({.service = "iot", .path = "/c"});
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().error.message, "the server answered 502");
}

TEST(ApiClient, SaysWhenTheServerHasGone) {
    DataDirectory data;
    {
        FakeApi api;
        data.ready_.api_url = api.data().ready_.api_url;
    }
    data.ready_.pid = 4711;
    data.save();
    const Outcome outcome = run({"status", "--data-dir", data.path()});
    EXPECT_EQ(outcome.exit, Exit::Failed);
    EXPECT_THAT(outcome.err, HasSubstr("(pid 4711) seems to have ended; start one with `gatehouse "
                                       "serve`"));
}

TEST(ApiClient, SaysWhenNoServerRuns) {
    const Outcome outcome = run({"status", "--data-dir", "/nonexistent"});
    EXPECT_EQ(outcome.exit, Exit::Failed);
    EXPECT_THAT(outcome.err, HasSubstr("no server is running"));
}

TEST(ApiClient, NeedsAKey) {
    FakeApi api;
    api.answer("GET /gatehouse/v1/status", R"({"version":"1.2.3"})");
    std::filesystem::remove(credentials_file_path(api.data().path()));
    const Outcome without = api.run({"status"});
    EXPECT_EQ(without.exit, Exit::Failed);
    EXPECT_THAT(without.err, HasSubstr("AWS_ACCESS_KEY_ID"));
    const Environment environment(
        {{"AWS_ACCESS_KEY_ID", "AKIAOTHER"}, {"AWS_SECRET_ACCESS_KEY", "secret"}});
    const Outcome with = run({"status", "--data-dir", api.data().path()}, environment);
    EXPECT_EQ(with.exit, Exit::Done) << with.err;
    EXPECT_THAT(with.out, HasSubstr("gatehouse 1.2.3"));
}

TEST(ApiClient, RefusesAnAddressThatIsNone) {
    DataDirectory data;
    for (const char* url : {"ftp://127.0.0.1:1", "http://127.0.0.1", "http://127.0.0.1:x", "x"}) {
        data.ready_.api_url = url;
        data.save();
        EXPECT_THAT(run({"status", "--data-dir", data.path()}).err, HasSubstr("is no address"))
            << url;
    }
}

}  // namespace
}  // namespace gatehouse::server
