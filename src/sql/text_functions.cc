#include <algorithm>
#include <array>
#include <cstring>

#include "base/character_count.h"
#include "sql/characters.h"
#include "sql/function.h"

namespace gatehouse::sql {
namespace {

// What a function of one text makes of it.
template <class Change>
Value changed(Arguments arguments, Change change) {
    const auto text = text_of(arguments[0]);
    return text ? Value(change(*text)) : Value();
}
template <class Judge>
Value judged(Arguments arguments, Judge judge) {
    const auto text = text_of(arguments[0]);
    const auto other = text_of(arguments[1]);
    return text && other ? judge(std::string_view(*text), std::string_view(*other)) : Value();
}

Value character(const Surroundings&, Arguments arguments) {
    const auto code = floor_of(arguments[0]);
    if (!code) return {};
    std::string made = character_of(*code);
    return made.empty() ? Value() : Value(std::move(made));
}

Value spliced(Arguments arguments) {
    Value::Items all;
    for (const Value& each : arguments) {
        if (each.is(Value::Kind::Array)) {
            std::ranges::move(each.items(), std::back_inserter(all));
        } else if (!each.is_undefined()) {
            all.push_back(each);
        }
    }
    return Value(std::move(all));
}

Value concatenated(const Surroundings&, Arguments arguments) {
    if (arguments.empty()) return {};
    if (arguments.size() == 1) return arguments[0];
    const auto is_any = [&](Value::Kind kind) {
        return std::ranges::any_of(arguments, [&](const Value& each) { return each.is(kind); });
    };
    if (is_any(Value::Kind::Array)) return spliced(arguments);
    if (!is_any(Value::Kind::String)) return {};
    std::string all;
    for (const Value& each : arguments) {
        const auto text = text_of(each);
        if (!text) return {};
        all += *text;
    }
    return Value(std::move(all));
}

Value ends_with(const Surroundings&, Arguments arguments) {
    return judged(arguments, [](auto text, auto end) { return Value(text.ends_with(end)); });
}
Value starts_with(const Surroundings&, Arguments arguments) {
    return judged(arguments, [](auto text, auto begin) { return Value(text.starts_with(begin)); });
}

// In time that grows with both sizes added, whatever they hold, unlike std::string::find().
std::size_t place_of(std::string_view wanted, std::string_view text, std::size_t from) {
    const void* const found =
        memmem(text.data() + from, text.size() - from, wanted.data(), wanted.size());
    if (found == nullptr) return std::string_view::npos;
    return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

Value index_of(const Surroundings&, Arguments arguments) {
    return judged(arguments, [](std::string_view text, std::string_view wanted) {
        const std::size_t at = place_of(wanted, text, 0);
        if (at == text.npos) return Value::integer(-1);
        return Value::integer(static_cast<std::int64_t>(character_count(text.substr(0, at))));
    });
}

Value length(const Surroundings&, Arguments arguments) {
    const auto text = text_of(arguments[0]);
    return text ? Value::integer(static_cast<std::int64_t>(character_count(*text))) : Value();
}
Value byte_count(const Surroundings&, Arguments arguments) {
    const auto text = text_of(arguments[0]);
    return text ? Value::integer(static_cast<std::int64_t>(text->size())) : Value();
}

Value lower(const Surroundings&, Arguments arguments) {
    return changed(arguments, lower_case);
}
Value upper(const Surroundings&, Arguments arguments) {
    return changed(arguments, upper_case);
}

std::optional<std::string> blanks(const Value& count) {
    constexpr std::int64_t blanks_max = 1000;
    const auto number = floor_between(count, 0, blanks_max);
    if (!number) return std::nullopt;
    return std::string(static_cast<std::size_t>(*number), ' ');
}

Value padded_left(const Surroundings&, Arguments arguments) {
    const auto added = blanks(arguments[1]);
    if (!added) return {};
    return changed(arguments, [&](const std::string& text) { return *added + text; });
}
Value padded_right(const Surroundings&, Arguments arguments) {
    const auto added = blanks(arguments[1]);
    if (!added) return {};
    return changed(arguments, [&](const std::string& text) { return text + *added; });
}

constexpr const char* trimmed = " \t";

std::string without_left(std::string text) {
    text.erase(0, std::min(text.find_first_not_of(trimmed), text.size()));
    return text;
}
std::string without_right(std::string text) {
    text.erase(text.find_last_not_of(trimmed) + 1);
    return text;
}

Value trimmed_left(const Surroundings&, Arguments arguments) {
    return changed(arguments, without_left);
}
Value trimmed_right(const Surroundings&, Arguments arguments) {
    return changed(arguments, without_right);
}
Value trimmed_both(const Surroundings&, Arguments arguments) {
    return changed(arguments,
                   [](const std::string& text) { return without_right(without_left(text)); });
}

Value replaced(const Surroundings& surroundings, Arguments arguments) {
    const auto text = text_of(arguments[0]);
    const auto from = text_of(arguments[1]);
    const auto to = text_of(arguments[2]);
    if (!text || !from || !to) return {};
    if (from->empty()) return Value(*text);
    std::string made;
    std::size_t at = 0;
    for (std::size_t found; (found = place_of(*from, *text, at)) != text->npos;
         at = found + from->size()) {
        if (!surroundings.effort.step()) return {};
        if (!surroundings.effort.has_room_for(made.size() + (found - at) + to->size())) return {};
        made.append(*text, at, found - at).append(*to);
    }
    return Value(made.append(*text, at));
}

Value substring(const Surroundings&, Arguments arguments) {
    const auto text = text_of(arguments[0]);
    if (!text) return {};
    const auto characters = static_cast<std::int64_t>(character_count(*text));
    const auto from = floor_between(arguments[1], 0, characters);
    const auto to = arguments.size() == 3 ? floor_between(arguments[2], 0, characters)
                                          : std::optional(characters);
    if (!from || !to) return {};
    if (*from >= *to) return Value(std::string());
    const std::size_t first = byte_of_character(*text, static_cast<std::size_t>(*from));
    const std::size_t last = byte_of_character(*text, static_cast<std::size_t>(*to));
    return Value(text->substr(first, last - first));
}

constexpr std::array<Function, 16> text_table{{
    {"chr", 1, 1, Version::V2015, character},
    {"concat", 0, any_number, Version::V2015, concatenated},
    {"endswith", 2, 2, Version::V2015, ends_with},
    {"indexof", 2, 2, Version::V2016, index_of},
    {"length", 1, 1, Version::V2016, length},
    {"lower", 1, 1, Version::V2015, lower},
    {"lpad", 2, 2, Version::V2015, padded_left},
    {"ltrim", 1, 1, Version::V2015, trimmed_left},
    {"numbytes", 1, 1, Version::V2016, byte_count},
    {"replace", 3, 3, Version::V2015, replaced},
    {"rpad", 2, 2, Version::V2015, padded_right},
    {"rtrim", 1, 1, Version::V2015, trimmed_right},
    {"startswith", 2, 2, Version::V2015, starts_with},
    {"substring", 2, 3, Version::V2015, substring},
    {"trim", 1, 1, Version::V2015, trimmed_both},
    {"upper", 1, 1, Version::V2015, upper},
}};

}  // namespace

std::span<const Function> text_functions() {
    return text_table;
}

}  // namespace gatehouse::sql
