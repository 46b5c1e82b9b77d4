#include "authentication/declared_answerers.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <functional>

#include "async/wake.h"
#include "authentication/custom_authorizer_fixture.h"
#include "net/http_test_service.h"
#include "signature/web_token_fixture.h"

namespace gatehouse::authentication {
namespace {

using signature::TokenSigner;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view answered_policies =
    R"("policyDocuments":[{"Version":"2012-10-17","Statement":{"Effect":"Allow",)"
    R"("Action":"iot:*","Resource":["arn:aws:iot:*:*:client/basicPubSub",)"
    R"("arn:aws:iot:*:*:topic/of/${jwt:sub}/x"]}}])";

// Declared authorizers behind a custom authorizer, and a server that they ask.
class DeclaredAnswerersTest : public CustomAuthorizerTest, public net::Routes {
protected:
    void SetUp() override {
        std::signal(SIGPIPE, SIG_IGN);
        std::string name = testing::TempDir() + "/declaredXXXXXX";
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder_ = name;
        clock_.advance(std::chrono::duration_cast<std::chrono::milliseconds>(
            WallTime(std::chrono::seconds(1'800'000'000)) - clock_.wall_now()));
        service_ = std::make_unique<net::HttpTestService>(loop_, tasks_, *this);
    }
    void TearDown() override {
        if (declared_) declared_->close();
        service_->cut();
        run_until([this] { return tasks_.running() == 0; });
        std::filesystem::remove_all(folder_);
    }

    async::Task<net::HttpResponse> handle(net::HttpRequest request, const net::PeerFacts&,
                                          Deadline) override {
        requests_.push_back(request);
        if (delay_.count() > 0) {
            // Whoever waits no longer than that has left when the answer comes.
            clock_.advance(delay_);
            async::Wake turn(loop_);
            loop_.post([&] { loop_.post([&] { turn.notify(); }); });
            co_await turn.wait(Deadline::never());
        }
        net::HttpResponse response{.status = status_};
        response.body = answer_;
        co_return response;
    }
    template <class Condition>
    void run_until(Condition condition) {
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!condition() && std::chrono::steady_clock::now() < give_up) {
            loop_.run_once(std::chrono::milliseconds(10));
        }
        EXPECT_TRUE(condition());
    }

    std::string write(const std::string& name, std::string_view text, mode_t mode = 0600) {
        const auto path = folder_ / name;
        std::ofstream(path) << text;
        ::chmod(path.c_str(), mode);
        return path;
    }
    Result<std::shared_ptr<const DeclaredAnswerers>> read(std::string_view members,
                                                          mode_t mode = 0600) {
        const std::string file =
            write("authorizers.json",
                  fmt::format(R"({{"authorizers":[{{"name":"Kind",{}}}]}})", members), mode);
        return DeclaredAnswerers::read(
            file, {},
            {.home = loop_, .lookups = lookups_, .clock = clock_, .before = declared_.get()});
    }
    void declare(std::string_view members) {
        auto made = read(members);
        ASSERT_TRUE(made) << made.error().message;
        declared_ = *made;
        answerers_.replace(*made);
        directory_.replace(
            registry::AuthorizerDirectory::read(store_, *declared_->described()).value());
        authorizer_ = std::make_unique<CustomAuthorizer>(
            CustomAuthorizerSettings{
                .profile = profile_named(ProfileName::Aws), .admission = {}, .brake = {}},
            CustomAuthorizerParts{.home = loop_,
                                  .clock = clock_,
                                  .random = random_,
                                  .directory = directory_,
                                  .functions = functions_,
                                  .permissions = permissions_,
                                  .events = sink_,
                                  .levels = levels_,
                                  .metrics = metrics_,
                                  .declared = &answerers_});
    }
    std::string url() const { return fmt::format("http://127.0.0.1:{}/", service_->port()); }
    void declare_http() {
        declare(fmt::format(
            R"("kind":"http","url":"{}","headers":{{"Authorization":"Bearer s3cret"}})", url()));
    }
    void declare_tokens(std::string_view keys) {
        declare(fmt::format(R"("kind":"jwt","algorithms":["HS256","RS256"],{},{})", keys,
                            answered_policies));
    }

    void advance_in(int turns, std::chrono::milliseconds by) {
        loop_.post([this, turns, by] {
            if (turns > 0) return advance_in(turns - 1, by);
            clock_.advance(by);
        });
    }
    // "let in as PRINCIPAL until SECONDS", or reason and sentence.
    std::string knock(const std::string& password) {
        // Each time another user, whom the brake does not know.
        return knock_as(fmt::format("u{}", ++users_), password);
    }
    std::string knock_as(const std::string& user, const std::string& password) {
        auto client = credentials(user + "?x-amz-customauthorizer-name=Kind");
        client->mqtt->password = Bytes(password.begin(), password.end());
        bool is_done = false;
        tasks_.start([](auto& self, auto client, auto& is_done) -> async::Task<void> {
            auto trace = self.traces_.begin({}, "trace", "127.0.0.1:1234");
            self.result_ = co_await self.authorizer_->ask(
                client, self.certificate_, may_connect, trace,
                Deadline::after(self.clock_, std::chrono::seconds(6)));
            is_done = true;
        }(*this, std::move(client), is_done));
        run_until([&] { return is_done; });
        if (!result_) return result_.error().reason + ": " + result_.error().sentence;
        return fmt::format("let in as {} for {} s", (*result_)->principal_id,
                           (*result_)->disconnect_after.count());
    }

    std::filesystem::path folder_;
    net::NameLookups lookups_{loop_};
    std::unique_ptr<net::HttpTestService> service_;
    std::vector<net::HttpRequest> requests_;
    int users_ = 0;
    unsigned status_ = 200;
    std::string answer_ = allowing_answer;
    std::chrono::milliseconds delay_{0};
    std::shared_ptr<const DeclaredAnswerers> declared_;
    async::Snapshot<DeclaredAnswerers> answerers_{std::make_shared<const DeclaredAnswerers>()};
    AuthenticationResult result_ = std::unexpected(Refusal());
    const TokenSigner secret_ = TokenSigner::secret(std::string(32, 's'));
};

TEST_F(DeclaredAnswerersTest, TheSameEventIsPostedAndTheSameAnswerRead) {
    declare_http();
    EXPECT_EQ(knock("pw"), "let in as alice for 1800 s");
    EXPECT_EQ((*result_)->authorizer_name, "Kind");
    EXPECT_EQ((*result_)->refresh_after.count(), 300);
    EXPECT_THAT(trace_text(), HasSubstr("new connection, "));
    EXPECT_EQ(knock("pw"), "let in as alice for 1800 s");
    EXPECT_EQ(service_->connections(), 1);
    ASSERT_EQ(requests_.size(), 2u);
    EXPECT_EQ(requests_[0].method, "POST");
    EXPECT_EQ(requests_[0].headers.find("authorization"), "Bearer s3cret");
    EXPECT_EQ(requests_[0].headers.find("content-type"), "application/json");
    EXPECT_THAT(requests_[0].body, HasSubstr(R"("password":"cHc=")"));
    EXPECT_TRUE(functions_.events.empty());
    EXPECT_THAT(trace_text(),
                HasSubstr("'Kind' (asked over HTTP), by x-amz-customauthorizer-name"));
    EXPECT_THAT(trace_text(), HasSubstr("kept connection, "));
}

TEST_F(DeclaredAnswerersTest, WhatIsNoAnswerIsExplained) {
    declare_http();
    const struct {
        unsigned status;
        const char* body;
        const char* said;
        Refusal::Kind kind = Refusal::Kind::NotAuthenticated;
    } all[] = {
        {200, R"({"isAuthenticated":false})", "answered isAuthenticated: false"},
        {401, "", "answered isAuthenticated: false"},
        {403, "no", "answered isAuthenticated: false"},
        {200, "no", "the answer of authorizer 'Kind' cannot be used"},
        {200, "", "the answer of authorizer 'Kind' cannot be used"},
        {302, "s3cret", "the endpoint of authorizer 'Kind' failed: status 302: ****"},
        {400, "bad", "failed: status 400: bad"},
        {503, "", "could not be called: it answered with status 503", Refusal::Kind::Unavailable}};
    for (const auto& one : all) {
        status_ = one.status;
        answer_ = one.body;
        EXPECT_THAT(knock("pw"), HasSubstr(one.said));
        ASSERT_FALSE(result_);
        EXPECT_EQ(result_.error().kind, one.kind) << one.said;
    }
}

TEST_F(DeclaredAnswerersTest, NobodyIsThere) {
    declare_http();
    service_->stop_listening();
    EXPECT_THAT(knock("pw"), HasSubstr("could not be called: cannot connect to 127.0.0.1"));
    EXPECT_EQ(result_.error().kind, Refusal::Kind::Unavailable);
}

TEST_F(DeclaredAnswerersTest, ATokenLetsInUntilItExpires) {
    write("keys.json", secret_.jwk());
    declare_tokens(R"("keysFile":"keys.json")");
    const std::string claims = R"({"sub":"a/b","exp":1800000090})";
    EXPECT_EQ(knock(secret_.token(signature::TokenAlgorithm::HS256, claims)),
              "let in as a/b for 90 s");
    const auto decides = [&](const char* topic) {
        return (*result_)->policies->decide(policy::Action::Publish, topic).allowed();
    };
    EXPECT_TRUE(decides("of/a%2Fb/x"));
    EXPECT_FALSE(decides("of/a/b/x"));
    EXPECT_THAT(trace_text(), HasSubstr("the token of 'a/b' is valid for another 90 s"));
    EXPECT_EQ(knock("pw"),
              "NOT_AUTHENTICATED: authorizer 'Kind': the token has not the three parts "
              "of a JSON Web Token");
    EXPECT_EQ(knock(""), "NOT_AUTHENTICATED: authorizer 'Kind': the client brought no token");
    EXPECT_THAT(knock(secret_.token(signature::TokenAlgorithm::HS256, R"({"exp":1800000090})")),
                HasSubstr("claim 'sub' is missing"));
    EXPECT_THAT(knock(secret_.token(signature::TokenAlgorithm::HS256, R"({"sub":"a","exp":1})")),
                HasSubstr("expired 1799999999 s ago"));
}

TEST_F(DeclaredAnswerersTest, ATokenBesideACertificateIsItsOwners) {
    write("keys.json", secret_.jwk());
    declare_tokens(R"("keysFile":"keys.json")");
    certificate_ = std::make_shared<const CertificateProof>(
        CertificateProof{.id = certificates::CertificateId("abc1"),
                         .registry_epoch = 0,
                         .policies = {},
                         .variables = {}});
    const auto knock_as_subject = [&](const char* subject) {
        return knock(secret_.token(signature::TokenAlgorithm::HS256,
                                   fmt::format(R"({{"sub":"{}","exp":1800000090}})", subject)));
    };
    EXPECT_THAT(knock_as_subject("somebody"), HasSubstr("has to be the certificate's id, abc1"));
    EXPECT_EQ(knock_as_subject("abc1"), "let in as abc1 for 90 s");
}

TEST_F(DeclaredAnswerersTest, KeysAreFetchedAndKept) {
    const TokenSigner first = TokenSigner::make("RSA");
    const TokenSigner second = TokenSigner::make("RSA");
    answer_ = R"({"keys":[)" + first.jwk("1") + "]}";
    declare_tokens(fmt::format(R"("jwksUrl":"{}")", url()));
    const auto knock_with = [&](const TokenSigner& signer, const char* id) {
        return knock(signer.token(signature::TokenAlgorithm::RS256,
                                  fmt::format(R"({{"alg":"RS256","kid":"{}"}})", id),
                                  R"({"sub":"u","exp":1800900000})"));
    };
    EXPECT_THAT(knock("no token"), HasSubstr("three parts"));
    EXPECT_EQ(requests_.size(), 0u);
    EXPECT_THAT(knock_with(first, "1"), HasSubstr("let in as u"));
    EXPECT_THAT(knock_with(first, "1"), HasSubstr("let in as u"));
    EXPECT_EQ(requests_.size(), 1u);
    EXPECT_EQ(requests_[0].method, "GET");
    // An unknown key makes them be fetched anew, but no more than once an interval.
    answer_ = R"({"keys":[)" + second.jwk("2") + "]}";
    EXPECT_THAT(knock_with(second, "2"), HasSubstr("the key '2', which is not known"));
    EXPECT_EQ(requests_.size(), 1u);
    clock_.advance(std::chrono::seconds(31));
    EXPECT_THAT(knock_with(second, "2"), HasSubstr("let in as u"));
    EXPECT_THAT(knock_with(second, "3"), HasSubstr("the key '3', which is not known"));
    EXPECT_EQ(requests_.size(), 2u);
    // Too old, they are fetched; while nobody answers, those that there are go on for a day.
    status_ = 500;
    clock_.advance(std::chrono::minutes(11));
    EXPECT_THAT(knock_with(second, "2"), HasSubstr("let in as u"));
    EXPECT_EQ(requests_.size(), 3u);
    clock_.advance(std::chrono::hours(25));
    EXPECT_THAT(knock_with(second, "2"), HasSubstr("there are no keys from http://127.0.0.1"));
    EXPECT_EQ(result_.error().kind, Refusal::Kind::Unavailable);
    EXPECT_EQ(requests_.size(), 4u);
    EXPECT_THAT(knock_with(second, "2"), HasSubstr("it answered with status 500"));
    EXPECT_EQ(requests_.size(), 4u);
}

TEST_F(DeclaredAnswerersTest, AnEmptySetWithdrawsTheKeys) {
    const TokenSigner signer = TokenSigner::make("RSA");
    answer_ = R"({"keys":[)" + signer.jwk("1") + "]}";
    declare_tokens(fmt::format(R"("jwksUrl":"{}")", url()));
    const std::string token =
        signer.token(signature::TokenAlgorithm::RS256, R"({"sub":"u","exp":1800900000})");
    EXPECT_THAT(knock(token), HasSubstr("let in as u"));
    answer_ = R"({"keys":[]})";
    clock_.advance(std::chrono::minutes(11));
    EXPECT_THAT(knock(token), HasSubstr("no key is for that"));
    EXPECT_EQ(requests_.size(), 2u);
    // What is no set withdraws nothing.
    answer_ = R"({"keys":[)" + signer.jwk("1") + "]}";
    clock_.advance(std::chrono::minutes(11));
    EXPECT_THAT(knock(token), HasSubstr("let in as u"));
    answer_ = R"({"error":"down"})";
    clock_.advance(std::chrono::minutes(11));
    EXPECT_THAT(knock(token), HasSubstr("let in as u"));
    EXPECT_EQ(requests_.size(), 4u);
}

TEST_F(DeclaredAnswerersTest, ARefreshMayTakeAsLongAsTheFirstFetch) {
    const TokenSigner first = TokenSigner::make("RSA");
    answer_ = R"({"keys":[)" + first.jwk("1") + "]}";
    declare_tokens(fmt::format(R"("jwksUrl":"{}")", url()));
    const std::string token =
        first.token(signature::TokenAlgorithm::RS256, R"({"sub":"u","exp":1800900000})");
    EXPECT_THAT(knock(token), HasSubstr("let in as u"));
    answer_ = R"({"keys":[)" + TokenSigner::make("RSA").jwk("2") + "]}";
    clock_.advance(std::chrono::minutes(11));
    delay_ = std::chrono::seconds(3);
    EXPECT_THAT(knock(token), HasSubstr("signature is wrong"));
}

TEST_F(DeclaredAnswerersTest, ATokenThatNamesNoKeyMakesThemBeFetched) {
    const TokenSigner first = TokenSigner::make("RSA");
    const TokenSigner second = TokenSigner::make("RSA");
    answer_ = R"({"keys":[)" + first.jwk("1") + "]}";
    declare_tokens(fmt::format(R"("jwksUrl":"{}")", url()));
    const auto knock_with = [&](const TokenSigner& signer) {
        return knock(
            signer.token(signature::TokenAlgorithm::RS256, R"({"sub":"u","exp":1800900000})"));
    };
    EXPECT_THAT(knock_with(first), HasSubstr("let in as u"));
    answer_ = R"({"keys":[)" + second.jwk("2") + "]}";
    EXPECT_THAT(knock_with(second), HasSubstr("signature is wrong"));
    clock_.advance(std::chrono::seconds(31));
    EXPECT_THAT(knock_with(second), HasSubstr("let in as u"));
    EXPECT_EQ(requests_.size(), 2u);
}

TEST_F(DeclaredAnswerersTest, KeysOutliveADeclarationThatIsReadAgain) {
    const TokenSigner signer = TokenSigner::make("RSA");
    answer_ = R"({"keys":[)" + signer.jwk("1") + "]}";
    const std::string place = fmt::format(R"("jwksUrl":"{}")", url());
    declare_tokens(place);
    const std::string token =
        signer.token(signature::TokenAlgorithm::RS256, R"({"sub":"u","exp":1800900000})");
    EXPECT_THAT(knock(token), HasSubstr("let in as u"));
    status_ = 503;
    declare_tokens(place);
    EXPECT_THAT(knock(token), HasSubstr("let in as u"));
    declare_tokens(place + R"(,"issuer":"other")");
    EXPECT_THAT(knock(token), HasSubstr("issuer"));
    EXPECT_EQ(requests_.size(), 1u);
    // From elsewhere they have to come anew.
    declare_tokens(fmt::format(R"("jwksUrl":"{}other")", url()));
    EXPECT_THAT(knock(token), HasSubstr("there are no keys from"));
    EXPECT_EQ(requests_.size(), 2u);
}

TEST_F(DeclaredAnswerersTest, WhoComesWithAnOldTokenHoldsUpNoOther) {
    write("keys.json", secret_.jwk());
    declare_tokens(R"("keysFile":"keys.json")");
    const auto token = [&](const char* claims) {
        return secret_.token(signature::TokenAlgorithm::HS256, claims);
    };
    const std::string old = token(R"({"sub":"a","exp":1})");
    const std::string valid = token(R"({"sub":"a","exp":1800000090})");
    for (int i = 0; i < 4; ++i) EXPECT_THAT(knock_as("jwt", old), HasSubstr("expired"));
    EXPECT_THAT(knock_as("jwt", valid), HasSubstr("let in as a"));
    EXPECT_THAT(trace_text(), Not(HasSubstr("held back")));
    // The same one again waits.
    advance_in(20, std::chrono::seconds(1));
    EXPECT_THAT(knock_as("other", old), HasSubstr("expired"));
    EXPECT_THAT(trace_text(), HasSubstr("held back"));
}

TEST_F(DeclaredAnswerersTest, ATokenInTheUserNameIsInNoTrace) {
    const std::string token =
        secret_.token(signature::TokenAlgorithm::HS256, R"({"sub":"a","exp":1800000090})");
    declare_http();
    answer_ = R"({"isAuthenticated":false,"seen":")" + token + "\"}";
    knock_as(token, "pw");
    EXPECT_THAT(requests_.at(0).body, HasSubstr(token));
    EXPECT_THAT(trace_text(), Not(HasSubstr(token)));
    EXPECT_THAT(trace_text(), HasSubstr("****?x-amz-customauthorizer-name=Kind"));
}

TEST_F(DeclaredAnswerersTest, AFileThatCannotBeUsedSaysWhy) {
    const auto problem = [&](std::string_view members, mode_t mode = 0600) {
        const auto made = read(members, mode);
        return made ? "read" : made.error().message;
    };
    EXPECT_THAT(problem(R"("kind":"http","url":"https://a/")", 0644), HasSubstr("chmod"));
    EXPECT_THAT(problem(R"("kind":"http","url":"https://a/","caFile":"none.pem")"),
                HasSubstr("none.pem"));
    write("junk.pem", "junk");
    EXPECT_THAT(problem(R"("kind":"http","url":"https://a/","caFile":"junk.pem")"),
                HasSubstr("no certificate that can be read"));
    const std::string tokens = fmt::format(
        R"("kind":"jwt","algorithms":"HS256","keysFile":"keys.json",{})", answered_policies);
    EXPECT_THAT(problem(tokens), HasSubstr("keys.json"));
    write("keys.json", secret_.jwk(), 0644);
    EXPECT_THAT(problem(tokens), HasSubstr("chmod"));
    write("keys.json", TokenSigner::make("ED25519").jwk(), 0644);
    EXPECT_EQ(problem(tokens), "read");
    EXPECT_THAT(problem(R"("kind":"http","url":"https://a/","tokenKeyName":"a b")"),
                HasSubstr("authorizer 'Kind': tokenKeyName"));
}

}  // namespace
}  // namespace gatehouse::authentication
