// RegisterCACertificate and what comes after it, RegisterCertificate among that.
#include "api/iot/iot_fixture.h"
#include "certificates/issue.h"

namespace gatehouse::api {
namespace {

class CaCertificateOperations : public IotFixture {
protected:
    certificates::Validity validity() const {
        return {clock.wall_now() - std::chrono::hours(1), clock.wall_now() + std::chrono::hours(1)};
    }
    certificates::AuthorityPem new_authority(const std::string& name = "Factory CA") {
        return certificates::make_authority({.common_name = name, .validity = validity()}, random)
            .value();
    }
    std::string issue(const certificates::AuthorityPem& by, const std::string& name) {
        return certificates::issue(by, {.common_name = name, .names = {}, .validity = validity()},
                                   certificates::NewKey::EcP256, random)
            .value()
            .certificate_pem;
    }
    std::string code() {
        return text(parsed(call("iot", "GET", "/registrationcode")).at("registrationCode"));
    }
    net::HttpResponse register_ca(const certificates::AuthorityPem& ca, const std::string& proof,
                                  const std::string& query = "", json::object more = {}) {
        more["caCertificate"] = ca.certificate_pem;
        if (!proof.empty()) more["verificationCertificate"] = proof;
        return call("iot", "POST", "/cacertificate" + query, to_text(more));
    }
    std::string add(const certificates::AuthorityPem& ca, const std::string& query = "") {
        return text(parsed(register_ca(ca, issue(ca, code()), query)).at("certificateId"));
    }
    json::value describe(const std::string& id) {
        return parsed(call("iot", "GET", "/cacertificate/" + id));
    }
    net::HttpResponse update(const std::string& id, const std::string& query,
                             const std::string& body = "{}") {
        return call("iot", "PUT", "/cacertificate/" + id + query, body);
    }
    net::HttpResponse register_device(const std::string& pem, const std::string& ca_pem = "",
                                      json::object more = {}) {
        more["certificatePem"] = pem;
        if (!ca_pem.empty()) more["caCertificatePem"] = ca_pem;
        return call("iot", "POST", "/certificate/register", to_text(more));
    }
};

TEST_F(CaCertificateOperations, TheRegistrationCodeStaysUntilItIsDeleted) {
    const std::string first = code();
    EXPECT_EQ(first.size(), 64u);
    EXPECT_EQ(code(), first);
    EXPECT_EQ(call("iot", "DELETE", "/registrationcode").status, 200u);
    expect_refused(call("iot", "DELETE", "/registrationcode"), 404, "ResourceNotFoundException");
    EXPECT_NE(code(), first);
}

TEST_F(CaCertificateOperations, TheWholeLifeOfOne) {
    const auto ca = new_authority();
    const auto made =
        parsed(register_ca(ca, issue(ca, code()), "?allowAutoRegistration=true",
                           {{"tags", json::array{json::object{{"Key", "line"}, {"Value", "7"}}}}}));
    const std::string id = text(made.at("certificateId"));
    const std::string arn = text(made.at("certificateArn"));
    EXPECT_EQ(arn, "arn:aws:iot:us-east-1:123456789012:cacert/" + id);
    const auto found = describe(id).at("certificateDescription");
    EXPECT_EQ(found.at("status"), "INACTIVE") << "unless asked for";
    EXPECT_EQ(found.at("autoRegistrationStatus"), "ENABLE");
    EXPECT_EQ(found.at("certificateMode"), "DEFAULT");
    EXPECT_EQ(text(found.at("certificatePem")), ca.certificate_pem);
    EXPECT_EQ(found.at("ownedBy"), "123456789012");
    EXPECT_FALSE(describe(id).as_object().contains("registrationConfig"));
    EXPECT_EQ(parsed(call("iot", "GET", "/tags?resourceArn=" + percent_encode(arn)))
                  .at("tags")
                  .as_array()
                  .size(),
              1u);
    EXPECT_EQ(update(id, "?newStatus=ACTIVE&newAutoRegistrationStatus=DISABLE").status, 200u);
    const auto changed = describe(id).at("certificateDescription");
    EXPECT_EQ(changed.at("status"), "ACTIVE");
    EXPECT_EQ(changed.at("autoRegistrationStatus"), "DISABLE");
    EXPECT_EQ(changed.at("customerVersion"), 2);
    const auto listed = parsed(call("iot", "GET", "/cacertificates")).at("certificates");
    ASSERT_EQ(listed.as_array().size(), 1u);
    EXPECT_EQ(listed.at(0).at("status"), "ACTIVE");
    expect_refused(call("iot", "DELETE", "/cacertificate/" + id), 406, "CertificateStateException");
    EXPECT_EQ(update(id, "?newStatus=INACTIVE").status, 200u);
    EXPECT_EQ(call("iot", "DELETE", "/cacertificate/" + id).status, 200u);
    expect_refused(call("iot", "GET", "/cacertificate/" + id), 404, "ResourceNotFoundException");
    expect_refused(update(id, "?newStatus=ACTIVE"), 404, "ResourceNotFoundException");
    EXPECT_EQ(add(ca), id) << "it may come again";
}

TEST_F(CaCertificateOperations, ItsKeyMustBeShown) {
    const auto ca = new_authority();
    expect_refused(register_ca(ca, issue(ca, "1234")), 400, "RegistrationCodeValidationException");
    expect_refused(register_ca(ca, issue(new_authority(), code())), 400,
                   "CertificateValidationException");
    expect_refused(register_ca(ca, "junk"), 400, "CertificateValidationException");
    expect_refused(register_ca(ca, ""), 400, "InvalidRequestException");
    const json::object sni_only{{"certificateMode", "SNI_ONLY"}};
    expect_refused(register_ca(ca, issue(ca, code()), "", sni_only), 400,
                   "InvalidRequestException");
    const auto made = parsed(register_ca(ca, "", "", sni_only));
    EXPECT_EQ(
        describe(text(made.at("certificateId"))).at("certificateDescription").at("certificateMode"),
        "SNI_ONLY");
    const auto again = register_ca(ca, "", "", sni_only);
    expect_refused(again, 409, "ResourceAlreadyExistsException");
    EXPECT_EQ(parse_json(again.body, "it").value().at("resourceId"), made.at("certificateId"));
    const certificates::AuthorityPem device{.certificate_pem = issue(ca, "lamp"),
                                            .private_key_pem = {}};
    expect_refused(register_ca(device, "", "", sni_only), 400, "CertificateValidationException");
    clock.advance(std::chrono::hours(2));
    expect_refused(register_ca(ca, "", "", sni_only), 400, "CertificateValidationException");
}

TEST_F(CaCertificateOperations, TenOfTheSameSubject) {
    const json::object sni_only{{"certificateMode", "SNI_ONLY"}};
    for (int i = 0; i < 10; ++i) parsed(register_ca(new_authority(), "", "", sni_only));
    expect_refused(register_ca(new_authority(), "", "", sni_only), 410, "LimitExceededException");
    parsed(register_ca(new_authority("Another CA"), "", "", sni_only));
}

constexpr const char* device_template =
    R"({"Resources":{"certificate":{"Type":"AWS::IoT::Certificate","Properties":)"
    R"({"CertificateId":{"Ref":"AWS::IoT::Certificate::Id"}}}}})";

TEST_F(CaCertificateOperations, WhatIsToBeMadeForItsDevicesIsKept) {
    const auto ca = new_authority();
    const auto config = [](json::object members) {
        return json::object{{"registrationConfig", std::move(members)}};
    };
    const std::string role = "arn:aws:iam::123456789012:role/Provisioning";
    const json::object good{{"templateBody", device_template}, {"roleArn", role}};
    const auto refused = [&](json::object members, unsigned status, std::string_view exception) {
        expect_refused(register_ca(ca, issue(ca, code()), "", config(std::move(members))), status,
                       exception);
    };
    refused({{"templateName", "lamps"}, {"templateBody", "{}"}}, 400, "InvalidRequestException");
    refused({{"templateName", "lamps"}}, 404, "ResourceNotFoundException");
    refused({{"templateBody", device_template}}, 400, "InvalidRequestException");
    refused({{"templateBody", device_template}, {"roleArn", "arn:aws:iam::1:role/x"}}, 400,
            "InvalidRequestException");
    refused({{"templateBody", "{}"}, {"roleArn", role}}, 400, "InvalidRequestException");
    const std::string id = add(ca, "?allowAutoRegistration=true");
    expect_refused(update(id, "", to_text(config({{"templateName", "lamps"}}))), 404,
                   "ResourceNotFoundException");
    EXPECT_EQ(update(id, "", to_text(config(good))).status, 200u);
    EXPECT_EQ(describe(id).at("registrationConfig"), json::value(good));
    EXPECT_EQ(parsed(call("iot", "GET", "/cacertificates?templateName=lamps"))
                  .at("certificates")
                  .as_array()
                  .size(),
              0u);
    EXPECT_EQ(update(id, "", R"({"removeAutoRegistration":true})").status, 200u);
    EXPECT_FALSE(describe(id).as_object().contains("registrationConfig"));
    EXPECT_EQ(describe(id).at("certificateDescription").at("autoRegistrationStatus"), "DISABLE");
}

TEST_F(CaCertificateOperations, CertificatesThatItSigned) {
    const auto ca = new_authority();
    const std::string device = issue(ca, "lamp");
    expect_refused(register_device(device), 400, "CertificateValidationException");
    const std::string ca_id = add(ca);
    expect_refused(register_device(device), 406, "CertificateStateException");
    EXPECT_EQ(update(ca_id, "?newStatus=ACTIVE").status, 200u);
    expect_refused(register_device(device, new_authority().certificate_pem), 400,
                   "CertificateValidationException");
    expect_refused(register_device(issue(new_authority(), "lamp")), 400,
                   "CertificateValidationException");
    expect_refused(register_device(device + ca.certificate_pem), 400,
                   "CertificateValidationException");
    const auto made = parsed(register_device(device, ca.certificate_pem, {{"status", "ACTIVE"}}));
    const std::string id = text(made.at("certificateId"));
    const auto found =
        parsed(call("iot", "GET", "/certificates/" + id)).at("certificateDescription");
    EXPECT_EQ(found.at("caCertificateId"), json::value(ca_id));
    EXPECT_EQ(found.at("status"), "ACTIVE");
    EXPECT_EQ(found.at("certificateMode"), "DEFAULT") << "the CA's";
    expect_refused(register_device(device), 409, "ResourceAlreadyExistsException");
    parsed(register_device(issue(ca, "lamp 2")));
    const auto listed = [&] {
        return parsed(call("iot", "GET", "/certificates-by-ca/" + ca_id))
            .at("certificates")
            .as_array()
            .size();
    };
    EXPECT_EQ(listed(), 2u);
    EXPECT_EQ(call("iot", "PUT", "/certificates/" + id + "?newStatus=INACTIVE").status, 200u);
    EXPECT_EQ(call("iot", "DELETE", "/certificates/" + id).status, 200u);
    EXPECT_EQ(listed(), 1u);
    parsed(call("iot", "POST", "/certificate/register?setAsActive=true",
                to_text(json::object{{"certificatePem", device}})));
    EXPECT_EQ(
        parsed(call("iot", "GET", "/certificates/" + id)).at("certificateDescription").at("status"),
        "ACTIVE");
}

}  // namespace
}  // namespace gatehouse::api
