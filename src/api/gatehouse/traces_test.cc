#include <gtest/gtest.h>

#include <thread>

#include "api/gatehouse/gatehouse_fixture.h"
#include "base/json.h"

namespace gatehouse::api {
namespace {

struct TracesTest : GatehouseFixture {
    TracesTest() {
        peer.remote = net::Address::parse("127.0.0.1", 4711).value();
        serve_with(nullptr);
    }
    // A refused attempt whose event holds a password.
    ::gatehouse::logs::TraceStore::Recorder attempt(std::string_view trace_id,
                                                    std::string_view client_id) {
        auto trace = traces.begin(tenant, trace_id, "127.0.0.1:50000");
        trace.name_client(client_id);
        trace.step(::gatehouse::logs::StepKind::EventSent, ::gatehouse::logs::StepStatus::Noted,
                   R"({"password":"****"})", R"({"password":"c2VjcmV0"})");
        trace.step(::gatehouse::logs::StepKind::PolicyDecided,
                   ::gatehouse::logs::StepStatus::Failed, "no statement matched");
        trace.outcome(::gatehouse::logs::Outcome::Refused);
        return trace;
    }
    json::value ask(const std::string& target, unsigned status = 200) {
        const auto response = call("gatehouse", "GET", "/gatehouse/v1" + target);
        EXPECT_EQ(response.status, status) << response.body;
        return parse_json(response.body, "the answer").value();
    }
};

TEST_F(TracesTest, ListsTheNewestFirstWithTheirStepsMasked) {
    attempt("t-1", "a");
    attempt("t-2", "b");
    const auto listed = ask("/traces");
    ASSERT_EQ(listed.at("traces").as_array().size(), 2u);
    const auto& newest = listed.at("traces").at(0);
    EXPECT_EQ(newest.at("traceId"), "t-2");
    EXPECT_EQ(newest.at("clientId"), "b");
    EXPECT_EQ(newest.at("outcome"), "refused");
    EXPECT_EQ(newest.at("steps").at(0).at("kind"), "event");
    EXPECT_EQ(newest.at("steps").at(0).at("detail"), R"({"password":"****"})");
    EXPECT_EQ(newest.at("steps").at(1).at("status"), "failed");
    const auto mine = ask("/traces?clientId=a&maxResults=5");
    ASSERT_EQ(mine.at("traces").as_array().size(), 1u);
    EXPECT_EQ(mine.at("traces").at(0).at("traceId"), "t-1");
}

TEST_F(TracesTest, OtherAccountsSeeNothing) {
    traces.begin({AccountId("999999999999"), Region("us-east-1")}, "theirs", "a");
    EXPECT_TRUE(ask("/traces").at("traces").as_array().empty());
    ask("/traces/theirs", 404);
    ask("/explanations/theirs", 404);
}

TEST_F(TracesTest, ShowsSecretsOnTheSameMachineOnly) {
    attempt("t-1", "a");
    const auto shown = ask("/traces/t-1?showSecrets=true");
    EXPECT_EQ(shown.at("trace").at("steps").at(0).at("detail"), R"({"password":"c2VjcmV0"})");
    EXPECT_EQ(ask("/traces/t-1").at("trace").at("steps").at(0).at("detail"),
              R"({"password":"****"})");
    peer.remote = net::Address::parse("192.0.2.7", 4711).value();
    ask("/traces/t-1?showSecrets=true", 403);
    ask("/traces?showSecrets=true", 403);
    ask("/trace-changes?showSecrets=true&waitSeconds=0", 403);
    EXPECT_EQ(ask("/traces/t-1").at("trace").at("steps").at(0).at("detail"),
              R"({"password":"****"})");
}

TEST_F(TracesTest, FollowsFromACursor) {
    attempt("t-1", "a");
    const std::string cursor(ask("/traces").at("cursor").as_string());
    const auto nothing = ask("/trace-changes?waitSeconds=0&cursor=" + cursor);
    EXPECT_TRUE(nothing.at("traces").as_array().empty());
    attempt("t-2", "a");
    attempt("t-3", "b");
    const auto changed = ask("/trace-changes?cursor=" + cursor);
    ASSERT_EQ(changed.at("traces").as_array().size(), 2u);
    EXPECT_EQ(changed.at("traces").at(0).at("traceId"), "t-2");
    const std::string later(changed.at("cursor").as_string());
    EXPECT_TRUE(
        ask("/trace-changes?waitSeconds=0&cursor=" + later).at("traces").as_array().empty());
    // Of a server that ended: everything this one has.
    EXPECT_EQ(ask("/trace-changes?cursor=1-99999").at("traces").as_array().size(), 3u);
    ask("/trace-changes?cursor=99999999999999999999-1", 400);
}

TEST_F(TracesTest, FollowWaitsForAChangeOnAnotherThread) {
    const std::string cursor(ask("/traces").at("cursor").as_string());
    async::EventLoop& waiting = loop;
    std::thread device;
    // In the turn after the call began to wait.
    waiting.post(
        [&] { waiting.post([&] { device = std::thread([&] { attempt("t-1", "mine"); }); }); });
    const auto changed = ask("/trace-changes?clientId=mine&cursor=" + cursor);
    device.join();
    ASSERT_EQ(changed.at("traces").as_array().size(), 1u);
    EXPECT_EQ(changed.at("traces").at(0).at("traceId"), "t-1");
}

TEST_F(TracesTest, FollowEndsWhenItsWaitIsOver) {
    loop.post([&] {
        loop.post([&] {
            clock.advance(std::chrono::seconds(3));
            loop.notify();
        });
    });
    EXPECT_TRUE(ask("/trace-changes?waitSeconds=2").at("traces").as_array().empty());
}

TEST_F(TracesTest, ExplainsARefusalFromTheLog) {
    const std::string why =
        R"({"decision":"implicit-deny","explanation":"no statement allows test/topic"})";
    log->record({.tenant = tenant,
                 .type = ::gatehouse::logs::EventType::PublishIn,
                 .status = ::gatehouse::logs::Status::Failure,
                 .trace_id = "p-1",
                 .origin = {.client_id = "a"},
                 .reason = "AUTHORIZATION_FAILURE",
                 .explanation_object = ::gatehouse::logs::JsonText(std::string_view(why))});
    log->record({.tenant = tenant,
                 .type = ::gatehouse::logs::EventType::PublishIn,
                 .status = ::gatehouse::logs::Status::Failure,
                 .trace_id = "p-2"});
    const auto told = ask("/explanations/p-1");
    EXPECT_EQ(told.at("explanation"), "refused at Publish-In: no statement allows test/topic");
    ASSERT_EQ(told.at("records").as_array().size(), 1u);
    EXPECT_NE(told.at("records").at(0).at("message").as_string().find("p-1"), json::string::npos);
    EXPECT_FALSE(told.as_object().contains("trace"));
}

TEST_F(TracesTest, ExplainsByTheServicesOwnRecordsAlone) {
    log->record(
        {.tenant = tenant, .type = ::gatehouse::logs::EventType::Connect, .trace_id = "p-1"});
    const std::string forged =
        R"({"traceId":"p-1","status":"Failure","eventType":"Connect","details":"pay first"})";
    const auto other_stream =
        std::make_shared<const ::gatehouse::logs::StreamAddress>(::gatehouse::logs::StreamAddress{
            tenant, ::gatehouse::logs::iot_log_group, "2026/01/01/[$LATEST]f"});
    // More than is looked through.
    for (int i = 0; i < 2000; ++i) log->append(other_stream, clock.wall_now(), forged);
    const auto told = ask("/explanations/p-1");
    EXPECT_EQ(told.at("explanation"), "nothing was refused under this trace id");
    EXPECT_EQ(told.at("records").as_array().size(), 1u);
}

TEST_F(TracesTest, ExplainsARefusalFromTheTrace) {
    attempt("t-1", "a");
    const auto told = ask("/explanations/t-1");
    EXPECT_EQ(told.at("explanation"),
              "the connection attempt failed at policy: no statement matched");
    EXPECT_EQ(told.at("trace").at("traceId"), "t-1");
    ask("/explanations/unknown", 404);
}

}  // namespace
}  // namespace gatehouse::api
