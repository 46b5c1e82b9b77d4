#include <array>

#include "sql/function.h"
#include "sql/time_pattern.h"

namespace gatehouse::sql {
namespace {

// Years of four digits, more or less: what patterns can write and zones know.
constexpr std::int64_t milliseconds_max = 253'402'300'799'999;

// parse_time(pattern, milliseconds[, zone])
Value written(const Surroundings&, Arguments arguments) {
    const auto pattern = text_of(arguments[0]);
    const auto milliseconds = floor_of(arguments[1]);
    if (!pattern || !milliseconds || std::abs(*milliseconds) > milliseconds_max) return {};
    std::optional<std::string> zone = "UTC";
    if (arguments.size() == 3) zone = text_of(arguments[2]);
    if (!zone) return {};
    return Value::of(format_time(*pattern, *milliseconds, *zone));
}

// time_to_epoch(text, pattern)
Value read(const Surroundings&, Arguments arguments) {
    const auto text = text_of(arguments[0]);
    const auto pattern = text_of(arguments[1]);
    if (!text || !pattern) return {};
    const auto milliseconds = read_time(*text, *pattern);
    return milliseconds ? Value::integer(*milliseconds) : Value();
}

constexpr std::array<Function, 2> time_table{{
    {"parse_time", 2, 3, Version::V2016, written},
    {"time_to_epoch", 2, 2, Version::V2016, read},
}};

}  // namespace

std::span<const Function> time_functions() {
    return time_table;
}

}  // namespace gatehouse::sql
