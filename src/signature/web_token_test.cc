#include "signature/web_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "signature/web_token_fixture.h"

namespace gatehouse::signature {
namespace {

using enum TokenAlgorithm;
using testing::HasSubstr;

constexpr std::int64_t now_seconds = 1'800'000'000;
const std::string secret_bytes(64, 's');

WallTime at(std::int64_t seconds) {
    return WallTime(std::chrono::seconds(seconds));
}

std::string judged(std::string_view token, const std::string& keys, const WebTokenRules& rules,
                   std::int64_t now = now_seconds) {
    const auto read = JsonWebKeys::parse(keys, KeyOrigin::OwnFile);
    if (!read) return "keys: " + read.error().message;
    const auto claims = judge_web_token(token, read->all(), rules, at(now));
    if (claims) return "taken";
    return (claims.error().kind == WebTokenProblem::Kind::UnknownKey ? "unknown key: " : "") +
           claims.error().sentence;
}

// By one secret; claims and rules vary.
std::string judged_claims(std::string_view claims, WebTokenRules rules = {}) {
    rules.algorithms = {HS256};
    const TokenSigner signer = TokenSigner::secret(secret_bytes);
    return judged(signer.token(HS256, claims), signer.jwk(), rules);
}
std::string judged_header(std::string_view header) {
    const TokenSigner signer = TokenSigner::secret(secret_bytes);
    return judged(signer.token(HS256, header, R"({"exp":1800000100})"), signer.jwk(),
                  {.algorithms = {HS256}});
}

struct Vector {
    const char* name;
    TokenAlgorithm algorithm;
    const char* key;
    const char* token;
};
// RFC 7515 appendix A.
const Vector rfc_vectors[] = {
    {"A.1", HS256,
     R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcg)"
     R"(UuTwjAzZr1Z9CAow"})",
     "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0"
     "dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"},
    {"A.2", RS256,
     R"({"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4q)"
     R"(PCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0L)"
     R"(OL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5Z)"
     R"(wKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpo)"
     R"(Q","e":"AQAB"})",
     "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNv"
     "bS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__"
     "dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4"
     "Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
     "nZLgrnbyTyWzO75vRK5h6xB"
     "ArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-"
     "eOkHWEsqtFZESc6BfI7noOPqvhJ1"
     "phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"},
    {"A.3", ES256,
     R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
     R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
     "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNv"
     "bS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-"
     "F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfK"
     "TUJqPP3-Kg6NU1Q"},
};

TEST(WebToken, TakesTheRfcsTokens) {
    for (const Vector& vector : rfc_vectors) {
        const WebTokenRules rules{.algorithms = {vector.algorithm}, .issuers = {"joe"}};
        EXPECT_EQ(judged(vector.token, vector.key, rules, 1300819379), "taken") << vector.name;
        EXPECT_EQ(judged(vector.token, vector.key, rules, 1300819380 + 30),
                  "the token expired 30 s ago")
            << vector.name;
        std::string changed(vector.token);
        changed[changed.find('.') + 2] ^= 1;
        EXPECT_THAT(judged(changed, vector.key, rules, 1300819379),
                    HasSubstr("the token's signature is wrong"))
            << vector.name;
    }
}

TEST(WebToken, EveryAlgorithmVerifiesWithItsKeyAlone) {
    const struct {
        const char* kind;
        std::vector<TokenAlgorithm> algorithms;
    } kinds[] = {{"RSA", {RS256, RS384, RS512, PS256, PS384, PS512}},
                 {"P-256", {ES256}},
                 {"P-384", {ES384}},
                 {"P-521", {ES512}},
                 {"ED25519", {EdDSA}},
                 {"ED448", {EdDSA}}};
    const std::string claims = R"({"exp":1800000100})";
    for (const auto& kind : kinds) {
        const TokenSigner signer = TokenSigner::make(kind.kind);
        const TokenSigner other = TokenSigner::make(kind.kind);
        for (const TokenAlgorithm algorithm : kind.algorithms) {
            const std::string token = signer.token(algorithm, claims);
            const WebTokenRules rules{.algorithms = {algorithm}};
            EXPECT_EQ(judged(token, signer.public_pem(), rules), "taken") << kind.kind;
            EXPECT_EQ(judged(token, other.public_pem(), rules),
                      "unknown key: the token's signature is wrong");
            EXPECT_THAT(judged(token, signer.public_pem(), {.algorithms = {HS256}}),
                        HasSubstr("only HS256 is taken"));
        }
    }
    const TokenSigner secret = TokenSigner::secret(secret_bytes);
    for (const TokenAlgorithm algorithm : {HS256, HS384, HS512}) {
        EXPECT_EQ(
            judged(secret.token(algorithm, claims), secret.jwk(), {.algorithms = {algorithm}}),
            "taken");
    }
}

// Of CVE-2015-9235 and its like: a public key is not a secret.
TEST(WebToken, AlgorithmsAreNotConfused) {
    const TokenSigner rsa = TokenSigner::make("RSA");
    const std::string claims = R"({"exp":1800000100})";
    const std::string by_public_key = TokenSigner::secret(rsa.public_pem()).token(HS256, claims);
    EXPECT_THAT(judged(by_public_key, rsa.public_pem(), {.algorithms = {RS256}}),
                HasSubstr("'HS256'; only RS256 is taken"));
    // Where both are taken, the key's type decides.
    EXPECT_THAT(judged(by_public_key, rsa.public_pem(), {.algorithms = {RS256, HS256}}),
                HasSubstr("no key is for that"));
    // Signed with another algorithm than it says.
    const std::string disguised = rsa.token(RS256, R"({"alg":"PS256"})", claims);
    EXPECT_EQ(judged(disguised, rsa.public_pem(), {.algorithms = {RS256, PS256}}),
              "unknown key: the token's signature is wrong");
}

TEST(WebToken, RefusesOtherHeaders) {
    EXPECT_EQ(judged_header(R"({"alg":"HS256","typ":"JWT","x5u":"https://evil/","jwk":{}})"),
              "taken");
    const struct {
        const char* header;
        const char* why;
    } headers[] = {{R"({"alg":"none"})", "'none'; only HS256"},
                   {R"({"alg":"None"})", "'None'; only HS256"},
                   {R"({"alg":"nOnE"})", "only HS256"},
                   {R"({"alg":"hs256"})", "only HS256"},
                   {R"({"alg":""})", "only HS256"},
                   {R"({})", "names no algorithm"},
                   {R"({"alg":["HS256"]})", "names no algorithm"},
                   {R"({"alg":"HS256","alg":"HS256"})", "names a member twice"},
                   {R"({"alg":"none","\u0061lg":"HS256"})", "names a member twice"},
                   {R"({"alg":"HS256","crit":["exp"],"exp":1})", "extension ('crit')"},
                   {R"({"alg":"HS256","crit":[]})", "extension ('crit')"},
                   {R"({"alg":"HS256","b64":false,"crit":["b64"]})", "extension"},
                   {R"({"alg":"HS256","b64":false})", "not encoded ('b64')"},
                   {R"({"alg":"HS256","zip":"DEF"})", "encrypted or compressed"},
                   {R"({"alg":"HS256","cty":"jwt"})", "holds another token"},
                   {R"({"alg":"HS256","kid":7})", "'kid' that is no text"},
                   {R"(["HS256"])", "no object"},
                   {R"(HS256)", "no JSON"}};
    for (const auto& one : headers) {
        EXPECT_THAT(judged_header(one.header), HasSubstr(one.why)) << one.header;
    }
}

TEST(WebToken, RefusesOtherForms) {
    const TokenSigner signer = TokenSigner::secret(secret_bytes);
    const std::string good = signer.token(HS256, R"({"exp":1800000100})");
    const std::string stripped = good.substr(0, good.rfind('.'));
    const auto judge = [&](std::string_view token) {
        return judged(token, signer.jwk(), {.algorithms = {HS256}});
    };
    EXPECT_EQ(judge(good), "taken");
    EXPECT_THAT(judge(""), HasSubstr("is empty"));
    EXPECT_THAT(judge("secret"), HasSubstr("three parts"));
    EXPECT_THAT(judge(stripped), HasSubstr("three parts"));
    EXPECT_THAT(judge(stripped + "."), HasSubstr("is not signed"));
    EXPECT_THAT(judge(good + ".x"), HasSubstr("three parts"));
    EXPECT_THAT(judge("a.b.c.d.e"), HasSubstr("is encrypted"));
    EXPECT_THAT(judge(good + "="), HasSubstr("no base64url"));
    EXPECT_THAT(judge(" " + good), HasSubstr("no base64url"));
    EXPECT_THAT(judge(good + std::string(web_token_bytes_max, 'A')), HasSubstr("at most 16384"));
    // The same bytes in another spelling of the last character.
    std::string respelt = good;
    respelt.back() = static_cast<char>(respelt.back() + 1);
    EXPECT_NE(judge(respelt), "taken");
    std::string nested(40, '[');
    EXPECT_THAT(judge(signer.token(HS256, "{\"a\":" + nested)), HasSubstr("no JSON"));
}

TEST(WebToken, TimesAreHeldTo) {
    const struct {
        const char* claims;
        const char* why;
    } claims[] = {{R"({"exp":1800000000})", "taken"},  // within the leeway
                  {R"({"exp":1799999971})", "taken"},
                  {R"({"exp":1799999970})", "expired 30 s ago"},
                  {R"({"exp":1799999000.5})", "expired 999 s ago"},
                  {R"({})", "has no 'exp'"},
                  {R"({"exp":"1800000100"})", "'exp' that is no number"},
                  {R"({"exp":1e300})", "'exp' that is no time"},
                  {R"({"exp":-1})", "'exp' that is no time"},
                  {R"({"exp":1800000100,"nbf":1800000030})", "taken"},
                  {R"({"exp":1800000100,"nbf":1800000031})", "another 31 s ('nbf')"},
                  {R"({"exp":1800000100,"nbf":null})", "'nbf' that is no number"},
                  {R"({"exp":1800000100,"iat":1800000090})", "issued 90 s from now"},
                  {R"({"exp":1800000100,"exp":1900000000})", "names a member twice"}};
    for (const auto& one : claims) {
        EXPECT_THAT(judged_claims(one.claims), HasSubstr(one.why)) << one.claims;
    }
    EXPECT_EQ(judged_claims("{}", {.wants_expiry = false}), "taken");
}

TEST(WebToken, IssuerAndAudienceAreHeldTo) {
    const WebTokenRules rules{.issuers = {"https://i/"}, .audiences = {"mqtt", "gate"}};
    const struct {
        const char* claims;
        const char* why;
    } claims[] = {
        {R"({"exp":1800000100,"iss":"https://i/","aud":"gate"})", "taken"},
        {R"({"exp":1800000100,"iss":"https://i/","aud":["x","mqtt"]})", "taken"},
        {R"({"exp":1800000100,"iss":"https://i","aud":"gate"})", "'https://i'; 'https://i/' is"},
        {R"({"exp":1800000100,"aud":"gate"})", "names no issuer"},
        {R"({"exp":1800000100,"iss":["https://i/"],"aud":"gate"})", "names no issuer"},
        {R"({"exp":1800000100,"iss":"https://i/"})", "for nobody; audience 'mqtt' or 'gate'"},
        {R"({"exp":1800000100,"iss":"https://i/","aud":"web"})", "is for 'web'; audience"},
        {R"({"exp":1800000100,"iss":"https://i/","aud":["a","b"]})", "is for 2 others"},
        {R"({"exp":1800000100,"iss":"https://i/","aud":[]})", "is for 0 others"}};
    for (const auto& one : claims) {
        EXPECT_THAT(judged_claims(one.claims, rules), HasSubstr(one.why)) << one.claims;
    }
}

TEST(WebToken, TheKeysIdSelects) {
    const TokenSigner a = TokenSigner::secret(std::string(32, 'a'));
    const TokenSigner b = TokenSigner::secret(std::string(32, 'b'));
    const std::string set = R"({"keys":[)" + a.jwk("a") + "," + b.jwk("b") + "]}";
    const std::string claims = R"({"exp":1800000100})";
    const WebTokenRules rules{.algorithms = {HS256}};
    const auto by = [&](const TokenSigner& signer, const char* header) {
        return judged(signer.token(HS256, header, claims), set, rules);
    };
    EXPECT_EQ(by(b, R"({"alg":"HS256","kid":"b"})"), "taken");
    EXPECT_EQ(by(b, R"({"alg":"HS256"})"), "taken");
    EXPECT_EQ(by(b, R"({"alg":"HS256","kid":"a"})"), "the token's signature is wrong");
    // A new key of the issuer may be what it was signed with.
    const TokenSigner other = TokenSigner::secret(std::string(32, 'o'));
    EXPECT_EQ(by(other, R"({"alg":"HS256"})"), "unknown key: the token's signature is wrong");
    EXPECT_EQ(judged(other.token(HS256, R"({"alg":"HS256","kid":"new"})", claims), a.jwk(), rules),
              "unknown key: the token's signature is wrong");
    EXPECT_EQ(by(b, R"({"alg":"HS256","kid":"../c'"})"),
              "unknown key: the token is signed by the key '../c?', which is not known");
    std::string many;
    for (int i = 0; i < 9; ++i) many += (many.empty() ? "" : ",") + a.jwk();
    EXPECT_THAT(judged(a.token(HS256, claims), "{\"keys\":[" + many + "]}", rules),
                HasSubstr("which of 9 keys"));
}

}  // namespace
}  // namespace gatehouse::signature
