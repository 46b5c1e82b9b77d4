#include "signature/verifier.h"

#include <gtest/gtest.h>

#include "signature/amz_time.h"
#include "signature/canonical_request.h"
#include "signature/signer.h"

namespace gatehouse::signature {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr auto secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

class OneKey final : public KeyLookup {
public:
    std::optional<AccessKey> find(const AccessKeyId& id) const override {
        if (id != AccessKeyId("AKIDEXAMPLE")) return std::nullopt;
        return key;
    }
    AccessKey key{secret, AccountId("123456789012"), "arn:aws:iam::123456789012:root", "", {}};
};

WallTime start() {
    return *parse_amz_date("20260101T000000Z");
}

// A request that was signed, and may then be changed.
struct SignedRequest {
    std::string method = "POST";
    std::string path = "/authorizer/My%40Auth";
    std::string query = "b=2&a=1";
    HeaderFields headers = {{"Host", "localhost:4566"}, {"Content-Type", "application/json"}};
    std::string body = "{}";
    std::string service = "iot";

    RequestView view() const { return {method, path, query, headers, body}; }
    SignedRequest& sign(const SigningKey& key = {AccessKeyId("AKIDEXAMPLE"), secret, ""}) {
        for (auto& field : sign_headers(view(), key, Region("us-east-1"), service, start())) {
            headers.push_back(std::move(field));
        }
        return *this;
    }
    SignedRequest& presign(seconds lifetime,
                           const SigningKey& key = {AccessKeyId("AKIDEXAMPLE"), secret, ""}) {
        query = presign_query(view(), key, Region("us-east-1"), service, start(), lifetime);
        return *this;
    }
    std::expected<Verified, Refusal> verified(const OneKey& keys = {}, WallTime now = start()) {
        return verify_request(view(), keys, now);
    }
    Problem problem(const OneKey& keys = {}, WallTime now = start()) {
        const auto result = verified(keys, now);
        EXPECT_FALSE(result);
        return result ? Problem::MissingAuthenticationToken : result.error().problem;
    }
};

TEST(Verifier, PublishedHeaderForm) {
    const HeaderFields headers = {
        {"Host", "iot.us-east-1.amazonaws.com"},
        {"X-Amz-Date", "20260101T000000Z"},
        {"Authorization",
         "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/iot/aws4_request, "
         "SignedHeaders=host;x-amz-date, "
         "Signature=5f790c084303036549b60d580b670ed3a58a3b7433b8262b014e5d9272784556"}};
    const RequestView request{"GET", "/things", "maxResults=10", headers, ""};
    const auto result = verify_request(request, OneKey(), start());
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->credential.scope.service, "iot");
    EXPECT_EQ(result->credential.scope.region, Region("us-east-1"));
    EXPECT_EQ(result->key.account, AccountId("123456789012"));
    EXPECT_EQ(sha256_hex("GET\n/things\nmaxResults=10\nhost:iot.us-east-1.amazonaws.com\n"
                         "x-amz-date:20260101T000000Z\n\nhost;x-amz-date\n" +
                         std::string(empty_payload_hash)),
              "bf1aae66f5813930675f14f466184dac78dbd7b306bb5d7abee5216252abb8ca");
}

TEST(Verifier, PublishedWebSocketAddress) {
    const HeaderFields headers = {{"Host", "iot.example.test"}};
    const RequestView unsigned_request{"GET", "/mqtt", "", headers, ""};
    const std::string query =
        presign_query(unsigned_request, {AccessKeyId("AKIDEXAMPLE"), secret, ""},
                      Region("us-east-1"), "iotdevicegateway", start(), seconds(300));
    EXPECT_TRUE(query.ends_with(
        "X-Amz-Signature=7d70d5e50dc74d27f7f226600e1451dff3906abb6e771d8c57a9528ec0daf7f3"))
        << query;
    EXPECT_TRUE(verify_request({"GET", "/mqtt", query, headers, ""}, OneKey(), start()));
}

TEST(Verifier, AcceptsWhatWasSigned) {
    EXPECT_TRUE(SignedRequest().sign().verified());
    EXPECT_TRUE(SignedRequest().presign(minutes(5)).verified());
}

TEST(Verifier, AnyChangeIsAMismatch) {
    const auto changed = [](auto change) {
        SignedRequest request;
        request.sign();
        change(request);
        return request.problem();
    };
    EXPECT_EQ(changed([](auto& r) { r.method = "PUT"; }), Problem::SignatureMismatch);
    EXPECT_EQ(changed([](auto& r) { r.path += "x"; }), Problem::SignatureMismatch);
    EXPECT_EQ(changed([](auto& r) { r.query += "&c=3"; }), Problem::SignatureMismatch);
    EXPECT_EQ(changed([](auto& r) { r.body = "{ }"; }), Problem::SignatureMismatch);
    EXPECT_EQ(changed([](auto& r) { r.headers[0].second = "localhost"; }),
              Problem::SignatureMismatch);
    OneKey other;
    other.key.secret = "another";
    EXPECT_EQ(SignedRequest().sign().problem(other), Problem::SignatureMismatch);
}

TEST(Verifier, AMismatchShowsWhatShouldHaveBeenSigned) {
    SignedRequest request;
    request.sign().body = "changed";
    const auto result = request.verified();
    ASSERT_FALSE(result);
    EXPECT_TRUE(result.error().canonical_request.starts_with(
        "POST\n/authorizer/My%2540Auth\na=1&b=2\ncontent-type:application/json\n"));
    EXPECT_TRUE(result.error().string_to_sign.starts_with(
        "AWS4-HMAC-SHA256\n20260101T000000Z\n20260101/us-east-1/iot/aws4_request\n"));
    EXPECT_NE(result.error().message.find(result.error().canonical_request), std::string::npos);
}

TEST(Verifier, AMismatchNamesTheLikelyCause) {
    // Signed over the Host without its port.
    SignedRequest request;
    request.headers[0].second = "localhost";
    request.sign().headers[0].second = "localhost:4566";
    const auto result = request.verified();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().likely_cause,
              "the signer left the port out of the signed Host header");
}

TEST(Verifier, UnknownKeys) {
    EXPECT_EQ(SignedRequest().sign({AccessKeyId("AKIDOTHER"), secret, ""}).problem(),
              Problem::UnknownKey);
}

TEST(Verifier, ClocksMayDifferByFiveMinutes) {
    SignedRequest request;
    request.sign();
    EXPECT_TRUE(request.verified({}, start() + minutes(5)));
    EXPECT_TRUE(request.verified({}, start() - minutes(5)));
    EXPECT_EQ(request.problem({}, start() + minutes(5) + seconds(1)), Problem::ExpiredSignature);
    EXPECT_EQ(request.problem({}, start() - minutes(5) - seconds(1)), Problem::NotYetCurrent);
    EXPECT_TRUE(request.verified({}, start() + minutes(5) + seconds(1))
                    .error()
                    .message.starts_with(
                        "Signature expired: 20260101T000000Z is now earlier than 20260101T000001Z "
                        "(20260101T000501Z - 5 min.)"));
}

TEST(Verifier, PresignedAddressesLiveAsLongAsTheySay) {
    SignedRequest request;
    request.presign(minutes(20));
    EXPECT_TRUE(request.verified({}, start() + minutes(20)));
    EXPECT_EQ(request.problem({}, start() + minutes(20) + seconds(1)), Problem::ExpiredSignature);
    EXPECT_EQ(request.problem({}, start() - minutes(6)), Problem::NotYetCurrent);
}

TEST(Verifier, SessionTokensBelongToTheirKey) {
    const SigningKey with_token{AccessKeyId("AKIDEXAMPLE"), secret, "TOKEN/+="};
    OneKey temporary;
    temporary.key.session_token = "TOKEN/+=";
    temporary.key.expires = start() + minutes(1);
    EXPECT_TRUE(SignedRequest().sign(with_token).verified(temporary));
    EXPECT_TRUE(SignedRequest().presign(minutes(1), with_token).verified(temporary));
    EXPECT_EQ(SignedRequest().sign().problem(temporary), Problem::TokenMismatch);
    EXPECT_EQ(SignedRequest().sign(with_token).problem(), Problem::TokenMismatch);
    EXPECT_EQ(SignedRequest().sign(with_token).problem(temporary, start() + minutes(1)),
              Problem::ExpiredToken);
}

TEST(Verifier, WebSocketAddressesMaySignTheTokenOrNot) {
    const SigningKey with_token{AccessKeyId("AKIDEXAMPLE"), secret, "TOKEN/+="};
    OneKey temporary;
    temporary.key.session_token = "TOKEN/+=";
    SignedRequest request{.method = "GET", .path = "/mqtt", .query = "", .body = ""};
    request.service = "iotdevicegateway";
    request.presign(minutes(5), with_token);
    EXPECT_TRUE(request.query.ends_with("&X-Amz-Security-Token=TOKEN%2F%2B%3D"));
    EXPECT_TRUE(request.verified(temporary));

    // With the token among what is signed.
    SignedRequest other{.method = "GET", .path = "/mqtt", .body = ""};
    other.service = "iotdevicegateway";
    other.query = "X-Amz-Security-Token=TOKEN%2F%2B%3D";
    other.presign(minutes(5));
    EXPECT_TRUE(other.verified(temporary));
}

TEST(Verifier, WebSocketAddressesMaySignTheDefaultPortOrNot) {
    for (const auto& [signed_as, sent_as] : {std::pair("gateway.test", "gateway.test:443"),
                                             std::pair("gateway.test:443", "gateway.test")}) {
        SignedRequest request{.method = "GET", .path = "/mqtt", .query = "", .body = ""};
        request.service = "iotdevicegateway";
        request.headers = {{"Host", signed_as}};
        request.presign(minutes(5));
        request.headers = {{"Host", sent_as}};
        EXPECT_TRUE(request.verified()) << sent_as;
    }
}

TEST(Verifier, PayloadsAreHashed) {
    SignedRequest open;
    open.headers.emplace_back("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD");
    EXPECT_EQ(open.sign().problem(), Problem::UnsupportedPayload);

    SignedRequest declared;
    declared.headers.emplace_back("X-Amz-Content-Sha256", sha256_hex("{}"));
    EXPECT_TRUE(declared.sign().verified());
    declared.body = "[]";
    EXPECT_EQ(declared.problem(), Problem::PayloadHashMismatch);
}

TEST(Verifier, ChunkedSigningIsRefused) {
    SignedRequest streaming;
    streaming.headers.emplace_back("X-Amz-Content-Sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
    EXPECT_EQ(streaming.sign().problem(), Problem::UnsupportedPayload);
    SignedRequest chunked;
    chunked.headers.emplace_back("Content-Encoding", "aws-chunked,gzip");
    EXPECT_EQ(chunked.sign().problem(), Problem::UnsupportedPayload);
}

TEST(Verifier, TheTargetHeaderMustBeSigned) {
    SignedRequest request;
    request.sign().headers.emplace_back("X-Amz-Target", "Logs_20140328.DeleteLogGroup");
    EXPECT_EQ(request.problem(), Problem::IncompleteSignature);
}

}  // namespace
}  // namespace gatehouse::signature
