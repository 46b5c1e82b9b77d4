#include "signature/json_web_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "signature/base64url.h"
#include "signature/unique_members.h"
#include "signature/web_token_fixture.h"

namespace gatehouse::signature {
namespace {

using testing::HasSubstr;

std::string problem_of(const std::string& text, KeyOrigin origin = KeyOrigin::OwnFile) {
    const auto keys = JsonWebKeys::parse(text, origin);
    return keys ? "taken" : keys.error().message;
}

TEST(Base64Url, HasOneTextForEachSequence) {
    EXPECT_EQ(from_base64url("AQID"), (Bytes{1, 2, 3}));
    EXPECT_EQ(from_base64url("-_8"), (Bytes{0xFB, 0xFF}));
    EXPECT_EQ(from_base64url(""), Bytes());
    for (const char* text : {"A", "AQI=", "AQIDB", "+/8", "AQ ID", "AR", "AQJ", "AQ\n"}) {
        EXPECT_FALSE(from_base64url(text)) << text;
    }
}

TEST(UniqueMembers, CountInTheirOwnObject) {
    EXPECT_TRUE(has_unique_members(R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})"));
    EXPECT_FALSE(has_unique_members(R"({"a":1,"b":2,"a":3})"));
    EXPECT_FALSE(has_unique_members(R"({"b":[{"a":1,"\u0061":2}]})"));
}

// RFC 8037 appendix A.4.
TEST(JsonWebKey, VerifiesTheRfcsEd25519Signature) {
    const auto keys = JsonWebKeys::parse(
        R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
        KeyOrigin::Fetched);
    ASSERT_TRUE(keys);
    const auto signature = from_base64url(
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
    const JsonWebKey& key = keys->all().front();
    const std::string text = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    EXPECT_TRUE(key.verifies(TokenAlgorithm::EdDSA, text, *signature));
    EXPECT_FALSE(key.verifies(TokenAlgorithm::EdDSA, text + "x", *signature));
    EXPECT_FALSE(key.verifies(TokenAlgorithm::HS256, text, *signature));
}

TEST(JsonWebKey, RefusesWhatIsWeakOrPrivate) {
    const std::string rsa1024 =
        R"({"kty":"RSA","e":"AQAB","n":")" + to_base64url(std::string(128, '\xFF')) + R"("})";
    EXPECT_THAT(problem_of(rsa1024), HasSubstr("has 1024 bits"));
    const std::string huge =
        R"({"kty":"RSA","e":"AQAB","n":")" + to_base64url(std::string(2049, '\xFF')) + R"("})";
    EXPECT_THAT(problem_of(huge), HasSubstr("too large"));
    const std::string one =
        R"({"kty":"RSA","e":"AQ","n":")" + to_base64url(std::string(256, '\xFF')) + R"("})";
    EXPECT_THAT(problem_of(one), HasSubstr("make no RSA key"));
    EXPECT_THAT(problem_of(TokenSigner::secret(std::string(31, 'x')).jwk()),
                HasSubstr("secret of 31 bytes"));
    EXPECT_THAT(problem_of(R"({"kty":"OKP","crv":"Ed25519","d":"AA","x":"AA"})"),
                HasSubstr("is a private key"));
    EXPECT_THAT(problem_of("-----BEGIN PRIVATE KEY-----\n"), HasSubstr("is a private key"));
    EXPECT_THAT(problem_of("-----BEGIN CERTIFICATE-----\n"), HasSubstr("is a certificate"));
    EXPECT_THAT(problem_of("-----BEGIN PUBLIC KEY-----\nx"), HasSubstr("is not a PEM"));
    // Off the curve.
    const std::string zeros = to_base64url(std::string(32, '\1'));
    EXPECT_THAT(
        problem_of(R"({"kty":"EC","crv":"P-256","x":")" + zeros + R"(","y":")" + zeros + R"("})"),
        HasSubstr("is no point of P-256"));
    EXPECT_THAT(problem_of(R"({"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"})"),
                HasSubstr("another length"));
}

TEST(JsonWebKeys, AreReadFromEachForm) {
    const TokenSigner rsa = TokenSigner::make("RSA");
    const TokenSigner curve = TokenSigner::make("P-384");
    EXPECT_EQ(JsonWebKeys::parse(rsa.public_pem() + "\n" + curve.public_pem(), KeyOrigin::OwnFile)
                  ->all()
                  .size(),
              2u);
    const auto set = JsonWebKeys::parse(
        R"({"keys":[)" + rsa.jwk("a") + "," + TokenSigner::make("ED448").jwk("b") + "]}",
        KeyOrigin::Fetched);
    ASSERT_TRUE(set) << set.error().message;
    EXPECT_EQ(set->all()[0].id(), "a");
    EXPECT_EQ(set->all()[1].type(), JsonWebKey::Type::Ed448);
    for (const char* text :
         {"", "[]", "{}", R"({"keys":{}})", R"({"keys":[]})", R"({"keys":[1]})"}) {
        EXPECT_NE(problem_of(text), "taken") << text;
    }
    EXPECT_THAT(problem_of(R"({"kty":"oct","kty":"RSA"})"), HasSubstr("names a member twice"));
    std::string many;
    for (std::size_t i = 0; i <= web_keys_max; ++i) many += (many.empty() ? "" : ",") + rsa.jwk();
    EXPECT_THAT(problem_of("{\"keys\":[" + many + "]}"), HasSubstr("at most 64"));
}

TEST(JsonWebKeys, LeaveOutWhatIsNotForUs) {
    const std::string good = TokenSigner::make("ED25519").jwk("good");
    const std::string secret = TokenSigner::secret(std::string(32, 's')).jwk("s");
    const std::string set =
        R"({"keys":[{"kty":"quantum"},{"kty":"RSA","use":"enc"},{"kty":"EC","crv":"secp256k1"},)"
        R"({"kty":"RSA","n":"AQ","e":"AQAB"},)" +
        secret + "," + good + "]}";
    const auto fetched = JsonWebKeys::parse(set, KeyOrigin::Fetched);
    ASSERT_TRUE(fetched);
    ASSERT_EQ(fetched->all().size(), 1u);
    EXPECT_EQ(fetched->all()[0].id(), "good");
    // In a file of one's own, what is broken is told.
    EXPECT_THAT(problem_of(set), HasSubstr("key 4: the key has 1 bits"));
    // An issuer that withdraws its keys has an empty set; what is no set at all withdraws nothing.
    for (const std::string& empty : {std::string(R"({"keys":[]})"), "{\"keys\":[" + secret + "]}",
                                     std::string(R"({"keys":[{"kty":"quantum"}]})")}) {
        const auto none = JsonWebKeys::parse(empty, KeyOrigin::Fetched);
        ASSERT_TRUE(none) << empty;
        EXPECT_TRUE(none->all().empty());
    }
    for (const char* text : {"{}", R"({"error":"down"})", R"({"keys":{}})", "", "[]"}) {
        EXPECT_NE(problem_of(text, KeyOrigin::Fetched), "taken") << text;
    }
    EXPECT_THAT(problem_of(R"({"keys":[]})"), HasSubstr("no key that could verify"));
    std::string many;
    for (int i = 0; i < 65; ++i) many += "," + good;
    const auto first =
        JsonWebKeys::parse("{\"keys\":[" + many.substr(1) + "]}", KeyOrigin::Fetched);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->all().size(), web_keys_max);
}

TEST(JsonWebKey, ServesForItsOwnAlgorithmAlone) {
    const std::string jwk = TokenSigner::make("RSA").jwk();
    const auto free = JsonWebKeys::parse(jwk, KeyOrigin::Fetched).value();
    const auto bound = JsonWebKeys::parse(R"({"alg":"PS256",)" + jwk.substr(1), KeyOrigin::Fetched);
    EXPECT_TRUE(free.all()[0].serves_for(TokenAlgorithm::RS256));
    EXPECT_TRUE(bound->all()[0].serves_for(TokenAlgorithm::PS256));
    EXPECT_FALSE(bound->all()[0].serves_for(TokenAlgorithm::RS256));
    EXPECT_FALSE(JsonWebKeys::parse(R"({"alg":"HS256",)" + jwk.substr(1), KeyOrigin::Fetched));
    const auto secret =
        JsonWebKeys::parse(TokenSigner::secret(std::string(32, 's')).jwk(), KeyOrigin::OwnFile);
    EXPECT_TRUE(secret->all()[0].serves_for(TokenAlgorithm::HS256));
    EXPECT_FALSE(secret->all()[0].serves_for(TokenAlgorithm::HS512));
}

}  // namespace
}  // namespace gatehouse::signature
