// The actions dynamoDB, which writes the message into one attribute of an item, and dynamoDBv2,
// which writes each of its members into an attribute of its own.
// Source: AWS IoT Developer Guide, "DynamoDB", "DynamoDBv2"; Amazon DynamoDB API Reference,
// PutItem, UpdateItem, DeleteItem.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/arn.h"
#include "rules/targets/aws_action.h"
#include "rules/targets/aws_actions.h"
#include "rules/targets/dynamodb_attribute.h"

namespace gatehouse::rules {
namespace {

constexpr std::array<std::string_view, 2> key_types{"STRING", "NUMBER"};
constexpr std::array<std::string_view, 3> dynamo_operations{"INSERT", "UPDATE", "DELETE"};
constexpr std::string_view payload_field_usual = "payload";

Call dynamodb_call(std::string_view operation, json::object body) {
    return json_call(fmt::format("DynamoDB_20120810.{}", operation), JsonVersion::V1_0,
                     to_text(body));
}

// Source: Amazon DynamoDB Developer Guide, "Supported data types and naming rules". The service
// takes ARNs, too, also of other accounts' tables, about which the role was not asked. That a name
// has 3 characters the service says itself.
bool is_table_name(std::string_view name) {
    return !name.empty() && name.size() <= 255 && std::ranges::all_of(name, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '-' || c == '_' || c == '.';
    });
}

Result<void> check_table(std::string_view name) {
    if (is_table_name(name)) return {};
    return fail(ErrorKind::InvalidInput, "tableName comes to what is no table's name");
}

void check_constant_table(Parameters& parameters, const Text& table) {
    if (table.is_constant() && !table.constant().empty() && !is_table_name(table.constant())) {
        parameters.refuse("tableName",
                          "is no table's name: at most 255 of a-z, A-Z, 0-9, '-', '_' "
                          "and '.'");
    }
}

RoleNeed dynamodb_need(std::string_view operation, const Job& job, const Text& table) {
    return {fmt::format("dynamodb:{}", operation),
            make_arn(job.rule->tenant, "dynamodb", fmt::format("table/{}", job.text(table)))};
}

struct KeyPart {
    Text field;
    Text value;
    std::string type;
};

class DynamoAction final : public AwsAction {
public:
    explicit DynamoAction(const ActionParts& parts)
        : AwsAction(AwsService::DynamoDb,
                    {"DynamoAction", "DynamoDBTable", "Failed to write to DynamoDB."}, parts) {}

    Result<Call> call(const Job& job) const override {
        if (auto checked = check_table(job.text(target)); !checked) return fail(checked.error());
        const std::string_view what = operation ? job.text(*operation) : dynamo_operations[0];
        json::object key;
        if (auto added = add_key(key, job, hash, "hashKeyValue"); !added)
            return fail(added.error());
        if (range) {
            if (auto added = add_key(key, job, *range, "rangeKeyValue"); !added) {
                return fail(added.error());
            }
        }
        json::object body{{"TableName", job.text(target)}};
        if (what == "DELETE") {
            body["Key"] = std::move(key);
            return dynamodb_call("DeleteItem", std::move(body));
        }
        const std::string_view field =
            payload_field ? job.text(*payload_field) : payload_field_usual;
        if (field.empty() || key.contains(field)) {
            return fail(ErrorKind::InvalidInput,
                        "payloadField comes to nothing, or to the field of a key");
        }
        if (what == "INSERT") {
            key[field] = payload(job);
            body["Item"] = std::move(key);
            return dynamodb_call("PutItem", std::move(body));
        }
        if (what != "UPDATE") {
            return fail(ErrorKind::InvalidInput,
                        "operation comes to none of INSERT, UPDATE, DELETE");
        }
        body["Key"] = std::move(key);
        body["UpdateExpression"] = "SET #payload = :payload";
        body["ExpressionAttributeNames"] = json::object{{"#payload", field}};
        body["ExpressionAttributeValues"] = json::object{{":payload", payload(job)}};
        return dynamodb_call("UpdateItem", std::move(body));
    }

    RoleNeed need(const Job& job) const override {
        const std::string_view what = operation ? job.text(*operation) : dynamo_operations[0];
        return dynamodb_need(what == "UPDATE"   ? "UpdateItem"
                             : what == "DELETE" ? "DeleteItem"
                                                : "PutItem",
                             job, target);
    }

    KeyPart hash;
    std::optional<KeyPart> range;
    std::optional<Text> payload_field;
    std::optional<Text> operation;

private:
    static Result<void> add_key(json::object& key, const Job& job, const KeyPart& part,
                                std::string_view member) {
        const std::string_view value = job.text(part.value);
        if (value.empty()) {
            return fail(ErrorKind::InvalidInput, fmt::format("{} comes to nothing", member));
        }
        if (part.type == "STRING") {
            key[job.text(part.field)] = json::object{{"S", value}};
            return {};
        }
        auto number = dynamodb_number(value);
        if (!number) {
            return fail(ErrorKind::InvalidInput, fmt::format("{} comes to no number", member));
        }
        key[job.text(part.field)] = std::move(*number);
        return {};
    }

    static json::object payload(const Job& job) {
        const auto value =
            job.is_json ? sql::Value::parse(*job.payload, sql::Version::V2016) : sql::Value();
        return value.is_undefined() ? dynamodb_bytes(*job.payload) : dynamodb_attribute(value);
    }
};

class DynamoV2Action final : public AwsAction {
public:
    explicit DynamoV2Action(const ActionParts& parts)
        : AwsAction(AwsService::DynamoDb,
                    {"DynamoDBv2Action", "DynamoDBTable", "Failed to write to DynamoDB."}, parts) {}

    Result<Call> call(const Job& job) const override {
        if (auto checked = check_table(job.text(target)); !checked) return fail(checked.error());
        const auto value =
            job.is_json ? sql::Value::parse(*job.payload, sql::Version::V2016) : sql::Value();
        if (!value.is(sql::Value::Kind::Object)) {
            return fail(ErrorKind::InvalidInput,
                        "an item is made of the members of an object, and the result is none");
        }
        json::object item;
        for (const auto& [name, member] : value.members()) item[name] = dynamodb_attribute(member);
        return dynamodb_call("PutItem",
                             {{"TableName", job.text(target)}, {"Item", std::move(item)}});
    }
    RoleNeed need(const Job& job) const override { return dynamodb_need("PutItem", job, target); }
};

}  // namespace

Result<ActionPtr> make_dynamodb_action(Parameters& parameters, const ActionParts& parts) {
    auto action = std::make_shared<DynamoAction>(parts);
    action->role = parameters.role_arn();
    action->target = parameters.text("tableName");
    check_constant_table(parameters, action->target);
    action->hash = {.field = parameters.text("hashKeyField"),
                    .value = parameters.text("hashKeyValue"),
                    .type = parameters.choice("hashKeyType", key_types, "STRING")};
    auto field = parameters.optional_text("rangeKeyField", OnUndefined::Fail);
    auto value = parameters.optional_text("rangeKeyValue", OnUndefined::Fail);
    std::string type = parameters.choice("rangeKeyType", key_types, "STRING");
    if (field.has_value() != value.has_value()) {
        parameters.refuse("rangeKeyField", "and rangeKeyValue belong together; give both or none");
    } else if (field) {
        action->range = KeyPart{std::move(*field), std::move(*value), std::move(type)};
    }
    action->payload_field = parameters.optional_text("payloadField", OnUndefined::Fail);
    action->operation = parameters.optional_text("operation", OnUndefined::Fail);
    if (action->operation && action->operation->is_constant()) {
        parameters.choice("operation", dynamo_operations);
    }
    check_endpoint(parameters, parts, AwsService::DynamoDb, "tableName");
    if (auto read = parameters.finish(); !read) return fail(std::move(read.error()));
    return action;
}

Result<ActionPtr> make_dynamodb_v2_action(Parameters& parameters, const ActionParts& parts) {
    auto action = std::make_shared<DynamoV2Action>(parts);
    action->role = parameters.role_arn();
    if (auto put_item = parameters.object("putItem")) {
        action->target = put_item->text("tableName");
        check_constant_table(*put_item, action->target);
    } else {
        parameters.refuse("putItem", "is missing");
    }
    check_endpoint(parameters, parts, AwsService::DynamoDb, "putItem");
    if (auto read = parameters.finish(); !read) return fail(std::move(read.error()));
    return action;
}

}  // namespace gatehouse::rules
