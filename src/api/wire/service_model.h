// What the router knows of a service: its operations and how requests name them. Generated as
// constants, every operation of the model included.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/wire/failure.h"
#include "api/wire/message.h"

namespace gatehouse::api::wire {

enum class Protocol : std::uint8_t {
    RestJson,  // method and path name the operation; errors in a header
    Json11,    // the X-Amz-Target header names it; errors in "__type"
    Query,     // the form's field Action names it; answers in XML
};

struct Operation {
    std::string_view name;
    std::string_view method;
    std::string_view path;   // "/authorizer/{authorizerName}"; "{name+}" takes the rest
    std::string_view query;  // "find=LayerVersion": what must stand in the query; mostly empty
    unsigned status = 200;   // of a success
};

struct ServiceModel {
    std::string_view name;       // "iot"
    std::string_view full_name;  // "AWS IoT"
    Protocol protocol = Protocol::RestJson;
    std::string_view target_prefix;                   // "Logs_20140328"; JSON 1.1 only
    std::span<const std::string_view> signing_names;  // scopes that mean this service
    // By path, the more particular first (a literal before a label).
    std::span<const Operation> operations;
};

struct RouteMatch {
    const Operation* operation = nullptr;
    std::vector<std::string> labels;  // decoded
};

// The operation for a method and a still encoded path. A slash at the end does not matter.
std::optional<RouteMatch> match_route(const ServiceModel& service, std::string_view method,
                                      std::string_view path, const Fields& query);
// The operation that X-Amz-Target names, with or without prefix ("Logs_20140328.PutLogEvents").
const Operation* match_target(const ServiceModel& service, std::string_view target);

// The operation that the field Action names.
const Operation* match_action(const ServiceModel& service, const Fields& fields);

std::string_view content_type_of(Protocol protocol);
// An error in the protocol's form.
ResponseParts encode_error(Protocol protocol, const ErrorShape& shape, std::string_view message,
                           const Fields& members = {});

}  // namespace gatehouse::api::wire
