// One thing that happened, typed, and its JSON form.
//
// An Event borrows everything it names and is used within one call: it is rendered where it is
// recorded. It has no member for a password, token or signature, and none may be put into
// `details`, `explanation` or `more`; user names are passed through masked_user_name()
// (logs/masking.h) first, since their query part carries tokens.
//
// Member names and order: AWS IoT Core Developer Guide, "CloudWatch AWS IoT log entries"; our
// own members follow AWS's.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"
#include "base/named.h"
#include "base/tenant.h"
#include "logs/event_type.h"

namespace gatehouse::logs {

// Text that is well-formed JSON already and is written as it is.
using JsonText = Named<std::string_view, struct JsonTextTag>;

// A member that has no place of its own in Event.
struct Member {
    std::string_view name;
    std::variant<std::string_view, std::int64_t, double, bool, JsonText> value;
};

// Where an event came from; the same for all events of a connection. Empty texts and port 0
// are left out.
struct Origin {
    std::string_view protocol = {};  // "MQTT" or "HTTP"
    std::string_view client_id = {};
    std::string_view principal_id = {};
    std::string_view source_ip = {};
    std::uint16_t source_port = 0;
};

struct Event {
    const Tenant& tenant;
    EventType type;
    Status status = Status::Success;
    // Unset: the kind's own level, level_of(type, status).
    std::optional<Level> level = {};
    // Shared by all events that one inbound request produced; left out when empty.
    std::string_view trace_id = {};
    Origin origin = {};

    // Left out when empty.
    std::string_view topic_name = {};           // or the filter, as sent
    std::string_view reason = {};               // failures: for machines, "AUTHORIZATION_FAILURE"
    std::string_view details = {};              // failures: for people
    std::string_view disconnect_reason = {};    // as in presence events, "CONNECTION_LOST"
    std::string_view authentication_type = {};  // "CUSTOM_AUTH", "AWS_X509", …
    std::string_view server_name_indication = {};
    std::string_view destination_ip = {};
    std::uint16_t destination_port = 0;
    std::string_view rule_name = {};
    std::string_view rule_action = {};

    // Our own.
    std::string_view authorizer_name = {};
    std::string_view function_name = {};
    std::string_view door = {};                  // the listener: "mqtts"
    std::string_view domain_configuration = {};  // by whose host name the client came
    // Why, written as "explanation": an object when one is given, else the text.
    JsonText explanation_object = {};
    std::string_view explanation = {};
    std::optional<double> duration_ms = {};
    std::optional<bool> cold_start = {};

    // Written last, in order.
    std::span<const Member> more = {};
};

// Appends the record as one JSON object without line breaks. Invalid UTF-8 is written as
// U+FFFD, so that the result is always well-formed.
void append_json(std::string& out, const Event& event, WallTime time);

}  // namespace gatehouse::logs
