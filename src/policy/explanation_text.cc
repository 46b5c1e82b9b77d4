#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/json.h"
#include "policy/explanation.h"

namespace gatehouse::policy {
namespace {

json::object to_value(const StatementPlace& place) {
    json::object object;
    object["document"] = place.document + 1;
    if (!place.document_name.empty()) object["documentName"] = place.document_name;
    object["statement"] = place.statement + 1;
    if (!place.sid.empty()) object["sid"] = place.sid;
    object["effect"] = place.effect == Effect::Allow ? "Allow" : "Deny";
    return object;
}

json::object to_value(const StatementMatch& match) {
    json::object object = to_value(match.where);
    object["resource"] = match.resource;
    if (match.resolved != match.resource) object["resolved"] = match.resolved;
    return object;
}

json::array to_value(const std::vector<StatementMatch>& matches) {
    json::array array;
    for (const StatementMatch& match : matches) array.push_back(to_value(match));
    return array;
}

json::object to_value(const NearMiss& nearest) {
    json::object object = to_value(nearest.where);
    object["resource"] = nearest.resource;
    if (nearest.resolved != nearest.resource) object["resolved"] = nearest.resolved;
    json::array differs;
    for (const Mismatch& mismatch : nearest.differs) {
        json::object each;
        each["part"] = name_of(mismatch.part);
        each["required"] = mismatch.required;
        each["actual"] = mismatch.actual;
        if (mismatch.at) each["at"] = *mismatch.at;
        differs.push_back(std::move(each));
    }
    object["differs"] = std::move(differs);
    return object;
}

json::array to_value(const std::vector<VariableReport>& reports) {
    json::array array;
    for (const VariableReport& report : reports) {
        json::object object;
        object["name"] = report.name;
        if (report.values.empty()) {
            object["absentBecause"] = report.absent_because;
        } else {
            json::array values;
            for (const std::string& value : report.values) values.emplace_back(value);
            object["values"] = std::move(values);
        }
        array.push_back(std::move(object));
    }
    return array;
}

}  // namespace

std::string to_json(const Explanation& explanation) {
    json::object object;
    object["decision"] = name_of(explanation.outcome);
    object["action"] = explanation.action;
    object["resource"] = explanation.resource;
    if (!explanation.denying.empty()) object["denying"] = to_value(explanation.denying);
    if (!explanation.allowing.empty()) object["allowing"] = to_value(explanation.allowing);
    if (explanation.nearest) object["nearest"] = to_value(*explanation.nearest);
    if (!explanation.variables.empty()) object["variables"] = to_value(explanation.variables);
    object["explanation"] = explanation.sentence;
    return gatehouse::to_text(object);
}

std::string to_text(const Explanation& explanation) {
    std::string text = fmt::format("{}  {} on {}\n\n{}\n", name_of(explanation.outcome),
                                   explanation.action, explanation.resource, explanation.sentence);
    const auto list = [&](std::string_view title, const std::vector<StatementMatch>& matches) {
        if (matches.empty()) return;
        text += fmt::format("\n{}\n", title);
        for (const StatementMatch& match : matches) {
            text += fmt::format("  {}: {}\n", match.where.describe(), match.resource);
        }
    };
    list("Denied by", explanation.denying);
    list("Allowed by", explanation.allowing);
    if (explanation.nearest) {
        const NearMiss& nearest = *explanation.nearest;
        text += fmt::format("\nNearest\n  {}: {}\n", nearest.where.describe(), nearest.resource);
        for (const Mismatch& mismatch : nearest.differs) {
            text += fmt::format("    {}: {}\n", name_of(mismatch.part), mismatch.clause);
        }
    }
    if (!explanation.variables.empty()) text += "\nVariables and condition keys\n";
    for (const VariableReport& report : explanation.variables) {
        text += report.values.empty()
                    ? fmt::format("  {} has no value: {}\n", report.name, report.absent_because)
                    : fmt::format("  {} = {}\n", report.name, fmt::join(report.values, ", "));
    }
    return text;
}

}  // namespace gatehouse::policy
