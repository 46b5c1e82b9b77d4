// The message that a statement is about, as its functions see it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/random.h"
#include "sql/document.h"

namespace gatehouse::sql {

// All views outlive the evaluation.
struct Message {
    std::string_view topic;  // under Basic Ingest, without "$aws/rules/NAME"
    std::string_view payload;
    const Document* document = nullptr;  // of the payload; null: it is no JSON
    std::string_view account;
    WallTime now{};              // of evaluation
    std::string_view client_id;  // empty: it came otherwise than by MQTT
    std::string_view principal;  // empty: nobody's
    std::string_view source_ip;  // empty: not from a device's connection
    std::string_view trace_id;   // likewise
    std::optional<std::string_view> content_type;
    std::optional<bool> is_utf8;  // the payload format indicator
    std::optional<std::string_view> response_topic;
    std::optional<std::string_view> correlation_data;
    std::span<const std::pair<std::string, std::string>> user_properties;
};

}  // namespace gatehouse::sql
