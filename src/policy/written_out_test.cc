#include "policy/written_out.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "policy/compiled_policies.h"

namespace gatehouse::policy {
namespace {

using Documents = std::vector<std::string>;

Documents document_with(std::string_view resource, std::string_view sid = "a") {
    return {fmt::format(
        R"({{"Version":"2012-10-17","Statement":[{{"Sid":"{}","Effect":"Allow","Action":"iot:Publish","Resource":"arn:aws:iot:us-east-1:000000000000:{}"}}]}})",
        sid, resource)};
}

std::vector<PolicySource> parse_all(const Documents& texts) {
    std::vector<PolicySource> sources;
    for (const std::string& text : texts) {
        auto parsed = parse_document(text, Dialect::IotPolicy);
        EXPECT_TRUE(parsed.has_value()) << text;
        if (parsed) sources.push_back({"", std::make_shared<const Document>(std::move(*parsed))});
    }
    return sources;
}

TEST(WrittenOut, TemplatesDifferInNothingButTheClientId) {
    const auto one = template_of(document_with("topic/dev-1/x/dev-1"), "dev-1");
    const auto other = template_of(document_with("topic/device-22/x/device-22"), "device-22");
    ASSERT_TRUE(one.has_value());
    EXPECT_EQ(one, other);
    EXPECT_NE(one, template_of(document_with("topic/dev-1/x/dev-2"), "dev-1"));
}

TEST(WrittenOut, IsNothingWhereTheClientIdCannotBeToldApart) {
    EXPECT_FALSE(template_of(document_with("topic/a"), "dev-1"));      // not there
    EXPECT_FALSE(template_of(document_with("topic/abc"), "abc"));      // too short
    EXPECT_FALSE(template_of(document_with("topic/a*b/c"), "a*b/c"));  // a wildcard in it
    EXPECT_FALSE(template_of(document_with("topic/dev-1\\u0041"), "dev-1"));
    EXPECT_FALSE(template_of(document_with("topic/dev-1\x01"), "dev-1"));
}

// A client id that also stands elsewhere in the document may make another document of it.
TEST(WrittenOut, OnlyResourcesMayNameTheClientId) {
    for (const auto& [texts, client_id] : {std::pair{document_with("topic/x", "dev1"), "dev1"},
                                           {document_with("topic/x"), "Allow"},
                                           {document_with("topic/x"), "2012"},
                                           {document_with("topic/${iot:ClientId}"), "ClientId"},
                                           {document_with("topic/dev1", "dev1"), "dev1"}}) {
        ASSERT_TRUE(template_of(texts, client_id).has_value()) << texts.front();
        EXPECT_FALSE(with_client_id_open(parse_all(texts), texts, client_id)) << texts.front();
    }
}

TEST(WrittenOut, NeedsAVersionWithVariables) {
    const Documents texts{
        R"({"Version":"2008-10-17","Statement":[{"Effect":"Allow","Action":"iot:Publish","Resource":"arn:aws:iot:us-east-1:000000000000:topic/dev1"}]})"};
    EXPECT_FALSE(with_client_id_open(parse_all(texts), texts, "dev1"));
}

TEST(WrittenOut, OneIndexDecidesForEachClientIdAndExplainsWhatWasWritten) {
    const auto texts = document_with("topic/dev-1/*");
    const auto open = with_client_id_open(parse_all(texts), texts, "dev-1");
    ASSERT_TRUE(open.has_value());
    const auto index = PolicyIndex::make_open(*open, Tenant{});
    ASSERT_NE(index, nullptr);
    const auto policies_of = [&](std::string client_id) {
        return fill_in(index, Variables().set(std::string(written_out_client_id), client_id));
    };
    const auto one = policies_of("dev-1"), other = policies_of("dev-2");
    EXPECT_TRUE(one->decide(Action::Publish, "dev-1/a").allowed());
    EXPECT_FALSE(one->decide(Action::Publish, "dev-2/a").allowed());
    EXPECT_TRUE(other->decide(Action::Publish, "dev-2/a").allowed());
    EXPECT_FALSE(other->decide(Action::Publish, "dev-1/a").allowed());
    const Explanation explanation = other->explain(Action::Publish, "dev-2/a");
    ASSERT_EQ(explanation.allowing.size(), 1U);
    EXPECT_EQ(explanation.allowing[0].resource, "arn:aws:iot:us-east-1:000000000000:topic/dev-2/*");
    EXPECT_TRUE(explanation.variables.empty());
}

}  // namespace
}  // namespace gatehouse::policy
