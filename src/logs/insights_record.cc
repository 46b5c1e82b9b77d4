#include "logs/insights_record.h"

#include <array>
#include <charconv>

namespace gatehouse::logs::insights {
namespace {

// The value at a path of names and numbers; a name that itself has dots comes first.
const json::value* find(const json::value& in, std::string_view path) {
    if (const json::object* const object = in.if_object()) {
        if (const json::value* const whole = object->if_contains(path)) return whole;
    }
    const auto dot = path.find('.');
    const std::string_view name = path.substr(0, dot);
    const json::value* inside = nullptr;
    if (const json::object* const object = in.if_object()) {
        inside = object->if_contains(name);
    } else if (const json::array* const array = in.if_array()) {
        std::size_t index = 0;
        const auto parsed = std::from_chars(name.data(), name.data() + name.size(), index);
        const bool is_index = parsed.ec == std::errc{} && parsed.ptr == name.data() + name.size();
        if (is_index && index < array->size()) inside = &(*array)[index];
    }
    if (inside == nullptr || dot == path.npos) return inside;
    return find(*inside, path.substr(dot + 1));
}

// What the platform's lines of a function say: "REPORT RequestId: ID\tDuration: 1.5 ms\t…".
struct LambdaField {
    std::string_view field;
    std::string_view label;
    double factor = 1;
};
constexpr std::array lambda_numbers{
    LambdaField{"@duration", "\tDuration: "}, LambdaField{"@billedDuration", "\tBilled Duration: "},
    LambdaField{"@initDuration", "\tInit Duration: "},
    LambdaField{"@memorySize", "\tMemory Size: ", 1'000'000},
    LambdaField{"@maxMemoryUsed", "\tMax Memory Used: ", 1'000'000}};

std::string_view word_after(std::string_view text, std::string_view label) {
    const auto at = text.find(label);
    if (at == text.npos) return {};
    text.remove_prefix(at + label.size());
    return text.substr(0, text.find_first_of(" \t\r\n"));
}

Value lambda_field(std::string_view name, std::string_view message) {
    const std::string_view type = message.substr(0, message.find(' '));
    const bool is_platform = type == "START" || type == "END" || type == "REPORT";
    if (!is_platform || word_after(message, " RequestId: ").empty()) return {};
    if (name == "@type") return Value(std::string(type));
    if (name == "@requestId") return Value(std::string(word_after(message, " RequestId: ")));
    for (const LambdaField& one : lambda_numbers) {
        if (one.field != name) continue;
        const auto number = Value(std::string(word_after(message, one.label))).number();
        return number ? Value(*number * one.factor) : Value();
    }
    return {};
}

}  // namespace

Value RecordFields::own_field(std::string_view name) const {
    if (name == "@timestamp") return Value::time(record_.timestamp);
    if (name == "@ingestionTime") return Value::time(record_.ingested);
    if (name == "@message") return Value(record_.message);
    if (name == "@logStream") return Value(record_.stream);
    if (name == "@log") return Value(record_.log);
    if (name == "@ptr") return Value(record_.pointer);
    return lambda_field(name, record_.message);
}

Value RecordFields::field(std::string_view name) {
    if (name.starts_with('@')) {
        Value own = own_field(name);
        if (!own.is_absent()) return own;
    }
    if (!is_read_) {
        is_read_ = true;
        const auto start = record_.message.find_first_not_of(" \t\r\n");
        if (start != std::string::npos && record_.message[start] == '{') {
            auto parsed =
                parse_json(record_.message, "the message",
                           {.depth_max = passing_depth_max, .bytes_max = record_.message.size()});
            if (parsed) body_ = std::move(*parsed);
        }
    }
    if (!body_) return {};
    const json::value* const found = find(*body_, name);
    return found == nullptr ? Value() : Value::of(*found);
}

}  // namespace gatehouse::logs::insights
