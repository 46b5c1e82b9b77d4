#include "rules/targets/dynamodb_attribute.h"

#include "base/encoding.h"
#include "sql/decimal.h"

namespace gatehouse::rules {

json::object dynamodb_attribute(const sql::Value& value) {
    if (const bool* truth = value.truth()) return {{"BOOL", *truth}};
    if (const sql::Number* number = value.number()) return {{"N", number->value.text()}};
    if (const sql::Text* text = value.text()) return {{"S", text->view()}};
    if (value.is(sql::Value::Kind::Array)) {
        json::array list;
        for (const sql::Value& item : value.items()) list.push_back(dynamodb_attribute(item));
        return {{"L", std::move(list)}};
    }
    if (value.is(sql::Value::Kind::Object)) {
        json::object map;
        for (const auto& [name, member] : value.members()) map[name] = dynamodb_attribute(member);
        return {{"M", std::move(map)}};
    }
    return {{"NULL", true}};
}

json::object dynamodb_bytes(std::string_view bytes) {
    return {{"B", to_base64(bytes_of(bytes))}};
}

std::optional<json::object> dynamodb_number(std::string_view text) {
    const auto number = sql::Decimal::parse(text);
    if (!number) return std::nullopt;
    return json::object{{"N", number->text()}};
}

}  // namespace gatehouse::rules
