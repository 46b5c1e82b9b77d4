#include "authentication/signature_authenticator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "async/run_to_end.h"
#include "iam/identity_records.h"
#include "signature/signer.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::authentication {
namespace {

using policy::Action;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;

struct Keys final : signature::KeyLookup {
    std::optional<signature::AccessKey> find(const signature::AccessKeyId& id) const override {
        if (on_find) on_find();
        const auto found = keys.find(id.value());
        if (found == keys.end()) return std::nullopt;
        return found->second;
    }
    std::map<std::string, signature::AccessKey> keys;
    std::function<void()> on_find;
};

struct Signed {
    std::string key = "AKIDALICE";
    std::string secret = "secret";
    std::string token = "";
    std::string service = "iotdevicegateway";
    std::string region = "us-east-1";
    seconds lifetime = seconds(300);
    minutes ahead = minutes(0);  // of our clock
};

class SignatureAuthenticatorTest : public ::testing::Test {
protected:
    SignatureAuthenticatorTest() {
        keys_.keys["AKIDALICE"] = {.secret = "secret",
                                   .account = tenant_.account,
                                   .principal = "arn:aws:iam::123456789012:user/alice"};
        identities_.create(tenant_, {.name = alice_}).value();
    }
    void allow(const std::string& statement) {
        identities_
            .put_policy(tenant_, alice_, "p",
                        R"({"Version":"2012-10-17","Statement":[)" + statement + "]}")
            .value();
    }
    std::shared_ptr<Credentials> presigned(const Signed& how = {}) const {
        HttpCredentials http{.headers = {}, .query = {}, .method = "GET", .path = "/mqtt"};
        http.headers.add("Host", "gate.example");
        const signature::RequestView request{"GET", "/mqtt", "", http.headers.fields(), ""};
        http.query = signature::presign_query(
            request, {signature::AccessKeyId(how.key), how.secret, how.token}, Region(how.region),
            how.service, clock_.wall_now() + how.ahead, how.lifetime);
        auto credentials = std::make_shared<Credentials>();
        credentials->tenant = tenant_;
        credentials->http = std::make_unique<HttpCredentials>(std::move(http));
        credentials->mqtt.emplace();
        credentials->mqtt->client_id = "c";
        return credentials;
    }
    AuthenticationResult ask(const std::shared_ptr<Credentials>& credentials) {
        EXPECT_TRUE(SignatureAuthenticator::is_signed(*credentials));
        return async::run_to_end(clock_, authenticator_.ask(credentials, {}));
    }
    std::string reason(const Signed& how) {
        const auto result = ask(presigned(how));
        return result ? "" : result.error().reason;
    }
    std::string sentence(const Signed& how) {
        const auto result = ask(presigned(how));
        return result ? "" : result.error().sentence;
    }

    const Tenant tenant_{AccountId("123456789012"), Region("us-east-1")};
    const iam::IdentityName alice_{iam::IdentityKind::User, "alice"};
    ManualClock clock_;
    SystemRandom random_;
    Keys keys_;
    async::WorkerPool workers_{{.name = "auth-test", .threads = 1}};
    storage::MemoryResourceStore memory_{clock_};
    storage::AsyncResourceStore store_{memory_, workers_};
    const iam::IdentityRecords::Parts parts_{clock_, random_};
    iam::IdentityRecords identities_{memory_, parts_};
    SignatureAuthenticator authenticator_{
        {.store = store_, .keys = keys_, .clock = clock_, .signing_clock = clock_}};
};

TEST_F(SignatureAuthenticatorTest, AUserMayWhatItsPoliciesAllow) {
    allow(R"({"Effect":"Allow","Action":["iot:Connect","s3:*"],"Resource":"*"},)"
          R"({"Effect":"Allow","Action":"iot:Publish",)"
          R"("Resource":"arn:aws:iot:us-east-1:123456789012:topic/of/${aws:username}"})");
    const auto identity = ask(presigned());
    ASSERT_TRUE(identity) << identity.error().sentence;
    EXPECT_EQ((*identity)->type, AuthenticationType::SigV4);
    EXPECT_TRUE((*identity)->principal_id.starts_with("AIDA"));
    EXPECT_EQ((*identity)->disconnect_after, hours(24));
    const auto may = [&](Action action, std::string_view name) {
        return (*identity)->policies->decide(action, name).allowed();
    };
    EXPECT_TRUE(may(Action::Connect, "c"));
    EXPECT_TRUE(may(Action::Publish, "of/alice"));
    EXPECT_FALSE(may(Action::Publish, "of/bob"));
    EXPECT_FALSE(may(Action::Receive, "of/alice"));
}

TEST_F(SignatureAuthenticatorTest, RootMayEverything) {
    keys_.keys["AKIDROOT"] = {.secret = "secret",
                              .account = tenant_.account,
                              .principal = "arn:aws:iam::123456789012:root"};
    const auto identity = ask(presigned({.key = "AKIDROOT"}));
    ASSERT_TRUE(identity);
    EXPECT_EQ((*identity)->principal_id, "123456789012");
    EXPECT_TRUE((*identity)->policies->decide(Action::Receive, "any/topic").allowed());
}

TEST_F(SignatureAuthenticatorTest, ASessionEndsWithItsKeyAndKnowsItsThing) {
    iam::Identity role{.name = {iam::IdentityKind::Role, "device"}};
    role.trust_policy =
        R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"*"}}})";
    identities_.create(tenant_, role).value();
    identities_
        .put_policy(
            tenant_, {iam::IdentityKind::Role, "device"}, "p",
            R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:*","Resource":)"
            R"("arn:aws:iot:us-east-1:123456789012:topic/${credentials-iot:ThingName}"}})")
        .value();
    keys_.keys["ASIADEVICE"] = {.secret = "secret",
                                .account = tenant_.account,
                                .principal = "arn:aws:sts::123456789012:assumed-role/device/s",
                                .session_token = "token+/=",
                                .expires = clock_.wall_now() + minutes(15),
                                .session_facts = {{"credentials-iot:ThingName", "pump"}}};
    const auto identity = ask(presigned({.key = "ASIADEVICE", .token = "token+/="}));
    ASSERT_TRUE(identity) << identity.error().sentence;
    EXPECT_TRUE((*identity)->principal_id.starts_with("AROA"));
    EXPECT_TRUE((*identity)->principal_id.ends_with(":s"));
    EXPECT_EQ((*identity)->disconnect_after, minutes(15));
    EXPECT_TRUE((*identity)->policies->decide(Action::Publish, "pump").allowed());
    EXPECT_FALSE((*identity)->policies->decide(Action::Publish, "other").allowed());
    EXPECT_EQ(reason({.key = "ASIADEVICE"}), "SECURITY_TOKEN_INVALID");
    clock_.advance(minutes(15));
    EXPECT_EQ(reason({.key = "ASIADEVICE", .token = "token+/="}), "SECURITY_TOKEN_EXPIRED");
}

TEST_F(SignatureAuthenticatorTest, WhatDoesNotCountIsToldApart) {
    EXPECT_EQ(reason({.secret = "wrong"}), "SECURITY_TOKEN_SIGNATURE_MISMATCH");
    EXPECT_EQ(reason({.key = "AKIDNOBODY"}), "SECURITY_TOKEN_INVALID");
    EXPECT_THAT(sentence({.service = "iot"}), HasSubstr("service 'iot'"));
    EXPECT_THAT(sentence({.service = "iotdata"}), HasSubstr("service 'iotdata'"));
    EXPECT_THAT(sentence({.region = "eu-west-1"}), HasSubstr("region 'eu-west-1'"));
    EXPECT_THAT(sentence({.lifetime = hours(25)}), HasSubstr("from 1 to 86400"));
    keys_.keys["AKIDALICE"].account = AccountId("999999999999");
    EXPECT_THAT(sentence({}), HasSubstr("of account 999999999999"));
}

TEST_F(SignatureAuthenticatorTest, NoSecretIsTold) {
    const auto credentials = presigned({.secret = "wrong"});
    const auto result = ask(credentials);
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().sentence, ::testing::Not(HasSubstr("X-Amz-Signature")));
    EXPECT_THAT(result.error().sentence, ::testing::Not(HasSubstr("X-Amz-Credential")));
}

TEST_F(SignatureAuthenticatorTest, AnAddressIsGoodForItsTime) {
    const auto credentials = presigned();
    clock_.advance(seconds(300));
    EXPECT_TRUE(ask(credentials));
    clock_.advance(seconds(1));
    EXPECT_EQ(ask(credentials).error().reason, "SECURITY_TOKEN_EXPIRED");
    EXPECT_THAT(sentence({.ahead = minutes(6)}), HasSubstr("not yet current"));
    EXPECT_EQ(reason({.ahead = minutes(4)}), "");
}

TEST_F(SignatureAuthenticatorTest, HeadersMayBeSignedInstead) {
    auto credentials = std::make_shared<Credentials>();
    credentials->tenant = tenant_;
    HttpCredentials http{
        .headers = {}, .query = "qos=1", .method = "POST", .path = "/topics/a%2Fb"};
    http.headers.add("Host", "gate.example");
    http.body = "payload";
    const signature::RequestView request{http.method, http.path, http.query, http.headers.fields(),
                                         http.body};
    for (auto& [name, value] :
         signature::sign_headers(request, {signature::AccessKeyId("AKIDALICE"), "secret", ""},
                                 tenant_.region, "iotdata", clock_.wall_now())) {
        http.headers.add(name, value);
    }
    credentials->http = std::make_unique<HttpCredentials>(std::move(http));
    EXPECT_TRUE(ask(credentials));
    credentials->http->body = "another";
    EXPECT_EQ(ask(credentials).error().reason, "SECURITY_TOKEN_SIGNATURE_MISMATCH");
}

TEST_F(SignatureAuthenticatorTest, PoliciesMayAskForTheRegion) {
    allow(R"({"Effect":"Allow","Action":"iot:*","Resource":"*"},)"
          R"({"Effect":"Deny","Action":"iot:Publish","Resource":"*",)"
          R"("Condition":{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}})");
    const auto identity = ask(presigned());
    ASSERT_TRUE(identity);
    EXPECT_TRUE((*identity)->policies->decide(Action::Connect, "c").allowed());
    EXPECT_FALSE((*identity)->policies->decide(Action::Publish, "any").allowed());
}

TEST_F(SignatureAuthenticatorTest, ADenyCountsWhateverItAsksFor) {
    const auto connects_despite = [&](const std::string& condition) {
        allow(R"({"Effect":"Allow","Action":"iot:*","Resource":"*"},)"
              R"({"Effect":"Deny","Action":"*","Resource":"*","Condition":)" +
              condition + "}");
        return ask(presigned()).value()->policies->decide(Action::Connect, "lamp").allowed();
    };
    EXPECT_TRUE(connects_despite(R"({"Bool":{"aws:ViaAWSService":"true"}})"));
    EXPECT_TRUE(connects_despite(R"({"StringEquals":{"aws:ResourceTag/a":"b"}})"));
    EXPECT_FALSE(connects_despite(R"({"Bool":{"aws:ViaAWSService":"false"}})"));
    EXPECT_FALSE(connects_despite(R"({"StringEquals":{"nobody:Knows":"it"}})"));
}

TEST_F(SignatureAuthenticatorTest, AChangeWhileTheKeyIsLookedUpCounts) {
    keys_.on_find = [this] { authenticator_.note(tenant_.account); };
    const auto credentials = presigned();
    const auto identity = ask(credentials);
    ASSERT_TRUE(identity);
    EXPECT_TRUE(authenticator_.is_outdated(**identity, tenant_.account));
    const auto again =
        async::run_to_end(clock_, authenticator_.review(kept_for_review(*credentials), {}));
    ASSERT_TRUE(again);
    EXPECT_TRUE(authenticator_.is_outdated(**again, tenant_.account));
}

TEST_F(SignatureAuthenticatorTest, AReviewSeesWhatChanged) {
    allow(R"({"Effect":"Allow","Action":"iot:*","Resource":"*"})");
    const auto credentials = presigned();
    const auto kept = kept_for_review(*credentials);
    const auto review = [&] { return async::run_to_end(clock_, authenticator_.review(kept, {})); };
    const auto identity = ask(credentials);
    ASSERT_TRUE(identity);
    EXPECT_FALSE(authenticator_.is_outdated(**identity, tenant_.account));
    clock_.advance(hours(1));  // past the address
    allow(R"({"Effect":"Allow","Action":"iot:Connect","Resource":"*"})");
    authenticator_.note(tenant_.account);
    EXPECT_TRUE(authenticator_.is_outdated(**identity, tenant_.account));
    const auto again = review();
    ASSERT_TRUE(again);
    EXPECT_FALSE((*again)->policies->decide(Action::Publish, "a").allowed());
    EXPECT_FALSE(authenticator_.is_outdated(**again, tenant_.account));
    identities_.remove_policy(tenant_, alice_, "p").value();
    identities_.remove(tenant_, alice_).value();
    EXPECT_THAT(review().error().sentence, HasSubstr("is gone"));
    keys_.keys.clear();
    EXPECT_THAT(review().error().sentence, HasSubstr("no longer active"));
}

TEST_F(SignatureAuthenticatorTest, NothingSecretIsKeptForReviews) {
    const auto credentials = presigned({.token = "token"});
    credentials->mqtt->password = Bytes{1, 2};
    const auto kept = kept_for_review(*credentials);
    EXPECT_EQ(kept->http, nullptr);
    EXPECT_EQ(*kept->access_key_id, "AKIDALICE");
    EXPECT_EQ(kept->mqtt->client_id, "c");
    EXPECT_FALSE(kept->mqtt->password);
}

TEST_F(SignatureAuthenticatorTest, SessionsFromBeforeATimeMayBeDenied) {
    allow(R"({"Effect":"Allow","Action":"iot:*","Resource":"*"},)"
          R"({"Effect":"Deny","Action":"*","Resource":"*","Condition":)"
          R"({"DateLessThan":{"aws:TokenIssueTime":"2026-01-01T00:00:00.500Z"}}})");
    const auto may_connect = [&] {
        const auto identity = ask(presigned());
        return identity && (*identity)->policies->decide(Action::Connect, "c").allowed();
    };
    EXPECT_TRUE(may_connect()) << "a key that lasts has no such time";
    auto& facts = keys_.keys["AKIDALICE"].session_facts;
    facts = {{"aws:TokenIssueTime", "2026-01-01T00:00:00.400Z"}};
    EXPECT_FALSE(may_connect());
    facts = {{"aws:TokenIssueTime", "2026-01-01T00:00:00.600Z"}};
    EXPECT_TRUE(may_connect());
}

TEST_F(SignatureAuthenticatorTest, WhoGetsANameNextIsAnother) {
    allow(R"({"Effect":"Allow","Action":"iot:*","Resource":"*"})");
    auto& key = keys_.keys["AKIDALICE"];
    key.identity_id = identities_.get(tenant_, alice_)->id;
    EXPECT_TRUE(ask(presigned()));
    identities_.remove_policy(tenant_, alice_, "p").value();
    identities_.remove(tenant_, alice_).value();
    identities_.create(tenant_, {.name = alice_}).value();
    EXPECT_THAT(sentence({}), HasSubstr("is gone"));
}

}  // namespace
}  // namespace gatehouse::authentication
