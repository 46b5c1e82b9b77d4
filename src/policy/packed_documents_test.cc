#include "policy/packed_documents.h"

#include <gtest/gtest.h>

namespace gatehouse::policy {
namespace {

PolicySource source(std::string name, std::string_view text) {
    auto document = parse_document(text, Dialect::IotPolicy);
    EXPECT_TRUE(document.has_value()) << document.error().describe();
    return {std::move(name), std::make_shared<const Document>(std::move(*document))};
}

TEST(PackedDocuments, ComeBackAsTheyWere) {
    const std::vector<PolicySource> sources{
        source("first", R"({"Version":"2012-10-17","Id":"x","Statement":[
            {"Sid":"One","Effect":"Allow","Action":["iot:Publish","iot:publish","iot:Pub*","*"],
             "Resource":["arn:aws:iot:us-east-1:000000000000:topic/a/${iot:ClientId}",
                         "arn:aws:iot:us-east-1:000000000000:topic/a/*", "*"]},
            {"Effect":"Deny","NotAction":"iot:Connect","NotResource":"arn:aws:iot:*:*:topic/a?",
             "Condition":{"ForAnyValue:StringLikeIfExists":{"iot:ClientId":["a*","${aws:SourceIp}"],
                                                            "x":[]},
                          "Bool":{"aws:SecureTransport":true}}}]})"),
        source("", R"({"Statement":{"Effect":"Allow","Action":"iot:Connect",
             "Resource":"arn:aws:iot:us-east-1:000000000000:client/${not-a-variable}"}})"),
        source("third", R"({"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"a:b",
             "Resource":"*"}})")};
    for (const std::string_view like : {"", "arn:aws:iot:us-east-1:000000000000:"}) {
        PackedWriter writer;
        pack_documents(writer, sources, like);
        PackedReader reader(writer.bytes());
        const auto unpacked = unpack_documents(reader, like);
        ASSERT_EQ(unpacked.size(), sources.size());
        for (std::size_t i = 0; i < sources.size(); ++i) {
            EXPECT_EQ(unpacked[i].name, sources[i].name);
            EXPECT_EQ(*unpacked[i].document, *sources[i].document) << i;
        }
    }
}

TEST(PackedDocuments, AResourceLikeTheOneBeforeTakesLittle) {
    const auto bytes_of = [](std::string_view resources) {
        PackedWriter writer;
        const std::vector<PolicySource> sources{source(
            "", std::string(R"({"Statement":{"Effect":"Allow","Action":"iot:Publish","Resource":[)")
                    .append(resources)
                    .append("]}}"))};
        pack_documents(writer, sources, "");
        return writer.bytes().size();
    };
    const std::string one = R"("arn:aws:iot:us-east-1:000000000000:topic/a")";
    EXPECT_EQ(bytes_of(one + "," + one), bytes_of(one) + 2);
}

TEST(PackedDocuments, SoDoVariables) {
    const Variables variables = Variables()
                                    .set("iot:ClientId", "a")
                                    .set("list", std::vector<std::string>{"x", "", "y"})
                                    .set("none", std::vector<std::string>{})
                                    .set_absent("iot:DomainName", "the client sent no host name")
                                    .set("long", std::string(1000, 'l'));
    PackedWriter writer;
    pack_variables(writer, variables);
    PackedReader reader(writer.bytes());
    EXPECT_EQ(unpack_variables(reader), variables);
}

}  // namespace
}  // namespace gatehouse::policy
