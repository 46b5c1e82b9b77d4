#include "rules/targets/http_action.h"

#include <fmt/format.h>

#include "registry/topic_rule_destinations.h"
#include "rules/targets/action_fixture.h"
#include "rules/targets/http_door.h"
#include "storage/async_resource_store.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::rules {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class RecordingHttpDoor final : public HttpDoor {
public:
    Result<void> may_sign(const AccountId&, const SigV4Terms&,
                          std::string_view host) const override {
        if (host.empty() || host == signs_for) return {};
        return fail(ErrorKind::NotAllowed, "signs for others");
    }
    Result<void> may_reach(const net::HttpUrl& url) const override {
        if (url.is_https || plain) return {};
        return fail(ErrorKind::NotAllowed, "leads over http, unless rules.http-to names it");
    }
    async::Task<Result<net::HttpResponse>> post(HttpPost post, Deadline) override {
        posts.push_back(std::move(post));
        net::HttpResponse answer{.status = status};
        answer.body = body;
        co_return answer;
    }

    std::string signs_for = "a.example";
    bool plain = false;
    unsigned status = 200;
    std::string body;
    std::vector<HttpPost> posts;
};

class HttpActions : public ActionFixture {
protected:
    HttpActions() { wants_role = false; }
    ActionParts parts() override {
        ActionParts parts = ActionFixture::parts();
        parts.http = &http;
        parts.destinations = destinations.get();
        return parts;
    }
    // A destination that is confirmed.
    void confirm(const std::string& url) {
        async::run_to_end(
            clock, destinations->change([&](registry::TopicRuleDestinationRecords& records)
                                            -> registry::Outcome<registry::TopicRuleDestination> {
                const auto made = records.create(facts->tenant, url);
                EXPECT_TRUE(made);
                return records.confirm(made->token);
            }));
    }
    // "URL\nNAME: VALUE\n…\n\nBODY".
    std::string posted() {
        if (http.posts.empty()) return "";
        const HttpPost post = http.posts.back();
        http.posts.clear();
        std::string text = fmt::format("{}://{}{}\n", post.url.is_https ? "https" : "http",
                                       post.url.authority(), post.url.target);
        for (const auto& [name, value] : post.headers.fields()) text += name + ": " + value + "\n";
        return text + "\n" + post.body;
    }

    async::WorkerPool workers{{}};
    storage::MemoryResourceStore memory{clock};
    storage::AsyncResourceStore store{memory, workers};
    std::unique_ptr<registry::TopicRuleDestinations> destinations =
        registry::TopicRuleDestinations::load(store, {clock, random}).value();
    RecordingHttpDoor http;
};

TEST_F(HttpActions, PostWhereItIsConfirmed) {
    const std::string action = R"({"http": {"url": "https://a.example/in/${id}?x=${n}",
        "confirmationUrl": "https://a.example/in",
        "headers": [{"key": "X-Topic", "value": "${topic()}"}]}})";
    EXPECT_THAT(perform(action, R"({"a":1})"), HasSubstr("no topic rule destination has"));
    confirm("https://a.example/in");
    EXPECT_EQ(perform(action, R"({"a":1})"), "done");
    EXPECT_EQ(posted(),
              "https://a.example/in/lamp?x=1.5\n"
              "User-Agent: gatehouse\n"
              "Content-Type: application/json\n"
              "X-Topic: devices/lamp\n"
              "\n"
              R"({"a":1})");
    EXPECT_EQ(made_action->name(), "HttpAction");
    EXPECT_EQ(made_action->resource(last_job), "https://a.example/in/lamp") << "no query";
    EXPECT_EQ(perform(R"({"http": {"url": "https://a.example/in"}})", "\xFF", false), "done");
    EXPECT_THAT(posted(), HasSubstr("Content-Type: application/octet-stream\n"));
    EXPECT_EQ(perform(R"({"http": {"url": "https://a.example/in",
                          "headers": [{"key": "content-type", "value": "text/plain"}]}})",
                      "x", false),
              "done");
    const std::string text = posted();
    EXPECT_THAT(text, HasSubstr("content-type: text/plain\n"));
    EXPECT_FALSE(text.contains("octet-stream"));
}

TEST_F(HttpActions, MessagesLeadNowhereElse) {
    confirm("https://a.example/in");
    EXPECT_THAT(perform(R"({"http": {"url": "https://a.example/in/${to}",
                            "confirmationUrl": "https://a.example/in"}})",
                        "{}"),
                HasSubstr("does not begin with confirmationUrl"));
    EXPECT_THAT(perform(R"({"http": {"url": "https://a.example/${id}",
                            "confirmationUrl": "https://a.example/in"}})",
                        "{}"),
                HasSubstr("does not begin with confirmationUrl"));
    message = std::make_shared<const Message>(
        Message{.tenant = facts->tenant,
                .topic = "t",
                .payload = R"({"id": "a b", "line": "x\r\nHost: evil", "host": "evil.example"})",
                .trace_id = "t"});
    EXPECT_THAT(perform(R"({"http": {"url": "https://a.example/in/${id}",
                            "confirmationUrl": "https://a.example/in"}})",
                        "{}"),
                HasSubstr("cannot be posted to"));
    EXPECT_THAT(perform(R"({"http": {"url": "https://a.example/in",
                            "headers": [{"key": "X-Line", "value": "${line}"}]}})",
                        "{}"),
                HasSubstr("the header X-Line comes to what no header can hold"));
    EXPECT_THAT(perform(R"({"http": {"url": "https://${host}/in",
                            "confirmationUrl": "https://${host}/in"}})",
                        "{}"),
                HasSubstr("no topic rule destination has"));
    EXPECT_TRUE(http.posts.empty());
}

TEST_F(HttpActions, SignIfTheyAreAskedTo) {
    confirm("https://a.example/in");
    const std::string action = R"({"http": {"url": "https://a.example/in", "auth": {"sigv4": {
        "signingRegion": "us-west-2", "serviceName": "execute-api",
        "roleArn": "arn:aws:iam::123456789012:role/r"}}}})";
    EXPECT_EQ(perform(action, "{}"), "done");
    ASSERT_THAT(http.posts, SizeIs(1));
    ASSERT_TRUE(http.posts[0].signing);
    EXPECT_EQ(http.posts[0].signing->region, Region("us-west-2"));
    EXPECT_EQ(http.posts[0].signing->service, "execute-api");
    EXPECT_EQ(roles.asked.back(), role) << "that it trusts the rule is all";
    EXPECT_EQ(made_action->role_arn(), role);
    roles.refuses = true;
    EXPECT_EQ(perform(action, "{}"), "not-allowed: the role may not");
    roles.refuses = false;
    http.posts.clear();
    http.signs_for = "b.example";
    EXPECT_THAT(problem(action), HasSubstr("auth.sigv4 signs for others"));
    const std::string templated = R"({"http": {"url": "https://${'a.example'}/in",
        "confirmationUrl": "https://a.example/in", "auth": {"sigv4": {
        "signingRegion": "us-west-2", "serviceName": "execute-api",
        "roleArn": "arn:aws:iam::123456789012:role/r"}}}})";
    EXPECT_EQ(perform(templated, "{}"), "not-allowed: auth.sigv4 signs for others");
    EXPECT_TRUE(http.posts.empty());
}

TEST_F(HttpActions, NothingOfTheSignatureEndsALine) {
    for (const char* service :
         {R"(x\r\nX-Evil:1\r\nX-Y:z)", R"(x\ny)", "x y", "x/y", "Execute", R"(x\u0000)"}) {
        EXPECT_THAT(
            problem(fmt::format(R"({{"http": {{"url": "https://a.example", "auth": {{"sigv4": {{
                        "signingRegion": "us-west-2", "serviceName": "{}",
                        "roleArn": "arn:aws:iam::123456789012:role/r"}}}}}}}})",
                                service)),
            HasSubstr("auth.sigv4.serviceName"))
            << service;
    }
}

TEST_F(HttpActions, SayWhetherItIsWorthAnotherTry) {
    confirm("https://a.example/in");
    const std::string action = R"({"http": {"url": "https://a.example/in"}})";
    for (const auto& [status, told] :
         {std::pair(204U, "done"),
          std::pair(429U, "throttled: The endpoint answered with status 429."),
          std::pair(500U, "unavailable: The endpoint answered with status 500."),
          std::pair(599U, "unavailable: The endpoint answered with status 599."),
          std::pair(301U, "invalid-input: The endpoint answered with status 301."),
          std::pair(404U, "invalid-input: The endpoint answered with status 404.")}) {
        http.status = status;
        EXPECT_EQ(perform(action, "{}"), told);
    }
    http.status = 503;
    http.body = std::string(16'385, 'x');
    EXPECT_THAT(perform(action, "{}"), HasSubstr("invalid-input")) << "it says too much";
}

TEST_F(HttpActions, GoTogetherInBatches) {
    confirm("https://a.example/in");
    const auto action = make(R"({"http": {"url": "https://a.example/in", "enableBatching": true,
        "headers": [{"key": "X-Id", "value": "${id}"}],
        "batchConfig": {"maxBatchOpenMs": 50, "maxBatchSize": 3, "maxBatchSizeBytes": 200}}})");
    ASSERT_TRUE(action) << action.error().message;
    const BatchTerms terms = (*action)->batch_terms();
    EXPECT_EQ(terms.jobs_max, 3u);
    EXPECT_EQ(terms.bytes_max, 200u);
    EXPECT_EQ(terms.open_max, std::chrono::milliseconds(50));
    const auto at = [&](std::string topic, std::string id, std::string payload, bool is_json) {
        message =
            std::make_shared<const Message>(Message{.tenant = facts->tenant,
                                                    .topic = std::move(topic),
                                                    .payload = fmt::format(R"({{"id": "{}"}})", id),
                                                    .trace_id = "t"});
        return job(std::move(payload), is_json);
    };
    const std::vector<Job> jobs{at("a", "1", "{}", true), at("b", "2", "[2]", true),
                                at("a", "3", "3", true), at("a", "4", "bytes", false)};
    const std::vector<const Job*> all{&jobs[0], &jobs[1], &jobs[2], &jobs[3]};
    const auto outcomes = async::run_to_end(
        clock, (*action)->perform_all(all, Deadline::after(clock, std::chrono::hours(1))));
    ASSERT_THAT(outcomes, SizeIs(4));
    EXPECT_EQ(told(outcomes[0]), "done");
    EXPECT_EQ(told(outcomes[1]), "done");
    EXPECT_EQ(told(outcomes[2]), "done");
    EXPECT_EQ(told(outcomes[3]), "invalid-input: only JSON can be posted in batches");
    ASSERT_THAT(http.posts, SizeIs(2));
    EXPECT_EQ(http.posts[0].body, "[{},3]");
    EXPECT_EQ(http.posts[0].headers.find("X-Id"), "3") << "of the last";
    EXPECT_EQ(http.posts[1].body, "[[2]]");
}

TEST_F(HttpActions, SayWhatIsWrongWithThem) {
    EXPECT_THAT(problem(R"({"http": {}})"), HasSubstr("url is missing"));
    EXPECT_THAT(problem(R"({"http": {"url": "a.example"}})"), HasSubstr("cannot be posted to"));
    EXPECT_THAT(problem(R"({"http": {"url": "http://a.example"}})"), HasSubstr("rules.http-to"));
    EXPECT_THAT(problem(R"({"http": {"url": "https://a.example/${id}"}})"),
                HasSubstr("confirmationUrl is missing"));
    EXPECT_THAT(problem(R"({"http": {"url": "https://a.example/x",
                            "confirmationUrl": "https://b.example/"}})"),
                HasSubstr("is not what url begins with"));
    for (const char* key : {"Host", "content-length", "a b", "Transfer-Encoding"}) {
        EXPECT_THAT(problem(fmt::format(R"({{"http": {{"url": "https://a.example",
                                        "headers": [{{"key": "{}", "value": "v"}}]}}}})",
                                        key)),
                    HasSubstr("headers[0].key"))
            << key;
    }
    EXPECT_THAT(problem(R"({"http": {"url": "https://a.example",
                            "headers": [{"key": "a", "value": "v\n"}]}})"),
                HasSubstr("headers[0].value"));
    EXPECT_THAT(problem(R"({"http": {"url": "https://a.example",
                            "batchConfig": {"maxBatchSize": 2}}})"),
                HasSubstr("no effect unless enableBatching"));
    EXPECT_THAT(problem(R"({"http": {"url": "https://a.example", "enableBatching": true,
                            "batchConfig": {"maxBatchSize": 11}}})"),
                HasSubstr("from 2 to 10"));
    EXPECT_THAT(problem(R"({"http": {"url": "https://a.example", "auth": {"sigv4": {}}}})"),
                HasSubstr("signingRegion is missing"));
    http.plain = true;
    EXPECT_EQ(problem(R"({"http": {"url": "http://a.example"}})"), "");
}

}  // namespace
}  // namespace gatehouse::rules
