#include "policy/connection_variables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::policy {
namespace {

TEST(ConnectionVariables, SecureTransportIsWhetherTheClientSpokeTls) {
    ConnectionFacts facts;
    EXPECT_NE(connection_variables(facts).why_absent("aws:SecureTransport"), "");
    facts.secure_transport = false;
    EXPECT_EQ(connection_variables(facts).find("aws:SecureTransport")->values.front(), "false");
    facts.secure_transport = true;
    EXPECT_EQ(connection_variables(facts).find("aws:SecureTransport")->values.front(), "true");
}

using testing::HasSubstr;

std::string value_of(const Variables& variables, std::string_view name) {
    const Variable* variable = variables.find(name);
    return variable == nullptr || variable->values.empty() ? "" : variable->values.front();
}

TEST(ConnectionVariables, EveryAbsentOneHasAReason) {
    ConnectionFacts facts;
    facts.client_id = "c";
    facts.source_ip = "192.0.2.1";
    const Variables variables = connection_variables(facts);
    EXPECT_EQ(value_of(variables, "iot:ClientId"), "c");
    EXPECT_EQ(value_of(variables, "aws:SourceIp"), "192.0.2.1");
    EXPECT_EQ(value_of(variables, "iot:Connection.Thing.IsAttached"), "false");
    EXPECT_THAT(variables.why_absent("iot:DomainName"), HasSubstr("SNI"));
    EXPECT_THAT(variables.why_absent("iot:Connection.Thing.ThingName"), HasSubstr("attached"));
    EXPECT_THAT(variables.why_absent("iot:Connection.Thing.Attributes[a]"), HasSubstr("attached"));
    EXPECT_THAT(variables.why_absent("iot:Certificate.Subject.CommonName"),
                HasSubstr("no certificate"));
    EXPECT_THAT(variables.why_absent("iot:ClientID2"), HasSubstr("did you mean iot:ClientId?"));
}

TEST(ConnectionVariables, ThingsAreNotKnownOverHttp) {
    const Variables variables = connection_variables({});
    EXPECT_THAT(variables.why_absent("iot:ClientId"), HasSubstr("HTTP"));
    EXPECT_THAT(variables.why_absent("iot:Thing.ThingName"), HasSubstr("HTTP"));
}

TEST(ConnectionVariables, AThingBringsNameTypeAndAttributes) {
    ConnectionFacts facts;
    facts.client_id = "c";
    facts.thing = ThingFacts{"pump", "", {{"site", "north"}}};
    const Variables variables = connection_variables(facts);
    EXPECT_EQ(value_of(variables, "iot:Connection.Thing.ThingName"), "pump");
    EXPECT_EQ(value_of(variables, "iot:Thing.ThingName"), "pump");
    EXPECT_EQ(value_of(variables, "iot:Connection.Thing.IsAttached"), "true");
    EXPECT_EQ(value_of(variables, "iot:Connection.Thing.Attributes[site]"), "north");
    EXPECT_THAT(variables.why_absent("iot:Connection.Thing.ThingTypeName"), HasSubstr("no type"));
    EXPECT_THAT(variables.why_absent("iot:Connection.Thing.Attributes[line]"),
                HasSubstr("no such attribute"));
}

// AWS IoT Developer Guide, "X.509 Certificate AWS IoT Core policy variables", limitations.
TEST(ConnectionVariables, CertificateValuesAreCountedEscapedAndLimited) {
    ConnectionFacts facts;
    facts.certificate =
        CertificateFacts{"ab",
                         "17",
                         {{"Subject.OrganizationalUnit", {"one", "two", "3", "4", "5", "6"}},
                          {"Subject.Organization", {"A, \"B\" = C"}},
                          {"Subject.CommonName", {"star*"}},
                          {"Issuer.CommonName", {std::string(1025, 'x')}}}};
    const Variables variables = connection_variables(facts);
    EXPECT_EQ(value_of(variables, "iot:Certificate.Subject.OrganizationalUnit"), "one");
    EXPECT_EQ(value_of(variables, "iot:Certificate.Subject.OrganizationalUnit.1"), "two");
    EXPECT_EQ(value_of(variables, "iot:Certificate.Subject.OrganizationalUnit.5"), "");
    ASSERT_NE(variables.find("iot:Certificate.Subject.OrganizationalUnit.List"), nullptr);
    EXPECT_EQ(variables.find("iot:Certificate.Subject.OrganizationalUnit.List")->values.size(), 5U);
    EXPECT_EQ(value_of(variables, "iot:Certificate.Subject.Organization"), R"(A\, \"B\" \= C)");
    EXPECT_THAT(variables.why_absent("iot:Certificate.Subject.CommonName"), HasSubstr("* $ + ? #"));
    EXPECT_THAT(variables.why_absent("iot:Certificate.Issuer.CommonName"), HasSubstr("1024"));
    EXPECT_THAT(variables.why_absent("iot:Certificate.Subject.Organization.1"),
                HasSubstr("second"));
    EXPECT_THAT(variables.why_absent("iot:Certificate.Subject.Title"), HasSubstr("no such field"));
}

}  // namespace
}  // namespace gatehouse::policy
