// CreateKeysAndCertificate and what comes after it.
#include "api/iot/iot_fixture.h"
#include "certificates/certificate.h"

namespace gatehouse::api {
namespace {

class CertificateOperations : public IotFixture {
protected:
    json::value make(const std::string& query = "") {
        return parsed(call("iot", "POST", "/keys-and-certificate" + query));
    }
    json::value describe(const std::string& id) {
        return parsed(call("iot", "GET", "/certificates/" + id)).at("certificateDescription");
    }
    static std::string id_of(const json::value& made) { return text(made.at("certificateId")); }
    net::HttpResponse set_status(const std::string& id, const std::string& status) {
        return call("iot", "PUT", "/certificates/" + id + "?newStatus=" + status);
    }
};

TEST_F(CertificateOperations, AKeyAndACertificate) {
    const auto made = make();
    const auto pem = text(made.at("certificatePem"));
    const auto read = certificates::parse_certificate_pem(pem);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->id.value(), id_of(made));
    EXPECT_EQ(read->common_name, "AWS IoT Certificate");
    EXPECT_EQ(read->key.bits, 2048);
    EXPECT_TRUE(made.at("keyPair")
                    .at("PrivateKey")
                    .as_string()
                    .starts_with("-----BEGIN RSA PRIVATE KEY-----"));
    EXPECT_TRUE(made.at("keyPair").at("PublicKey").as_string().starts_with("-----BEGIN PUBLIC"));

    const auto found = describe(id_of(made));
    EXPECT_EQ(text(found.at("certificateArn")),
              "arn:aws:iot:us-east-1:123456789012:cert/" + id_of(made));
    EXPECT_EQ(found.at("status"), "INACTIVE") << "unless asked for";
    EXPECT_EQ(found.at("certificatePem"), made.at("certificatePem"));
    EXPECT_EQ(found.at("ownedBy"), "123456789012");
    EXPECT_EQ(found.at("certificateMode"), "DEFAULT");
    EXPECT_EQ(found.at("customerVersion"), 1);
    EXPECT_TRUE(found.at("validity").as_object().contains("notAfter"));
    EXPECT_EQ(describe(id_of(make("?setAsActive=true"))).at("status"), "ACTIVE");
    bool is_stored = false;
    memory
        .scan(storage::Kind("certificate"),
              [&](const storage::Record& record) { is_stored |= record.body.contains("PRIVATE"); })
        .value();
    EXPECT_FALSE(is_stored) << "the key is told once and kept nowhere";
}

// API Reference, ListCertificates: "in ascending order, based on the creation date".
TEST_F(CertificateOperations, ListedInTheOrderOfCreation) {
    std::vector<std::string> made;
    for (int i = 0; i < 3; ++i) {
        made.push_back(id_of(make()));
        clock.advance(std::chrono::seconds(1));
    }
    const auto listed = [&](const std::string& query) {
        std::vector<std::string> ids;
        const auto page = parsed(call("iot", "GET", "/certificates" + query));
        for (const auto& each : page.at("certificates").as_array()) ids.push_back(id_of(each));
        return ids;
    };
    EXPECT_EQ(listed("?isAscendingOrder=true"), made);
    EXPECT_EQ(listed("?isAscendingOrder=false"),
              std::vector<std::string>(made.rbegin(), made.rend()));
    EXPECT_EQ(set_status(made[0], "INACTIVE").status, 200u);
    EXPECT_EQ(call("iot", "DELETE", "/certificates/" + made[0]).status, 200u);
    EXPECT_EQ(listed(""), (std::vector<std::string>{made[1], made[2]}));
}

TEST_F(CertificateOperations, StatusesAndDeletion) {
    const std::string id = id_of(make("?setAsActive=true"));
    expect_refused(call("iot", "DELETE", "/certificates/" + id), 406, "CertificateStateException");
    expect_refused(set_status(id, "PENDING_ACTIVATION"), 400, "InvalidRequestException");
    EXPECT_EQ(set_status(id, "INACTIVE").status, 200u);
    EXPECT_EQ(set_status(id, "INACTIVE").status, 200u);
    EXPECT_EQ(describe(id).at("customerVersion"), 2);
    EXPECT_EQ(set_status(id, "REVOKED").status, 200u);
    expect_refused(set_status(id, "ACTIVE"), 406, "CertificateStateException");
    EXPECT_EQ(call("iot", "DELETE", "/certificates/" + id).status, 200u);
    expect_refused(call("iot", "GET", "/certificates/" + id), 404, "ResourceNotFoundException");
    expect_refused(set_status(id, "ACTIVE"), 404, "ResourceNotFoundException");
}

TEST_F(CertificateOperations, WhatIsAttachedKeepsACertificate) {
    const auto made = make();
    const std::string id = id_of(made);
    const std::string arn = text(made.at("certificateArn"));
    parsed(call("iot", "POST", "/policies/Lamp",
                R"({"policyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":)"
                R"(\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"*\"}]}"})"));
    parsed(call("iot", "PUT", "/target-policies/Lamp", R"({"target":")" + arn + R"("})"));
    parsed(call("iot", "POST", "/things/lamp"));
    const signature::HeaderFields principal{{"x-amzn-principal", arn}};
    parsed(call("iot", "PUT", "/things/lamp/principals", "", principal));
    const auto remove = [&](const std::string& query = "") {
        return call("iot", "DELETE", "/certificates/" + id + query);
    };
    expect_refused(remove(), 409, "DeleteConflictException");
    expect_refused(remove("?forceDelete=true"), 409, "DeleteConflictException");
    parsed(call("iot", "DELETE", "/things/lamp/principals", "", principal));
    expect_refused(remove(), 409, "DeleteConflictException");
    EXPECT_EQ(remove("?forceDelete=true").status, 200u);
    EXPECT_TRUE(
        parsed(call("iot", "POST", "/policy-targets/Lamp")).at("targets").as_array().empty());
}

// RegisterCertificateWithoutCA.
TEST_F(CertificateOperations, ThoseOfOthers) {
    const auto made = make();
    const auto body =
        to_text(json::object{{"certificatePem", made.at("certificatePem")}, {"status", "ACTIVE"}});
    const auto again = call("iot", "POST", "/certificate/register-no-ca", body);
    expect_refused(again, 409, "ResourceAlreadyExistsException");
    const auto told = parse_json(again.body, "it").value();
    EXPECT_EQ(told.at("resourceId"), made.at("certificateId"));
    EXPECT_EQ(told.at("resourceArn"), made.at("certificateArn"));
    parsed(call("iot", "DELETE", "/certificates/" + id_of(made)));
    const auto registered = parsed(call("iot", "POST", "/certificate/register-no-ca", body));
    EXPECT_EQ(registered.at("certificateId"), made.at("certificateId"));
    const auto found = describe(id_of(made));
    EXPECT_EQ(found.at("status"), "ACTIVE");
    EXPECT_EQ(found.at("certificateMode"), "SNI_ONLY");
    // What openssl signs with its own key says CA:TRUE.
    parsed(call("iot", "POST", "/certificate/register-no-ca",
                to_text(json::object{{"certificatePem", authority->root_certificate_pem()}})));
    expect_refused(
        call("iot", "POST", "/certificate/register-no-ca", R"({"certificatePem":"junk"})"), 400,
        "CertificateValidationException");
}

TEST_F(CertificateOperations, ASigningRequestThatIsNone) {
    expect_refused(call("iot", "POST", "/certificates", R"({"certificateSigningRequest":"junk"})"),
                   400, "InvalidRequestException");
}

TEST_F(CertificateOperations, ListsThemPageByPage) {
    for (int i = 0; i < 3; ++i) make();
    std::size_t count = 0;
    std::string marker;
    do {
        const auto page =
            parsed(call("iot", "GET",
                        "/certificates?pageSize=2" +
                            (marker.empty() ? "" : "&marker=" + percent_encode(marker))));
        count += page.at("certificates").as_array().size();
        const auto* next = page.as_object().if_contains("nextMarker");
        marker = next == nullptr ? "" : text(*next);
    } while (!marker.empty());
    EXPECT_EQ(count, 3u);
    expect_refused(call("iot", "GET", "/certificates?marker=abcd"), 400, "InvalidRequestException");
}

}  // namespace
}  // namespace gatehouse::api
