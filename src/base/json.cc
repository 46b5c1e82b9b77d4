#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>

namespace gatehouse {
namespace {

Place place_of(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, std::min(offset, text.size()));
    const auto line_start = before.rfind('\n');
    return {"", static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n') + 1),
            static_cast<std::uint32_t>(before.size() -
                                       (line_start == before.npos ? 0 : line_start + 1) + 1)};
}

}  // namespace

Result<json::value> parse_json(std::string_view text, std::string_view what, JsonLimits limits) {
    if (text.size() > limits.bytes_max) {
        return fail(ErrorKind::TooLarge, fmt::format("{} has {} bytes; at most {} are read", what,
                                                     text.size(), limits.bytes_max));
    }
    json::parse_options options;
    options.max_depth = limits.depth_max;
    json::stream_parser parser({}, options);
    json::error_code error;
    const std::size_t consumed = parser.write_some(text.data(), text.size(), error);
    if (!error && consumed < text.size()) error = json::error::extra_data;
    if (!error) parser.finish(error);
    if (error) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("{} is not valid JSON: {}", what, error.message()),
                    place_of(text, consumed));
    }
    return parser.release();
}

std::string_view kind_name(const json::value& value) {
    switch (value.kind()) {
        case json::kind::null: return "null";
        case json::kind::bool_: return "true or false";
        case json::kind::int64:
        case json::kind::uint64:
        case json::kind::double_: return "a number";
        case json::kind::string: return "a string";
        case json::kind::array: return "an array";
        case json::kind::object: return "an object";
    }
    return "null";
}

std::string to_text(const json::value& value) {
    return json::serialize(value);
}

std::string quote_json(std::string_view text) {
    // Mostly nothing in it needs an escape.
    const bool is_plain = std::ranges::all_of(
        text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
    if (is_plain) {
        std::string quoted;
        quoted.reserve(text.size() + 2);
        return quoted.append(1, '"').append(text).append(1, '"');
    }
    return json::serialize(json::string_view(text.data(), text.size()));
}

}  // namespace gatehouse
