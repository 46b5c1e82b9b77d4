// Reading JSON at a door: bounded, with the place of the mistake. Values are decoded into structs
// where they enter; they do not travel further.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gatehouse {

namespace json = boost::json;

// For what is only passed on or looked into: events, answers, messages.
inline constexpr std::size_t passing_depth_max = 512;

struct JsonLimits {
    std::size_t depth_max = 32;
    std::size_t bytes_max = 8 * 1024 * 1024;
};

// Strict RFC 8259. The error says line and column; `what` names the text in it ("the policy").
Result<json::value> parse_json(std::string_view text, std::string_view what,
                               JsonLimits limits = {});

// The kind of a value in words: "a string", "an object", "a number", "true or false", "null".
std::string_view kind_name(const json::value& value);

// Compact text. Object members keep their order.
std::string to_text(const json::value& value);
// The same, with a quoted and escaped string for one text.
std::string quote_json(std::string_view text);

}  // namespace gatehouse
