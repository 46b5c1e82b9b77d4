#include "api/wire/service_model.h"

#include <algorithm>

#include "api/wire/response_writer.h"
#include "api/wire/xml_writer.h"
#include "base/encoding.h"

namespace gatehouse::api::wire {
namespace {

// Takes the next segment off a path; slashes at both ends were removed before.
std::string_view next_segment(std::string_view& path) {
    const auto slash = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    return segment;
}

std::string_view without_outer_slashes(std::string_view path) {
    if (path.starts_with('/')) path.remove_prefix(1);
    if (path.ends_with('/')) path.remove_suffix(1);
    return path;
}

std::optional<std::vector<std::string>> match_path(std::string_view pattern,
                                                   std::string_view path) {
    std::vector<std::string> labels;
    while (!pattern.empty()) {
        if (path.empty()) return std::nullopt;
        const std::string_view expected = next_segment(pattern);
        if (expected.ends_with("+}")) {
            labels.push_back(percent_decode(path));
            return labels;
        }
        const std::string_view segment = next_segment(path);
        if (expected.starts_with('{')) {
            if (segment.empty()) return std::nullopt;
            labels.push_back(percent_decode(segment));
        } else if (segment != expected) {
            return std::nullopt;
        }
    }
    if (!path.empty()) return std::nullopt;
    return labels;
}

bool has_query(const Fields& query, std::string_view wanted) {
    if (wanted.empty()) return true;
    const auto equals = wanted.find('=');
    return std::ranges::any_of(query, [&](const auto& field) {
        return field.first == wanted.substr(0, equals) && field.second == wanted.substr(equals + 1);
    });
}

}  // namespace

std::optional<RouteMatch> match_route(const ServiceModel& service, std::string_view method,
                                      std::string_view path, const Fields& query) {
    const std::string_view sent = without_outer_slashes(path);
    for (const Operation& operation : service.operations) {
        if (operation.method != method) continue;
        auto labels = match_path(without_outer_slashes(operation.path), sent);
        if (labels && has_query(query, operation.query)) {
            return RouteMatch{&operation, std::move(*labels)};
        }
    }
    return std::nullopt;
}

const Operation* match_target(const ServiceModel& service, std::string_view target) {
    const auto dot = target.find('.');
    if (dot == target.npos || target.substr(0, dot) != service.target_prefix) return nullptr;
    const auto found =
        std::ranges::find(service.operations, target.substr(dot + 1), &Operation::name);
    return found == service.operations.end() ? nullptr : &*found;
}

const Operation* match_action(const ServiceModel& service, const Fields& fields) {
    const auto action = std::ranges::find(fields, "Action", &Fields::value_type::first);
    if (action == fields.end()) return nullptr;
    const auto found = std::ranges::find(service.operations, action->second, &Operation::name);
    return found == service.operations.end() ? nullptr : &*found;
}

std::string_view content_type_of(Protocol protocol) {
    switch (protocol) {
        case Protocol::RestJson: return "application/json";
        case Protocol::Json11: return "application/x-amz-json-1.1";
        case Protocol::Query: return "text/xml";
    }
    return "application/json";
}

ResponseParts encode_error(Protocol protocol, const ErrorShape& shape, std::string_view message,
                           const Fields& members) {
    if (protocol == Protocol::Query) return query_error(shape, message);
    JsonText json;
    {
        ObjectWriter body(json);
        if (protocol == Protocol::Json11) body.member("__type", shape.name);
        if (shape.has_type) {
            body.member("Type", std::string_view(shape.status >= 500 ? "Service" : "User"));
        }
        body.member(shape.message_key, message);
        for (const auto& [name, value] : members) body.member(name, value);
    }
    return {shape.status,
            {{"Content-Type", std::string(content_type_of(protocol))},
             {"x-amzn-ErrorType", std::string(shape.name)}},
            std::move(json.text)};
}

}  // namespace gatehouse::api::wire
