#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/json.h"
#include "policy/document.h"

namespace gatehouse::policy {
namespace {

// One text as a string, several as an array, as AWS writes them.
json::value string_or_array(const std::vector<std::string>& texts) {
    if (texts.size() == 1) return json::string(texts.front());
    json::array array;
    for (const std::string& text : texts) array.emplace_back(text);
    return array;
}

json::value string_or_array(const std::vector<Pattern>& patterns) {
    std::vector<std::string> texts;
    for (const Pattern& pattern : patterns) texts.push_back(pattern.text());
    return string_or_array(texts);
}

json::value to_value(const Principal& principal) {
    if (principal.anyone && principal.accounts.empty()) return "*";
    json::object object;
    if (!principal.services.empty()) object["Service"] = string_or_array(principal.services);
    if (!principal.accounts.empty()) object["AWS"] = string_or_array(principal.accounts);
    if (!principal.federated.empty()) object["Federated"] = string_or_array(principal.federated);
    return object;
}

json::object to_value(const Statement& statement) {
    json::object object;
    if (!statement.sid.empty()) object["Sid"] = statement.sid;
    object["Effect"] = statement.effect == Effect::Allow ? "Allow" : "Deny";
    if (statement.principal) object["Principal"] = to_value(*statement.principal);
    object[statement.action_listing == Listing::These ? "Action" : "NotAction"] =
        string_or_array(statement.actions);
    object[statement.resource_listing == Listing::These ? "Resource" : "NotResource"] =
        string_or_array(statement.resources);
    if (statement.conditions.empty()) return object;
    json::object condition;
    for (const ConditionTest& test : statement.conditions) {
        json::value& keys = condition[test.op.text];
        if (!keys.is_object()) keys.emplace_object();
        keys.get_object()[test.key] = string_or_array(test.values);
    }
    object["Condition"] = std::move(condition);
    return object;
}

}  // namespace

std::string to_json_text(const Statement& statement) {
    return gatehouse::to_text(to_value(statement));
}

std::string to_json_text(const Document& document) {
    json::object object;
    if (document.version_given) {
        object["Version"] = document.version == Version::V2012 ? "2012-10-17" : "2008-10-17";
    }
    if (!document.id.empty()) object["Id"] = document.id;
    json::array statements;
    for (const Statement& statement : document.statements)
        statements.push_back(to_value(statement));
    object["Statement"] = std::move(statements);
    return gatehouse::to_text(object);
}

}  // namespace gatehouse::policy
