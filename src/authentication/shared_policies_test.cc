#include "authentication/shared_policies.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <vector>

namespace gatehouse::authentication {
namespace {

const Tenant tenant{AccountId("000000000000"), Region("us-east-1")};

std::vector<std::string> document_for(std::string_view resource, std::string_view condition = "") {
    return {fmt::format(R"({{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow",
                             "Action": "iot:Publish",
                             "Resource": "arn:aws:iot:us-east-1:000000000000:{}"{}}}]}})",
                        resource, condition)};
}

CompiledPoliciesPtr compiled(const std::vector<std::string>& texts) {
    const auto documents = policy::parse_documents(texts, policy::Dialect::IotPolicy);
    if (!documents) {
        ADD_FAILURE() << documents.error().describe();
        return nullptr;
    }
    std::vector<policy::PolicySource> sources;
    for (const auto& document : *documents) sources.push_back({"document", document});
    return policy::compile(std::move(sources), {}, tenant);
}

TEST(SharedPolicies, GivesTheSameObjectForTheSameDocuments) {
    SharedPolicies shared;
    const auto texts = document_for("topic/*");
    EXPECT_EQ(shared.find(tenant, texts), nullptr);
    const auto policies = compiled(texts);
    shared.remember(tenant, texts, policies);
    EXPECT_EQ(shared.find(tenant, texts), policies);
}

TEST(SharedPolicies, KeepsTenantsAndOrderApart) {
    SharedPolicies shared;
    auto texts = document_for("topic/a");
    texts.push_back(document_for("topic/b").front());
    const auto policies = compiled(texts);
    shared.remember(tenant, texts, policies);
    EXPECT_EQ(shared.find({tenant.account, Region("us-east-2")}, texts), nullptr);
    std::swap(texts[0], texts[1]);
    EXPECT_EQ(shared.find(tenant, texts), nullptr);
}

TEST(SharedPolicies, NeverSharesWhatDependsOnTheConnection) {
    SharedPolicies shared;
    for (const auto& texts :
         {document_for("topic/${iot:ClientId}"),
          document_for("topic/*",
                       R"(, "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})")}) {
        const auto policies = compiled(texts);
        shared.remember(tenant, texts, policies);
        EXPECT_EQ(shared.find(tenant, texts), nullptr) << texts.front();
    }
}

TEST(SharedPolicies, ForgetsWhatNobodyHoldsAndIsBounded) {
    SharedPolicies shared;
    std::vector<CompiledPoliciesPtr> held;
    for (std::size_t i = 0; i <= SharedPolicies::known_max; ++i) {
        const auto texts = document_for(fmt::format("topic/{}", i));
        held.push_back(compiled(texts));
        shared.remember(tenant, texts, held.back());
    }
    const auto last = document_for(fmt::format("topic/{}", SharedPolicies::known_max));
    EXPECT_EQ(shared.find(tenant, last), nullptr);
    const auto last_policies = held.back();
    held.clear();
    EXPECT_EQ(shared.find(tenant, document_for("topic/0")), nullptr);
    shared.remember(tenant, last, last_policies);
    EXPECT_EQ(shared.find(tenant, last), last_policies);
}

}  // namespace
}  // namespace gatehouse::authentication
