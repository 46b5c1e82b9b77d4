// The log's record of a question to an authorizer, whether a function or a file answered it, or to
// a domain configuration's function.
//
// Source: our own kinds of events, with the members of AWS IoT's log entries.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "authentication/authenticator.h"
#include "authentication/credentials.h"
#include "logs/event_sink.h"
#include "logs/level.h"

namespace gatehouse::authentication {

struct QuestionRecord {
    logs::EventType type = logs::EventType::AuthorizerInvoke;
    const Refusal* refusal = nullptr;  // null: it said yes
    std::string_view authorizer_name;
    std::string_view function_name;
    std::string_view explanation;
    std::chrono::microseconds duration{};
    std::optional<bool> cold_start;
    // What it decides about; unset: about an authorizer's way in.
    std::optional<AuthenticationType> authentication;
};

// Nothing, where the client's level keeps none of this kind.
void record_question(logs::EventSink& events, const logs::LevelResolver& levels,
                     const Credentials& credentials, const QuestionRecord& question);

}  // namespace gatehouse::authentication
