// Provisioning templates by the tables in provisioning_template_cases/.
#include "registry/provisioning_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "registry/provisioning_plan.h"

namespace gatehouse::registry {
namespace {

using ::testing::HasSubstr;

std::string template_file(const std::string& name) {
    std::ifstream file(std::string(GATEHOUSE_SOURCE_DIR) + "/src/registry/" + name);
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

json::object table_of(const std::string& name) {
    const std::string text = template_file("provisioning_template_cases/" + name);
    return parse_json(text, name).value().as_object();
}

std::string text_in(const json::object& of, std::string_view name) {
    const json::value* value = of.if_contains(name);
    return value == nullptr ? std::string() : std::string(value->as_string());
}

Texts texts_in(const json::object& of, std::string_view name) {
    Texts texts;
    if (const json::value* value = of.if_contains(name)) {
        for (const auto& [key, text] : value->as_object())
            texts[key] = std::string(text.as_string());
    }
    return texts;
}

std::vector<std::string> list_in(const json::object& of, std::string_view name) {
    std::vector<std::string> list;
    for (const json::value& value : of.at(name).as_array()) list.emplace_back(value.as_string());
    return list;
}

TemplateMappings mappings_in(const json::object& table) {
    const json::object whole{
        {"Mappings", table.at("mappings")},
        {"Resources",
         {{"t", {{"Type", "AWS::IoT::Thing"}, {"Properties", {{"ThingName", "t"}}}}}}}};
    return ProvisioningTemplate::parse(to_text(whole)).value().mappings;
}

TEST(ProvisioningTemplateFunctions, AsTheTableSays) {
    const json::object table = table_of("functions.json");
    const Texts parameters = texts_in(table, "parameters");
    const TemplateMappings mappings = mappings_in(table);
    std::set<std::string> declared;
    for (const auto& [name, value] : parameters) declared.insert(name);
    ASSERT_GT(table.at("cases").as_array().size(), 30u);
    for (const json::value& each : table.at("cases").as_array()) {
        const json::object& row = each.as_object();
        SCOPED_TRACE(text_in(row, "rule"));
        const auto value = TemplateReader(declared, mappings).read(row.at("value"), "here");
        if (row.contains("refused")) {
            ASSERT_FALSE(value);
            EXPECT_THAT(value.error().message, HasSubstr(text_in(row, "refused")));
            EXPECT_THAT(value.error().place.field, HasSubstr("here"));
            continue;
        }
        ASSERT_TRUE(value) << value.error().describe();
        TemplateEvaluation evaluation(parameters, mappings);
        if (row.contains("list")) {
            const auto list = evaluation.list(*value);
            ASSERT_TRUE(list) << list.error().describe();
            EXPECT_EQ(*list, list_in(row, "list"));
            continue;
        }
        const auto text = evaluation.text(*value);
        if (row.contains("fails")) {
            ASSERT_FALSE(text);
            EXPECT_THAT(text.error().message, HasSubstr(text_in(row, "fails")));
            continue;
        }
        ASSERT_TRUE(text) << text.error().describe();
        EXPECT_EQ(*text, text_in(row, "text"));
    }
}

void expect_thing(const PlannedThing& thing, const json::object& wanted) {
    EXPECT_EQ(thing.name.view(), text_in(wanted, "thing"));
    EXPECT_EQ(thing.attributes.value_or(Texts()), texts_in(wanted, "attributes"));
    EXPECT_EQ(thing.type.value_or(ThingTypeName()).value(), text_in(wanted, "type"));
    EXPECT_EQ(thing.billing_group.value(), text_in(wanted, "billingGroup"));
    if (wanted.contains("groups")) {
        std::vector<std::string> groups;
        for (const ThingGroupName& group : thing.groups.value()) groups.push_back(group.value());
        EXPECT_EQ(groups, list_in(wanted, "groups"));
    }
    if (wanted.contains("overrides")) {
        const std::vector<std::string> overrides{std::string(name_of_choice(thing.on_attributes)),
                                                 std::string(name_of_choice(thing.on_type)),
                                                 std::string(name_of_choice(thing.on_groups))};
        EXPECT_EQ(overrides, list_in(wanted, "overrides"));
    }
}

void expect_plan(const ProvisioningPlan& plan, const json::object& wanted) {
    if (wanted.contains("thing")) expect_thing(plan.thing.value(), wanted);
    if (wanted.contains("certificate")) {
        EXPECT_EQ(plan.certificate.value().text, text_in(wanted, "certificate"));
    }
    if (wanted.contains("status")) {
        EXPECT_EQ(name_of_choice(plan.certificate.value().status), text_in(wanted, "status"));
    }
    std::vector<std::string> names;
    std::vector<std::string> documents;
    for (const PlannedPolicy& policy : plan.policies) {
        names.push_back(policy.name.value());
        documents.push_back(policy.document.value_or(""));
    }
    if (wanted.contains("policies")) EXPECT_EQ(names, list_in(wanted, "policies"));
    if (wanted.contains("documents")) EXPECT_EQ(documents, list_in(wanted, "documents"));
    if (wanted.contains("configuration")) {
        EXPECT_EQ(plan.device_configuration, text_in(wanted, "configuration"));
    }
}

TEST(ProvisioningTemplates, AsTheTableSays) {
    const json::object table = table_of("templates.json");
    ASSERT_GT(table.at("cases").as_array().size(), 30u);
    for (const json::value& each : table.at("cases").as_array()) {
        const json::object& row = each.as_object();
        SCOPED_TRACE(text_in(row, "rule"));
        const json::value& body = row.at("template");
        const auto made = ProvisioningTemplate::parse(
            body.is_string() ? std::string(body.get_string()) : to_text(body));
        if (row.contains("refused")) {
            ASSERT_FALSE(made);
            EXPECT_THAT(made.error().message, HasSubstr(text_in(row, "refused")));
            if (row.contains("place")) {
                EXPECT_EQ(made.error().place.field, text_in(row, "place"));
            }
            continue;
        }
        ASSERT_TRUE(made) << made.error().describe();
        const auto plan = ProvisioningPlan::make(*made, texts_in(row, "parameters"));
        if (row.contains("fails")) {
            ASSERT_FALSE(plan);
            EXPECT_THAT(plan.error().message, HasSubstr(text_in(row, "fails")));
            continue;
        }
        ASSERT_TRUE(plan) << plan.error().describe();
        expect_plan(*plan, row.at("plan").as_object());
    }
}

ProvisioningTemplate thing_named(std::string_view name) {
    return ProvisioningTemplate::parse(
               R"({"Parameters":{"p":{"Type":"String"}},"Resources":{"t":{"Type":)"
               R"("AWS::IoT::Thing","Properties":{"ThingName":)" +
               std::string(name) + "}}}}")
        .value();
}

TEST(ProvisioningTemplates, AreBounded) {
    const auto longest = ProvisioningTemplate::parse(std::string(template_bytes_max + 1, ' '));
    ASSERT_FALSE(longest);
    EXPECT_EQ(longest.error().kind, ErrorKind::TooLarge);
    const std::string deep(64, '[');
    EXPECT_FALSE(ProvisioningTemplate::parse(R"({"Resources":)" + deep));
}

TEST(ProvisioningTemplates, WhatComesOfThemIsBounded) {
    std::string text;
    for (int i = 0; i < 200; ++i) text += "${p}";
    const auto made = thing_named(R"({"Fn::Sub":")" + text + R"("})");
    const auto plan = ProvisioningPlan::make(made, {{"p", std::string(4096, 'x')}});
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().kind, ErrorKind::TooLarge);
    const auto split = thing_named(R"({"Fn::Select":["0",{"Fn::Split":[",",{"Ref":"p"}]}]})");
    const auto parts = ProvisioningPlan::make(split, {{"p", std::string(4096, ',')}});
    ASSERT_FALSE(parts);
    EXPECT_EQ(parts.error().kind, ErrorKind::TooLarge);
}

TEST(ProvisioningTemplates, JustInTimeTheDeviceBringsItsCertificate) {
    const auto example = ProvisioningTemplate::parse(
        template_file("provisioning_template_corpus/just_in_time.json"));
    ASSERT_TRUE(example) << example.error().describe();
    EXPECT_TRUE(example->check_just_in_time());
    const auto fleet =
        ProvisioningTemplate::parse(template_file("provisioning_template_corpus/fleet.json"));
    ASSERT_TRUE(fleet) << fleet.error().describe();
    const auto fits = fleet->check_just_in_time();
    ASSERT_FALSE(fits);
    EXPECT_THAT(fits.error().message, HasSubstr("\"CertificateId\""));
    EXPECT_FALSE(thing_named("\"a\"").check_just_in_time());
}

}  // namespace
}  // namespace gatehouse::registry
