#include "api/wire/json_reader.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "api/wire/request_reader.h"
#include "base/encoding.h"
#include "base/json.h"

namespace gatehouse::api::wire {
namespace {

// The value's text, where a form is read.
std::optional<std::string_view> form_text(const JsonValue& value, const DecodeContext& context) {
    const auto* text = context.reads_texts() ? value.if_string() : nullptr;
    if (text == nullptr) return std::nullopt;
    return std::string_view(text->data(), text->size());
}

template <class Integer>
bool read_integer(const JsonValue& value, Integer& out, const Rule& rule, DecodeContext& context) {
    constexpr auto low = std::numeric_limits<Integer>::min();
    constexpr auto high = std::numeric_limits<Integer>::max();
    if (const auto text = form_text(value, context)) return read_text(*text, out, rule, context);
    std::int64_t number = 0;
    if (const auto* integer = value.if_int64()) {
        number = *integer;
    } else if (const auto* real = value.if_double();
               real != nullptr && std::floor(*real) == *real && std::abs(*real) < 9e15) {
        number = static_cast<std::int64_t>(*real);  // 10.0 is the integer 10
    } else {
        context.malformed("an integer", value);
        return false;
    }
    if (number < low || number > high) {
        context.malformed(sizeof(Integer) == 4 ? "an integer of 32 bits" : "an integer", value);
        return false;
    }
    out = static_cast<Integer>(number);
    const auto demands = unmet(rule, static_cast<double>(number));
    if (demands.empty()) return true;
    context.violated(demands, std::to_string(number), rule);
    return false;
}

}  // namespace

bool read(const JsonValue& value, std::string& out, const Rule& rule, DecodeContext& context) {
    const auto* text = value.if_string();
    if (text == nullptr) {
        context.malformed("a string", value);
        return false;
    }
    out.assign(text->data(), text->size());
    const auto demands = unmet(rule, out);
    if (demands.empty()) return true;
    context.violated(demands, out, rule);
    return false;
}

bool read(const JsonValue& value, std::int32_t& out, const Rule& rule, DecodeContext& context) {
    return read_integer(value, out, rule, context);
}

bool read(const JsonValue& value, std::int64_t& out, const Rule& rule, DecodeContext& context) {
    return read_integer(value, out, rule, context);
}

bool read(const JsonValue& value, double& out, const Rule& rule, DecodeContext& context) {
    if (!value.is_number()) {
        context.malformed("a number", value);
        return false;
    }
    out = value.to_number<double>();
    const auto demands = unmet(rule, out);
    if (demands.empty()) return true;
    context.violated(demands, value_text(value), rule);
    return false;
}

bool read(const JsonValue& value, bool& out, const Rule& rule, DecodeContext& context) {
    if (const auto text = form_text(value, context)) return read_text(*text, out, rule, context);
    const bool* truth = value.if_bool();
    if (truth == nullptr) {
        context.malformed("true or false", value);
        return false;
    }
    out = *truth;
    return true;
}

bool read(const JsonValue& value, WallTime& out, const Rule&, DecodeContext& context) {
    const auto time =
        value.is_number()
            ? time_from_epoch_seconds(value.to_number<double>())
            : parse_time(value.is_string()
                             ? std::string_view(value.as_string().data(), value.as_string().size())
                             : std::string_view());
    if (!time) {
        context.malformed("a time (seconds since 1970)", value);
        return false;
    }
    out = *time;
    return true;
}

bool read(const JsonValue& value, AnyObject& out, const Rule&, DecodeContext& context) {
    if (!value.is_object()) {
        context.malformed("an object", value);
        return false;
    }
    out.text = to_text(value);
    return true;
}

bool read(const JsonValue& value, Bytes& out, const Rule& rule, DecodeContext& context) {
    const auto* text = value.if_string();
    auto bytes =
        text == nullptr ? std::nullopt : from_base64(std::string_view(text->data(), text->size()));
    if (!bytes) {
        context.malformed("a base64 string", value);
        return false;
    }
    out = std::move(*bytes);
    const auto demands = unmet_by_size(rule, out.size());
    context.violated(demands, fmt::format("{} bytes", out.size()), rule);
    return demands.empty();
}

const JsonValue* ObjectReader::find(std::string_view name) const {
    if (object_ == nullptr) return nullptr;
    const json::value* value = object_->if_contains({name.data(), name.size()});
    return value == nullptr || value->is_null() ? nullptr : value;
}

const JsonValue& ListView::at(std::size_t i) const {
    return first[i];
}

std::optional<ListView> open_list(const JsonValue& value, const Rule& rule,
                                  DecodeContext& context) {
    const auto* list = value.if_array();
    // A form says of an empty list that it is there, and no more.
    if (form_text(value, context) == "") return ListView{};
    if (list == nullptr) {
        context.malformed("a list", value);
        return std::nullopt;
    }
    const auto demands = unmet_by_size(rule, list->size());
    if (!demands.empty()) context.violated(demands, value_text(value), rule);
    return ListView{list->data(), list->size()};
}

std::optional<std::vector<MapEntry>> open_map(const JsonValue& value, const Rule& rule,
                                              DecodeContext& context) {
    const auto* object = value.if_object();
    if (object == nullptr) {
        context.malformed("an object", value);
        return std::nullopt;
    }
    const auto demands = unmet_by_size(rule, object->size());
    if (!demands.empty()) context.violated(demands, value_text(value), rule);
    std::vector<MapEntry> entries;
    entries.reserve(object->size());
    for (const auto& [key, member] : *object) {
        if (!member.is_null()) entries.push_back({{key.data(), key.size()}, &member});
    }
    return entries;
}

const boost::json::object* open_object(const JsonValue& value, DecodeContext& context) {
    const auto* object = value.if_object();
    if (object == nullptr) context.malformed("an object", value);
    return object;
}

void elements_violated(const JsonValue& container, const Rule& rule, std::string_view prefix,
                       const Rule& element, DecodeContext& context) {
    Rule shown = rule;
    shown.sensitive = rule.sensitive || element.sensitive;
    context.violated(fmt::format("{}: [{}]", prefix, fmt::join(demands_of(element), ", ")),
                     value_text(container), shown);
}

void check_keys(const std::vector<MapEntry>& entries, const JsonValue& value, const Rule& rule,
                DecodeContext& context) {
    for (const auto& entry : entries) {
        if (!unmet(*rule.key, entry.key).empty()) {
            elements_violated(value, rule, "Map keys must satisfy constraint", *rule.key, context);
            return;
        }
    }
}

}  // namespace gatehouse::api::wire
