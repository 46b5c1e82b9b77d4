#include "sql/value.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/json.h"

namespace gatehouse::sql {
namespace {

Value number_at(std::string_view token, Version version) {
    const auto decimal = Decimal::parse(token);
    if (!decimal) return {};
    const bool is_written_whole = token.find_first_of(".eE") == token.npos;
    const bool is_int = is_written_whole || (version == Version::V2016 && decimal->is_whole());
    return is_int ? Value::whole(decimal) : Value::of(decimal);
}

constexpr std::array<std::string_view, 8> kind_names{"Undefined", "Null",   "Boolean", "Int",
                                                     "Decimal",   "String", "Array",   "Object"};

void append_string(std::string& out, const Document& document, Document::Place at) {
    if (document.has_escapes(at)) {
        out += quote_json(unescape(document.token(at)));
    } else {
        out.append(1, '"').append(document.token(at)).append(1, '"');
    }
}

void append_element(std::string& out, const Element& element);

// One of an array, or of an object, which has its name. Nothing of a number that is too large,
// which is Undefined.
void append_part(std::string& out, const Element& part, std::optional<Document::Place> name) {
    const std::size_t before = out.size();
    if (out.back() != '[' && out.back() != '{') out += ',';
    if (name) {
        append_string(out, *part.document, *name);
        out += ':';
    }
    const std::size_t begin = out.size();
    append_element(out, part);
    if (out.size() == begin) out.resize(before);
}

// What a document holds, written in the same way however it was written there.
void append_element(std::string& out, const Element& element) {
    const Document& document = *element.document;
    const Document::Place at = element.place;
    const auto part = [&](Document::Place place) {
        return Element{element.document, place, element.version};
    };
    switch (document.kind(at)) {
        case Document::Kind::String: append_string(out, document, at); return;
        case Document::Kind::Number:
            append_json(out, number_at(document.token(at), element.version));
            return;
        case Document::Kind::Array:
            out += '[';
            for (auto i = document.first(at); i < document.end(at); i = document.next(i)) {
                append_part(out, part(i), std::nullopt);
            }
            out += ']';
            return;
        case Document::Kind::Object:
            out += '{';
            for (auto i = document.first(at); i < document.end(at); i = document.next(i + 1)) {
                append_part(out, part(i + 1), i);
            }
            out += '}';
            return;
        default: out += document.token(at);
    }
}

void append_items(std::string& out, const Value::Items& items) {
    out += '[';
    bool is_first = true;
    for (const Value& item : items) {
        if (item.is_undefined()) continue;
        if (!std::exchange(is_first, false)) out += ',';
        append_json(out, item);
    }
    out += ']';
}

void append_members(std::string& out, const Value::Members& members) {
    out += '{';
    bool is_first = true;
    for (const auto& [name, value] : members) {
        if (value.is_undefined()) continue;
        if (!std::exchange(is_first, false)) out += ',';
        out += quote_json(name);
        out += ':';
        append_json(out, value);
    }
    out += '}';
}

}  // namespace

Value Value::of(const std::optional<Decimal>& decimal) {
    return decimal ? Value(Number{*decimal, false}) : Value();
}

Value Value::whole(const std::optional<Decimal>& decimal) {
    if (!decimal || !decimal->is_whole()) return {};
    return Number{*decimal, true};
}

Value Value::of(std::optional<std::string> text) {
    return text ? Value(std::move(*text)) : Value();
}

Value Value::at(const Document& document, Document::Place place, Version version) {
    switch (document.kind(place)) {
        case Document::Kind::Null: return Null();
        case Document::Kind::True: return Value(true);
        case Document::Kind::False: return Value(false);
        case Document::Kind::Number: return number_at(document.token(place), version);
        case Document::Kind::String:
            if (document.has_escapes(place)) return Value(unescape(document.token(place)));
            return Value(Text::borrowed(document.token(place)));
        case Document::Kind::Array:
        case Document::Kind::Object: break;
    }
    Value made;
    made.what_ = Element{&document, place, version};
    return made;
}

Value Value::parse(std::string_view text, Version version) {
    Document document;
    if (!document.parse(text)) return {};
    return at(document, 0, version).detached();
}

Value::Kind Value::kind() const {
    if (const auto* number = std::get_if<Number>(&what_)) {
        return number->is_int ? Kind::Int : Kind::Decimal;
    }
    if (const auto* element = std::get_if<Element>(&what_)) {
        return element->document->kind(element->place) == Document::Kind::Array ? Kind::Array
                                                                                : Kind::Object;
    }
    constexpr std::array by_index{Kind::Undefined, Kind::Null,   Kind::Boolean, Kind::Int,
                                  Kind::String,    Kind::Object, Kind::Array,   Kind::Object};
    return by_index[what_.index()];
}

Value::Items Value::items() const {
    if (const auto* own = std::get_if<std::shared_ptr<const Items>>(&what_)) return **own;
    const auto* element = std::get_if<Element>(&what_);
    Items found;
    if (element == nullptr || !is(Kind::Array)) return found;
    const Document& document = *element->document;
    const auto at = element->place;
    for (auto i = document.first(at); i < document.end(at); i = document.next(i)) {
        found.push_back(Value::at(document, i, element->version));
    }
    return found;
}

Value::Members Value::members() const {
    if (const auto* own = std::get_if<std::shared_ptr<const Members>>(&what_)) return **own;
    const auto* element = std::get_if<Element>(&what_);
    Members found;
    if (element == nullptr || !is(Kind::Object)) return found;
    const Document& document = *element->document;
    const auto at = element->place;
    std::unordered_map<std::string, std::size_t> places;
    for (auto i = document.first(at); i < document.end(at); i = document.next(i + 1)) {
        std::string name = unescape(document.token(i));
        Value value = Value::at(document, i + 1, element->version);
        const auto [known, is_new] = places.try_emplace(name, found.size());
        if (is_new) {
            found.emplace_back(std::move(name), std::move(value));
        } else {
            found[known->second].second = std::move(value);
        }
    }
    return found;
}

Value Value::member(std::string_view name) const {
    if (const auto* own = std::get_if<std::shared_ptr<const Members>>(&what_)) {
        const auto found = std::find_if((*own)->rbegin(), (*own)->rend(),
                                        [&](const auto& each) { return each.first == name; });
        return found == (*own)->rend() ? Value() : found->second;
    }
    const auto* element = std::get_if<Element>(&what_);
    if (element == nullptr || !is(Kind::Object)) return {};
    const auto place = element->document->member(element->place, name);
    return place ? at(*element->document, *place, element->version) : Value();
}

Value Value::item(std::int64_t index) const {
    if (index < 0) return {};
    if (const auto* own = std::get_if<std::shared_ptr<const Items>>(&what_)) {
        const auto at = static_cast<std::size_t>(index);
        return at < (*own)->size() ? (**own)[at] : Value();
    }
    const auto* element = std::get_if<Element>(&what_);
    if (element == nullptr || !is(Kind::Array)) return {};
    const Document& document = *element->document;
    const auto end = document.end(element->place);
    for (auto i = document.first(element->place); i < end; i = document.next(i)) {
        if (index-- == 0) return at(document, i, element->version);
    }
    return {};
}

std::size_t Value::json_bytes(std::size_t max) const {
    constexpr std::size_t scalar_bytes = 8;
    if (const Text* const here = text()) return here->view().size() + 2;
    if (const auto* element = std::get_if<Element>(&what_)) {
        return element->document->token(element->place).size();
    }
    std::size_t bytes = 2;
    if (const auto* items = std::get_if<std::shared_ptr<const Items>>(&what_)) {
        for (const Value& each : **items) {
            if (bytes > max) break;
            bytes += each.json_bytes(max - bytes) + 1;
        }
        return bytes;
    }
    if (const auto* members = std::get_if<std::shared_ptr<const Members>>(&what_)) {
        for (const auto& [name, each] : **members) {
            if (bytes > max) break;
            bytes += name.size() + 4;
            if (bytes <= max) bytes += each.json_bytes(max - bytes);
        }
        return bytes;
    }
    return scalar_bytes;
}

std::size_t Value::own_bytes() const {
    if (const Text* const here = text()) return here->own_bytes();
    if (const auto* items = std::get_if<std::shared_ptr<const Items>>(&what_)) {
        return items->use_count() > 1 ? 0 : (*items)->size() * sizeof(Value);
    }
    const auto* members = std::get_if<std::shared_ptr<const Members>>(&what_);
    if (members == nullptr || members->use_count() > 1) return 0;
    std::size_t bytes = (*members)->size() * sizeof(Members::value_type);
    for (const auto& [name, value] : **members) bytes += name.size();
    return bytes;
}

std::size_t Value::search_steps() const {
    constexpr std::size_t written_bytes_per_step = 256;
    constexpr std::size_t names_per_step = 32;
    if (const auto* element = std::get_if<Element>(&what_)) {
        return element->document->token(element->place).size() / written_bytes_per_step;
    }
    const auto* members = std::get_if<std::shared_ptr<const Members>>(&what_);
    return members == nullptr ? 0 : (*members)->size() / names_per_step;
}

Value Value::detached() const {
    if (const Text* const here = text()) return Value(std::string(here->view()));
    if (is(Kind::Array)) {
        Items all = items();
        for (Value& each : all) each = each.detached();
        return Value(std::move(all));
    }
    if (is(Kind::Object)) {
        Members all = members();
        for (auto& [name, each] : all) each = each.detached();
        return Value(std::move(all));
    }
    return *this;
}

void append_json(std::string& out, const Value& value) {
    switch (value.kind()) {
        case Value::Kind::Undefined: return;
        case Value::Kind::Null: out += "null"; return;
        case Value::Kind::Boolean: out += *value.truth() ? "true" : "false"; return;
        case Value::Kind::String: out += quote_json(value.text()->view()); return;
        case Value::Kind::Int:
        case Value::Kind::Decimal: out += *text_of(value); return;
        case Value::Kind::Array:
        case Value::Kind::Object: break;
    }
    if (const auto* element = std::get_if<Element>(&value.what_)) {
        append_element(out, *element);
    } else if (const auto* items = std::get_if<std::shared_ptr<const Value::Items>>(&value.what_)) {
        append_items(out, **items);
    } else {
        append_members(out, *std::get<std::shared_ptr<const Value::Members>>(value.what_));
    }
}

std::string to_json(const Value& value) {
    std::string out;
    append_json(out, value);
    return out;
}

std::string_view name_of(Value::Kind kind) {
    return kind_names[static_cast<std::size_t>(kind)];
}

std::optional<std::string> text_of(const Value& value) {
    switch (value.kind()) {
        case Value::Kind::Undefined:
        case Value::Kind::Null: return std::nullopt;
        case Value::Kind::Boolean: return *value.truth() ? "true" : "false";
        case Value::Kind::String: return std::string(value.text()->view());
        case Value::Kind::Int: return value.number()->value.text();
        case Value::Kind::Decimal: {
            std::string text = value.number()->value.text();
            // As BigDecimal and double show that they are no integers.
            if (text.find_first_of(".E") == text.npos) text += ".0";
            return text;
        }
        case Value::Kind::Array:
        case Value::Kind::Object: break;
    }
    return to_json(value);
}

std::optional<bool> truth_of(const Value& value) {
    if (const bool* const truth = value.truth()) return *truth;
    const Text* const text = value.text();
    if (text == nullptr) return std::nullopt;
    const auto is = [&](std::string_view word) {
        return std::ranges::equal(text->view(), word, [](char a, char b) {
            return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
        });
    };
    if (is("true")) return true;
    if (is("false")) return false;
    return std::nullopt;
}

// ^-?\d+(\.\d+)?((?i)E-?\d+)?$
std::optional<Decimal> decimal_of_text(std::string_view text) {
    if (text.find('+') != text.npos) return std::nullopt;
    return Decimal::parse(text);
}

std::optional<Number> number_of(const Value& value) {
    if (const Number* const number = value.number()) return *number;
    const Text* const text = value.text();
    if (text == nullptr) return std::nullopt;
    const auto decimal = decimal_of_text(text->view());
    if (!decimal) return std::nullopt;
    return Number{*decimal, false};
}

std::optional<Decimal> int_of(const Value& value) {
    const auto number = number_of(value);
    if (!number) return std::nullopt;
    const bool is_text = value.text() != nullptr;
    return number->value.rounded(is_text ? Decimal::Rounding::TowardsZero
                                         : Decimal::Rounding::HalfAwayFromZero);
}

namespace {

bool are_equal_items(const Value::Items& a, const Value::Items& b) {
    return std::ranges::equal(
        a, b, [](const Value& one, const Value& other) { return are_equal(one, other) == true; });
}

bool are_equal_members(const Value& a, const Value& b) {
    Value::Members mine = a.members();
    Value::Members others = b.members();
    if (mine.size() != others.size()) return false;
    std::ranges::sort(mine, {}, &Value::Members::value_type::first);
    std::ranges::sort(others, {}, &Value::Members::value_type::first);
    return std::ranges::equal(mine, others, [](const auto& one, const auto& other) {
        return one.first == other.first && are_equal(one.second, other.second) == true;
    });
}

}  // namespace

std::optional<bool> are_equal(const Value& a, const Value& b) {
    if (a.is_undefined() || b.is_undefined()) return std::nullopt;
    if (a.is_number() && b.is_number()) return a.number()->value == b.number()->value;
    if (a.kind() != b.kind()) return false;
    switch (a.kind()) {
        case Value::Kind::Boolean: return *a.truth() == *b.truth();
        case Value::Kind::String: return a.text()->view() == b.text()->view();
        case Value::Kind::Array: return are_equal_items(a.items(), b.items());
        case Value::Kind::Object: return are_equal_members(a, b);
        default: return true;
    }
}

}  // namespace gatehouse::sql
