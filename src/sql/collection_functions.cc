#include <algorithm>
#include <array>

#include "sql/characters.h"
#include "sql/function.h"

namespace gatehouse::sql {
namespace {

constexpr std::size_t transformed_bytes_max = 128 * 1024;

Value character_at(std::string_view text, std::int64_t index) {
    if (index < 0) return {};
    const std::size_t begin = byte_of_character(text, static_cast<std::size_t>(index));
    if (begin == text.size()) return {};
    const std::string_view rest = text.substr(begin);
    return Value(std::string(rest.substr(0, byte_of_character(rest, 1))));
}

Value got(const Surroundings&, Arguments arguments) {
    const Value& whole = arguments[0];
    if (whole.is(Value::Kind::Object)) {
        const Text* const name = arguments[1].text();
        return name == nullptr ? Value() : whole.member(name->view());
    }
    const auto index = int_of(arguments[1]);
    const auto place = index ? index->to_int64() : std::nullopt;
    if (!place) return {};
    if (whole.is(Value::Kind::Array)) return whole.item(*place);
    return whole.text() == nullptr ? Value() : character_at(whole.text()->view(), *place);
}

Value is_null(const Surroundings&, Arguments arguments) {
    return Value(arguments[0].is_null());
}
Value is_undefined(const Surroundings&, Arguments arguments) {
    return Value(arguments[0].is_undefined());
}

// Names are looked for one after the other.
constexpr std::size_t names_per_step = 8;

Value enriched(const Value& item, const Value& with, Effort& effort) {
    Value::Members members = item.members();
    for (auto& [name, value] : with.members()) {
        if (!effort.step(1 + members.size() / names_per_step)) return {};
        const auto there = std::ranges::find(members, name, &Value::Members::value_type::first);
        if (there == members.end()) {
            members.emplace_back(name, std::move(value));
        } else {
            there->second = std::move(value);
        }
    }
    return Value(std::move(members));
}

// transform("enrichArray", object, array)
Value transformed(const Surroundings& surroundings, Arguments arguments) {
    const Text* const mode = arguments[0].text();
    if (mode == nullptr || mode->view() != "enrichArray") return {};
    if (!arguments[1].is(Value::Kind::Object) || !arguments[2].is(Value::Kind::Array)) return {};
    Value::Items made;
    std::size_t bytes = 0;
    for (const Value& item : arguments[2].items()) {
        if (!item.is(Value::Kind::Object)) return {};
        made.push_back(enriched(item, arguments[1], surroundings.effort));
        bytes += to_json(made.back()).size() + 1;
        if (bytes > transformed_bytes_max) return {};
    }
    return Value(std::move(made));
}

constexpr std::array<Function, 4> collection_table{{
    {"get", 2, 2, Version::V2015, got},
    {"isNull", 1, 1, Version::V2015, is_null},
    {"isUndefined", 1, 1, Version::V2016, is_undefined},
    {"transform", 3, 3, Version::V2016, transformed, 1},
}};

}  // namespace

std::span<const Function> collection_functions() {
    return collection_table;
}

}  // namespace gatehouse::sql
