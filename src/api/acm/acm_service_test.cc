// ImportCertificate and what comes after it.
#include "api/acm/acm_service.h"

#include <gtest/gtest.h>

#include "api/api_fixture.h"
#include "base/encoding.h"
#include "base/json.h"
#include "net/test_identity.h"
#include "storage/memory_resource_store.h"
#include "storage/scratch_dir.h"

namespace gatehouse::api {
namespace {

class AcmService : public ApiFixture {
protected:
    void SetUp() override {
        clock.advance(SystemClock().wall_now() - clock.wall_now());
        std::vector<Service> services;
        services.push_back(make_acm_service({certificates, clock}));
        serve(std::move(services));
    }
    net::HttpResponse ask(const std::string& operation, const json::object& body) {
        return call("acm", "POST", "/", to_text(body),
                    {{"X-Amz-Target", "CertificateManager." + operation}});
    }
    json::value answer(const std::string& operation, const json::object& body) {
        const auto response = ask(operation, body);
        EXPECT_EQ(response.status, 200u) << response.body;
        return parse_json(response.body.empty() ? "{}" : response.body, "").value_or(nullptr);
    }
    static json::object import_of(const net::TestIdentity& identity) {
        return {{"Certificate", to_base64(bytes_of(identity.certificate))},
                {"PrivateKey", to_base64(bytes_of(identity.key))}};
    }
    std::string refusal(const std::string& operation, const json::object& body) {
        const auto response = ask(operation, body);
        EXPECT_EQ(response.status, 400u) << response.body;
        return response.body;
    }

    storage::MemoryResourceStore memory{clock};
    storage::AsyncResourceStore store{memory, workers};
    storage::ScratchDir folder;
    std::unique_ptr<storage::SecretBox> box =
        storage::SecretBox::open_key_file(folder.path() / "key", random).value();
    registry::ImportedCertificates certificates{store, {*box, clock, random}};
};

TEST_F(AcmService, ACertificatesLife) {
    const auto identity = net::make_identity("DNS:iot.customer.test,DNS:*.customer.test");
    const auto arn = answer("ImportCertificate", import_of(identity)).at("CertificateArn");
    const json::object named{{"CertificateArn", arn}};
    const auto detail = answer("DescribeCertificate", named).at("Certificate");
    EXPECT_EQ(detail.at("Type"), "IMPORTED");
    EXPECT_EQ(detail.at("Status"), "ISSUED");
    EXPECT_EQ(detail.at("KeyAlgorithm"), "EC_prime256v1");
    EXPECT_EQ(detail.at("Serial"), "01");
    EXPECT_EQ(to_text(detail.at("SubjectAlternativeNames")),
              R"(["iot.customer.test","*.customer.test"])");
    EXPECT_EQ(std::string(answer("GetCertificate", named).at("Certificate").as_string()),
              identity.certificate);
    answer("AddTagsToCertificate",
           {{"CertificateArn", arn},
            {"Tags", json::array{json::object{{"Key", "k"}, {"Value", "v"}}}}});
    EXPECT_EQ(to_text(answer("ListTagsForCertificate", named).at("Tags")),
              R"([{"Key":"k","Value":"v"}])");
    answer("RemoveTagsFromCertificate",
           {{"CertificateArn", arn}, {"Tags", json::array{json::object{{"Key", "k"}}}}});
    EXPECT_EQ(to_text(answer("ListTagsForCertificate", named).at("Tags")), "[]");
    EXPECT_EQ(answer("ListCertificates", {}).at("CertificateSummaryList").as_array().size(), 1u);
    EXPECT_EQ(answer("ListCertificates", {{"CertificateStatuses", json::array{"EXPIRED"}}})
                  .at("CertificateSummaryList")
                  .as_array()
                  .size(),
              0u);
    answer("DeleteCertificate", named);
    EXPECT_NE(refusal("DescribeCertificate", named).find("ResourceNotFoundException"),
              std::string::npos);
}

TEST_F(AcmService, WhatIsRefused) {
    auto import = import_of(net::make_identity());
    import["PrivateKey"] = to_base64(bytes_of(net::make_identity().key));
    EXPECT_NE(refusal("ImportCertificate", import).find("ValidationException"), std::string::npos);
    EXPECT_NE(refusal("DescribeCertificate",
                      {{"CertificateArn", "arn:aws:acm:us-east-1:210987654321:certificate/a"}})
                  .find("InvalidArnException"),
              std::string::npos);
}

}  // namespace
}  // namespace gatehouse::api
