#include "authentication/client_certificate_callback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "async/task_group.h"
#include "authentication/custom_authorizer_fixture.h"

namespace gatehouse::authentication {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ClientCertificateCallbackTest : public ::testing::Test {
protected:
    ClientCertificateCallbackTest() {
        functions_.answer = R"({"isAuthenticated":true})";
        domain_.tenant = {AccountId("123456789012"), Region("us-east-1")};
        domain_.name = registry::DomainConfigurationName("Fleet");
        domain_.id = "abcde";
        domain_.authentication = registry::DomainAuthentication::AwsX509;
        domain_.client_certificate_callback =
            "arn:aws:lambda:us-east-1:123456789012:function:check:live";
        start(ProfileName::Aws);
    }
    void start(ProfileName profile, AdmissionSettings admission = {}) {
        callback_ = std::make_unique<ClientCertificateCallback>(
            ClientCertificateCallback::Settings{.profile = profile_named(profile),
                                                .admission = admission},
            ClientCertificateCallback::Parts{.home = loop_,
                                             .clock = clock_,
                                             .functions = functions_,
                                             .permissions = permissions_,
                                             .events = sink_,
                                             .levels = levels_,
                                             .metrics = metrics_});
    }
    std::shared_ptr<Credentials> credentials(const char* address = "127.0.0.1") const {
        auto made = std::make_shared<Credentials>();
        made->trace_id = TraceId("trace");
        made->peer.remote = *net::Address::parse(address, 1234);
        made->peer.client_certificate = Bytes{1, 2, 3};
        made->domain = std::make_shared<const registry::DomainConfiguration>(domain_);
        return made;
    }
    void turn() {
        for (int i = 0; i < 20; ++i) loop_.run_once(std::chrono::milliseconds(0));
    }
    std::optional<Refusal> ask(std::shared_ptr<const Credentials> credentials) {
        std::optional<Refusal> refusal = Refusal{.sentence = "it did not end"};
        tasks_.start([](auto& self, auto credentials, auto& refusal) -> async::Task<void> {
            refusal = co_await self.callback_->ask(
                credentials, self.traces_.begin({}, "trace", "127.0.0.1:1234"),
                Deadline::after(self.clock_, std::chrono::seconds(6)));
        }(*this, std::move(credentials), refusal));
        turn();
        return refusal;
    }
    std::string sentence() {
        const auto refusal = ask(credentials());
        return refusal ? refusal->reason + ": " + refusal->sentence : "let in";
    }
    std::string trace_text() {
        std::string text;
        for (const logs::ConnectionTrace& trace : traces_.find({.trace_id = "trace"})) {
            for (const logs::TraceStep& step : trace.steps) text += step.detail + "\n";
        }
        return text;
    }

    ManualClock clock_;
    async::EventLoop loop_{clock_, {}};
    async::TaskGroup tasks_{loop_, "test"};
    FakeFunctions functions_;
    FakePermissions permissions_;
    logs::NullSink sink_;
    logs::FixedLevel levels_{logs::Level::Debug};
    logs::Metrics metrics_;
    logs::TraceStore traces_{clock_};
    registry::DomainConfiguration domain_;
    std::unique_ptr<ClientCertificateCallback> callback_;
};

TEST_F(ClientCertificateCallbackTest, TheDomainsFunctionDecides) {
    EXPECT_EQ(sentence(), "let in");
    EXPECT_EQ(functions_.asked, "check");
    EXPECT_EQ(functions_.asked_version, "live");
    ASSERT_THAT(functions_.events, SizeIs(1));
    EXPECT_THAT(functions_.events.front(), HasSubstr("clientCertificateChain"));
    EXPECT_EQ(permissions_.asked_for, domain_.arn());
    functions_.answer = R"({"isAuthenticated":false})";
    EXPECT_EQ(sentence(),
              "NOT_AUTHENTICATED: the function 'check' of domain configuration 'Fleet' answered "
              "isAuthenticated: false");
    EXPECT_THAT(trace_text(), HasSubstr("answered isAuthenticated: false"));
}

TEST_F(ClientCertificateCallbackTest, NobodyIsAskedWithoutAFunctionOrTwiceOverAConnection) {
    auto checked = credentials();
    checked->is_certificate_checked = true;
    EXPECT_FALSE(ask(checked));
    domain_.client_certificate_callback.clear();
    EXPECT_FALSE(ask(credentials()));
    auto nowhere = credentials();
    nowhere->domain = nullptr;
    EXPECT_FALSE(ask(nowhere));
    EXPECT_THAT(functions_.events, IsEmpty());
}

TEST_F(ClientCertificateCallbackTest, WithoutAProperAnswerNobodyGetsIn) {
    functions_.answer = R"({"isAuthenticated":"true"})";
    EXPECT_THAT(sentence(), HasSubstr("CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR: the answer of the "
                                      "function 'check' of domain configuration 'Fleet' cannot be "
                                      "used: isAuthenticated is a string"));
    functions_.raises = true;
    functions_.answer = R"({"errorMessage":"no such key"})";
    EXPECT_THAT(sentence(), HasSubstr("no such key"));
    functions_.error = Error{.kind = ErrorKind::NotFound, .message = "there is no such function"};
    EXPECT_THAT(sentence(), HasSubstr("could not be called: there is no such function"));
    functions_.error = Error{.kind = ErrorKind::Timeout, .message = "late"};
    EXPECT_THAT(sentence(), HasSubstr("did not answer within 5000 ms"));
    EXPECT_THAT(trace_text(), HasSubstr("did not answer within 5000 ms"));
    functions_.error = Error{.kind = ErrorKind::Throttled, .message = "busy"};
    EXPECT_EQ(ask(credentials())->kind, Refusal::Kind::Unavailable);
}

TEST_F(ClientCertificateCallbackTest, TheKindIsThatOfTheDomain) {
    functions_.answer = "{}";
    EXPECT_EQ(ask(credentials())->type, AuthenticationType::X509);
    domain_.authentication = registry::DomainAuthentication::CustomAuthX509;
    EXPECT_EQ(ask(credentials())->type, AuthenticationType::CustomAuthX509);
}

TEST_F(ClientCertificateCallbackTest, AMissingPermissionIsToldOrRefused) {
    permissions_.missing = "may not be called";
    EXPECT_EQ(sentence(), "let in");
    EXPECT_THAT(trace_text(), HasSubstr("AWS would refuse this connection: may not be called"));
    functions_.answer = R"({"isAuthenticated":false})";
    EXPECT_THAT(sentence(), HasSubstr(". Besides, AWS would refuse this connection: may not"));
    start(ProfileName::AwsStrict);
    EXPECT_THAT(sentence(), HasSubstr("may not be called"));
    EXPECT_THAT(functions_.events, SizeIs(2));
}

TEST_F(ClientCertificateCallbackTest, AFunctionOfAnotherAccountHasToPermitIt) {
    domain_.client_certificate_callback = "arn:aws:lambda:us-east-1:222222222222:function:check";
    for (const ProfileName profile : {ProfileName::Aws, ProfileName::Open}) {
        start(profile);
        permissions_.missing = "may not be called";
        EXPECT_THAT(sentence(), HasSubstr("may not be called"));
        EXPECT_THAT(functions_.events, IsEmpty());
    }
}

TEST_F(ClientCertificateCallbackTest, WhatAFunctionOfAnotherAccountAnsweredIsNotShown) {
    functions_.answer = R"({"isAuthenticated":true,"own":"secret"})";
    const std::string own = domain_.client_certificate_callback;
    domain_.client_certificate_callback = "arn:aws:lambda:us-east-1:222222222222:function:check";
    EXPECT_EQ(sentence(), "let in");
    EXPECT_FALSE(trace_text().contains("secret"));
    domain_.client_certificate_callback = own;
    EXPECT_EQ(sentence(), "let in");
    EXPECT_TRUE(trace_text().contains("secret"));
}

TEST_F(ClientCertificateCallbackTest, AFunctionThatFailsAgainAndAgainIsLeftAlone) {
    functions_.error = Error{.kind = ErrorKind::Timeout, .message = "late"};
    for (int i = 0; i < 40; ++i) ask(credentials());
    const std::size_t asked = functions_.events.size();
    EXPECT_LT(asked, 40U);
    const auto refusal = ask(credentials());
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->kind, Refusal::Kind::Unavailable);
    EXPECT_THAT(refusal->sentence, HasSubstr("times in a row"));
    EXPECT_EQ(functions_.events.size(), asked);
}

TEST_F(ClientCertificateCallbackTest, OnceStoppedNobodyIsAsked) {
    callback_->stop();
    EXPECT_EQ(ask(credentials())->kind, Refusal::Kind::Unavailable);
    EXPECT_THAT(functions_.events, IsEmpty());
}

}  // namespace
}  // namespace gatehouse::authentication
