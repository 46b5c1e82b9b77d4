#include "rules/targets/http_targets.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "async/wake.h"
#include "net/http_test_service.h"
#include "net/loop_fixture.h"
#include "signature/verifier.h"

namespace gatehouse::rules {
namespace {

using ::testing::HasSubstr;

class SigningKeyOfRules final : public signature::KeyLookup {
public:
    std::optional<signature::AccessKey> find(const signature::AccessKeyId& id) const override {
        if (id.view() != "AKIDRULES") return std::nullopt;
        return signature::AccessKey{
            "secret", AccountId("123456789012"), "arn:aws:iam::123456789012:root", "", {}};
    }
};

class HttpTargetsTest : public net::LoopFixture, public net::Routes {
protected:
    async::Task<net::HttpResponse> handle(net::HttpRequest request, const net::PeerFacts&,
                                          Deadline) override {
        requests.push_back(std::move(request));
        if (requests.back().target == "/dead") service.cut();
        if (requests.back().target == "/slow") {
            co_await async::sleep_until(loop, Deadline::after(clock, std::chrono::seconds(1)));
        }
        net::HttpResponse response{.status = 202};
        response.body = "taken";
        co_return response;
    }
    // What came, or the kind of the error and its sentence.
    std::string post(const std::string& url, std::optional<SigV4Terms> signing = std::nullopt,
                     net::HttpHeaders headers = {}) {
        std::string told;
        start({.account = own,
               .url = net::HttpUrl::parse(url).value(),
               .headers = std::move(headers),
               .body = "{}",
               .signing = std::move(signing)},
              told);
        while (told.empty()) loop.run_once(std::chrono::milliseconds(20));
        return told;
    }
    void begin_to_post(const std::string& url, const AccountId& account, std::string& told) {
        start({.account = account, .url = net::HttpUrl::parse(url).value(), .body = "{}"}, told);
    }
    void start(HttpPost post, std::string& told) {
        tasks.start([](auto& self, HttpPost post, auto& told) -> async::Task<void> {
            const auto answer = co_await self.targets->post(std::move(post), self.soon());
            told = answer ? fmt::format("{} {}", answer->status, answer->body)
                          : fmt::format("{}: {}", name_of(answer.error().kind),
                                        answer.error().message);
        }(*this, std::move(post), told));
    }
    void open(HttpTargets::Settings settings) {
        targets = std::make_unique<HttpTargets>(HttpTargets::Parts{loop, lookups, clock},
                                                std::move(settings));
    }
    static std::vector<net::AddressRange> this_machine() {
        return {net::AddressRange::parse("127.0.0.0/8").value()};
    }
    std::string here(std::string_view target) const {
        return fmt::format("http://127.0.0.1:{}{}", service.port(), target);
    }
    void TearDown() override {
        if (targets) targets->close();
        service.cut();
        other.cut();
        finish();
    }

    const AccountId own{"123456789012"};
    const SigV4Terms api{Region("us-west-2"), "execute-api"};
    const DeclaredHttpSigning signing{.key = {signature::AccessKeyId("AKIDRULES"), "secret", ""},
                                      .services = {"execute-api"},
                                      .hosts = {"127.0.0.1", "*.below.example"}};
    net::NameLookups lookups{loop};
    net::HttpTestService service{loop, tasks, *this};
    net::HttpTestService other{loop, tasks, *this};
    std::unique_ptr<HttpTargets> targets;
    std::vector<net::HttpRequest> requests;
};

TEST_F(HttpTargetsTest, PostOverKeptConnections) {
    open({.ranges = this_machine()});
    EXPECT_TRUE(targets->may_reach(net::HttpUrl::parse(here("/")).value()));
    EXPECT_FALSE(targets->may_sign(own, api, "127.0.0.1"));
    net::HttpHeaders headers;
    headers.add("X-A", "1");
    EXPECT_EQ(post(here("/in?x=1"), {}, std::move(headers)), "202 taken");
    EXPECT_EQ(post(here("/other")), "202 taken");
    EXPECT_EQ(service.connections(), 1);
    ASSERT_EQ(requests.size(), 2u);
    EXPECT_EQ(requests[0].method, "POST");
    EXPECT_EQ(requests[0].target, "/in?x=1");
    EXPECT_EQ(requests[0].headers.find("X-A"), "1");
    EXPECT_EQ(requests[0].body, "{}");
    EXPECT_EQ(requests[1].target, "/other");
}

TEST_F(HttpTargetsTest, NothingOfARequestEndsItsLine) {
    open({.ranges = this_machine()});
    for (const auto& [name, value] : {std::pair<std::string, std::string>("X-A", "1\r\nX-Evil: 1"),
                                      {"X-A", "1\nX-Evil: 1"},
                                      {"X-A", std::string("1\0", 2)},
                                      {"X-A\r\nX-Evil", "1"},
                                      {"X-Evil: 1", "1"},
                                      {"", "1"}}) {
        net::HttpHeaders headers;
        headers.add(name, value);
        EXPECT_THAT(post(here("/"), {}, std::move(headers)), HasSubstr("invalid-input: "));
    }
    EXPECT_TRUE(requests.empty());
    net::HttpHeaders headers;
    headers.add("X-A", "tab\tand \xC3\xA4");
    EXPECT_EQ(post(here("/"), {}, std::move(headers)), "202 taken");
}

TEST_F(HttpTargetsTest, GoWhereTheOperatorSaysAlone) {
    open({});
    EXPECT_THAT(post(here("/")), HasSubstr("not-allowed: "));
    EXPECT_THAT(post(fmt::format("http://localhost:{}/", service.port())),
                HasSubstr("not-allowed: "))
        << "whatever its name is";
    EXPECT_EQ(service.connections(), 0);
}

TEST_F(HttpTargetsTest, SayBeforehandWhereTheyDoNotGo) {
    const auto may = [&](const std::string& url) {
        const auto told = targets->may_reach(net::HttpUrl::parse(url).value());
        return told ? std::string("yes") : told.error().message;
    };
    open({});
    for (const char* url :
         {"http://a.example/", "https://127.0.0.1/", "https://[::1]:8/", "https://localhost/",
          "https://x.LOCALHOST./", "https://10.0.0.1/", "https://169.254.169.254/latest",
          "https://[::ffff:127.0.0.1]/", "https://[fd00::1]/"}) {
        EXPECT_THAT(may(url), HasSubstr("the setting rules.http-to names the address")) << url;
    }
    EXPECT_EQ(may("https://a.example/"), "yes");
    EXPECT_EQ(may("https://93.184.215.14/"), "yes");
    open({.ranges = this_machine()});
    EXPECT_EQ(may("http://127.0.0.1/"), "yes");
    EXPECT_EQ(may("http://localhost/"), "yes");
    EXPECT_EQ(may("http://a.example/"), "yes") << "where it leads is seen then";
    EXPECT_THAT(may("http://10.0.0.1/"), HasSubstr("leads to 10.0.0.1, where http actions do"));
    EXPECT_THAT(post("http://192.0.2.1:9/"), HasSubstr("the setting rules.http-to"));
}

TEST_F(HttpTargetsTest, SignWithTheKeyOfTheFile) {
    open({.ranges = this_machine(), .signing = signing, .signing_accounts = {own}});
    EXPECT_TRUE(targets->may_sign(own, api, "127.0.0.1"));
    EXPECT_FALSE(targets->may_sign(AccountId("210987654321"), api, "127.0.0.1"));
    EXPECT_EQ(post(here("/a%20b?y=2&x=1"), api), "202 taken");
    ASSERT_EQ(requests.size(), 1u);
    const net::HttpRequest& request = requests[0];
    const auto proved = signature::verify_request({.method = request.method,
                                                   .path = request.path,
                                                   .query = request.query,
                                                   .headers = request.headers.fields(),
                                                   .body = request.body},
                                                  SigningKeyOfRules(), clock.wall_now());
    ASSERT_TRUE(proved) << proved.error().message;
    EXPECT_THAT(proved->credential.scope.text(), HasSubstr("/us-west-2/execute-api/aws4_request"));
    open({.ranges = this_machine()});
    EXPECT_THAT(post(here("/"), api), HasSubstr("no key to sign with"));
}

TEST_F(HttpTargetsTest, SignForWhatTheFileListsAlone) {
    open({.ranges = this_machine(), .signing = signing, .signing_accounts = {own}});
    const SigV4Terms storage{Region("us-west-2"), "s3"};
    EXPECT_TRUE(targets->may_sign(own, api, "")) << "nobody knows where to";
    EXPECT_TRUE(targets->may_sign(own, api, "A.below.example"));
    for (const char* host : {"127.0.0.2", "below.example", "evilbelow.example", "a.example"}) {
        const auto may = targets->may_sign(own, api, host);
        ASSERT_FALSE(may) << host;
        EXPECT_THAT(may.error().message, HasSubstr("'httpSigning.hosts'"));
    }
    ASSERT_FALSE(targets->may_sign(own, storage, ""));
    EXPECT_THAT(targets->may_sign(own, storage, "").error().message,
                HasSubstr("'httpSigning.services'"));
    EXPECT_THAT(post(here("/"), storage), HasSubstr("not-allowed: "));
    EXPECT_THAT(post(fmt::format("http://127.0.0.2:{}/", service.port()), api),
                HasSubstr("not-allowed: "));
    EXPECT_TRUE(requests.empty());
}

TEST_F(HttpTargetsTest, KeepFewEndpoints) {
    open({.ranges = this_machine(), .endpoints_max = 1});
    EXPECT_EQ(post(here("/")), "202 taken");
    EXPECT_EQ(post(fmt::format("http://127.0.0.2:{}/", service.port())).substr(0, 12),
              "unavailable:")
        << "the one before is let go for it";
    EXPECT_EQ(post(here("/")), "202 taken");
    EXPECT_EQ(service.connections(), 2);
}

// A target that dies over a request may have done it.
TEST_F(HttpTargetsTest, SendNothingTwice) {
    open({.ranges = this_machine()});
    EXPECT_EQ(post(here("/")), "202 taken");
    EXPECT_THAT(post(here("/dead")), ::testing::StartsWith("unavailable"));
    EXPECT_EQ(requests.size(), 2u);
    EXPECT_EQ(post(here("/")), "202 taken");
}

TEST_F(HttpTargetsTest, AccountsHaveSharesOfTheEndpoints) {
    open({.ranges = this_machine(), .endpoints_max = 4});
    std::string slow;
    begin_to_post(here("/slow"), own, slow);
    while (requests.empty()) loop.run_once(std::chrono::milliseconds(20));
    const std::string elsewhere = fmt::format("http://127.0.0.1:{}/", other.port());
    EXPECT_EQ(post(elsewhere),
              "throttled: too many endpoints are being asked at once for this "
              "account");
    EXPECT_EQ(post(here("/")), "202 taken") << "the same endpoint has room";
    std::string of_another;
    begin_to_post(elsewhere, AccountId("111122223333"), of_another);
    while (of_another.empty()) loop.run_once(std::chrono::milliseconds(20));
    EXPECT_EQ(of_another, "202 taken");
    while (slow.empty()) loop.run_once(std::chrono::milliseconds(20));
    EXPECT_EQ(post(elsewhere), "202 taken");
}

TEST_F(HttpTargetsTest, EndWhenTheyAreClosed) {
    open({.ranges = this_machine()});
    targets->close();
    EXPECT_EQ(post(here("/")), "cancelled: the server is stopping");
}

}  // namespace
}  // namespace gatehouse::rules
