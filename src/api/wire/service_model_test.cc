#include "api/wire/service_model.h"

#include <gtest/gtest.h>

#include "api/shapes/iot/errors.h"
#include "api/shapes/iot/model.h"
#include "api/shapes/lambda/errors.h"
#include "api/shapes/lambda/model.h"
#include "api/shapes/logs/errors.h"
#include "api/shapes/logs/model.h"

namespace gatehouse::api::wire {
namespace {

std::string operation(const ServiceModel& model, std::string_view method, std::string_view path,
                      const Fields& query = {}) {
    const auto match = match_route(model, method, path, query);
    if (!match) return "(none)";
    std::string text(match->operation->name);
    for (const auto& label : match->labels) text += " [" + label + "]";
    return text;
}

TEST(Routes, ByMethodAndPath) {
    const auto& iot = iot::model();
    EXPECT_EQ(operation(iot, "POST", "/authorizer/Auto"), "CreateAuthorizer [Auto]");
    EXPECT_EQ(operation(iot, "PUT", "/authorizer/Auto"), "UpdateAuthorizer [Auto]");
    EXPECT_EQ(operation(iot, "POST", "/authorizer/Auto/test"), "TestInvokeAuthorizer [Auto]");
    EXPECT_EQ(operation(iot, "GET", "/authorizers/"), "ListAuthorizers");
    EXPECT_EQ(operation(iot, "GET", "/authorizers"), "ListAuthorizers");
    EXPECT_EQ(operation(iot, "GET", "/things/a%2Fb%20c"), "DescribeThing [a/b c]");
    EXPECT_EQ(operation(iot, "OPTIONS", "/things/a"), "(none)");
    EXPECT_EQ(operation(iot, "GET", "/nothing"), "(none)");
    EXPECT_EQ(operation(iot, "GET", "/things//principals"), "(none)");
    EXPECT_EQ(operation(iot, "GET", "/"), "(none)");
}

TEST(Routes, LiteralsComeBeforeLabels) {
    const auto& iot = iot::model();
    EXPECT_EQ(operation(iot, "PUT", "/thing-groups/addThingToThingGroup"), "AddThingToThingGroup");
    EXPECT_EQ(operation(iot, "GET", "/principals/things"), "ListPrincipalThings");
    EXPECT_EQ(operation(iot, "GET", "/destinations/arn/with/slashes"),
              "GetTopicRuleDestination [arn/with/slashes]");
}

TEST(Routes, QueriesTellOperationsApart) {
    const auto& lambda = lambda::model();
    EXPECT_EQ(operation(lambda, "GET", "/2018-10-31/layers", {{"find", "LayerVersion"}}),
              "GetLayerVersionByArn");
    EXPECT_EQ(operation(lambda, "GET", "/2018-10-31/layers"), "ListLayers");
}

TEST(Routes, EveryOperationIsFoundByItsOwnPath) {
    for (const auto* model : {&iot::model(), &lambda::model()}) {
        for (const Operation& wanted : model->operations) {
            std::string path;
            for (std::size_t at = 0; at < wanted.path.size(); ++at) {
                if (wanted.path[at] != '{') {
                    path += wanted.path[at];
                    continue;
                }
                path += "a%2Fb";
                at = wanted.path.find('}', at);
            }
            const auto equals = wanted.query.find('=');
            Fields query;
            if (!wanted.query.empty()) {
                query.emplace_back(wanted.query.substr(0, equals), wanted.query.substr(equals + 1));
            }
            const auto match = match_route(*model, wanted.method, path, query);
            ASSERT_TRUE(match) << wanted.name;
            EXPECT_EQ(match->operation->name, wanted.name) << path;
        }
    }
    EXPECT_EQ(iot::model().operations.size(), 272u);
}

TEST(Targets, NameTheOperation) {
    const auto& logs = api::logs::model();
    EXPECT_EQ(match_target(logs, "Logs_20140328.PutLogEvents")->name, "PutLogEvents");
    EXPECT_EQ(match_target(logs, "PutLogEvents"), nullptr);
    EXPECT_EQ(match_target(logs, "Logs_20140328.Nothing"), nullptr);
    EXPECT_EQ(match_target(logs, "Other.PutLogEvents"), nullptr);
}

TEST(Errors, HaveTheFormOfTheirProtocol) {
    const auto rest = encode_error(Protocol::RestJson, iot::errors::limit_exceeded_exception,
                                   "too many \"things\"", {{"resourceArn", "arn"}});
    EXPECT_EQ(rest.status, 410u);
    EXPECT_EQ(rest.headers[1],
              std::pair(std::string("x-amzn-ErrorType"), std::string("LimitExceededException")));
    EXPECT_EQ(rest.body, R"({"message":"too many \"things\"","resourceArn":"arn"})");

    const auto json = encode_error(
        Protocol::Json11, api::logs::errors::resource_not_found_exception, "no such group");
    EXPECT_EQ(json.status, 400u);
    EXPECT_EQ(json.body, R"({"__type":"ResourceNotFoundException","message":"no such group"})");

    EXPECT_EQ(
        encode_error(Protocol::RestJson, lambda::errors::resource_not_found_exception, "x").body,
        R"({"Type":"User","Message":"x"})");
    EXPECT_EQ(encode_error(Protocol::RestJson, lambda::errors::service_exception, "x").body,
              R"({"Type":"Service","Message":"x"})");
}

}  // namespace
}  // namespace gatehouse::api::wire
