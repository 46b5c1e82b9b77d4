#include "registry/provisioning_template_functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace gatehouse::registry {
namespace {

using ValueKind = TemplateValue::Kind;

struct TemplateFunction {
    std::string_view name;
    ValueKind kind;
    std::size_t arguments;
};

constexpr std::array<TemplateFunction, 4> functions_of_arguments{{
    {"Fn::Join", ValueKind::Join, 2},
    {"Fn::Select", ValueKind::Select, 2},
    {"Fn::Split", ValueKind::Split, 2},
    {"Fn::FindInMap", ValueKind::FindInMap, 3},
}};
constexpr std::string_view functions_there_are =
    "Ref, Fn::Join, Fn::Select, Fn::Split, Fn::Sub and Fn::FindInMap";

bool names_function(std::string_view name) {
    return name == "Ref" || name.starts_with("Fn::");
}

// Given by the service rather than by the caller.
bool is_pseudo_parameter(std::string_view name) {
    return name.starts_with("AWS::");
}

// Policies fill these in at a device's connection.
bool is_policy_variable(std::string_view name) {
    constexpr std::array<std::string_view, 3> prefixes{
        "iot:", "aws:", "cognito-identity.amazonaws.com:"};
    return std::ranges::any_of(prefixes,
                               [&](std::string_view prefix) { return name.starts_with(prefix); });
}

// A piece of Fn::Sub's text: as it stands, or the name of what stands for it.
struct SubPiece {
    std::string_view text;
    bool is_name = false;
};

// The next piece, which is taken off `rest`; `${!x}` is `${x}` as it stands.
SubPiece next_piece(std::string_view& rest, std::string& literal) {
    const std::size_t dollar = rest.find("${");
    if (dollar != 0) {
        const SubPiece piece{rest.substr(0, dollar)};
        rest.remove_prefix(piece.text.size());
        return piece;
    }
    const std::size_t end = rest.find('}');
    if (end == std::string_view::npos) {
        const SubPiece piece{rest};
        rest = {};
        return piece;
    }
    const std::string_view name = rest.substr(2, end - 2);
    const std::string_view whole = rest.substr(0, end + 1);
    rest.remove_prefix(end + 1);
    if (name.starts_with('!')) {
        literal = fmt::format("${{{}}}", name.substr(1));
        return {literal};
    }
    if (is_policy_variable(name)) return {whole};
    return {name, true};
}

std::optional<std::size_t> index_of(std::string_view text) {
    std::size_t index = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), index);
    if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return index;
}

}  // namespace

std::string template_place(const std::string& place, std::string_view member) {
    return place.empty() ? std::string(member) : fmt::format("{}.{}", place, member);
}

std::unexpected<Error> template_fault(const std::string& place, std::string why) {
    return fail(ErrorKind::InvalidInput, std::move(why), {place, 0, 0});
}

Result<TemplateValue> TemplateReader::read(const json::value& value, std::string place,
                                           ObjectsAllowed objects) const {
    if (const auto* object = value.if_object()) {
        return read_object(*object, std::move(place), objects);
    }
    if (const auto* array = value.if_array()) return read_list(*array, std::move(place), objects);
    if (const auto* text = value.if_string()) {
        return TemplateValue{
            .kind = ValueKind::Text, .text = std::string(*text), .place = std::move(place)};
    }
    if (value.is_null() && objects == ObjectsAllowed::No) {
        return template_fault(place, "null is no value; give a text, or leave the member out");
    }
    return TemplateValue{
        .kind = ValueKind::Literal, .text = to_text(value), .place = std::move(place)};
}

Result<TemplateValue> TemplateReader::read_object(const json::object& object, std::string place,
                                                  ObjectsAllowed objects) const {
    if (object.size() == 1 && names_function(object.begin()->key())) {
        return read_function(object.begin()->key(), object.begin()->value(), std::move(place));
    }
    if (objects == ObjectsAllowed::No) {
        return template_fault(place, fmt::format("an object with one of the functions {} alone may "
                                                 "stand here, or a text",
                                                 functions_there_are));
    }
    TemplateValue made{.kind = ValueKind::Object, .place = place};
    for (const auto& [name, value] : object) {
        auto part = read(value, template_place(place, name), objects);
        if (!part) return part;
        made.names.emplace_back(name);
        made.parts.push_back(std::move(*part));
    }
    return made;
}

Result<TemplateValue> TemplateReader::read_list(const json::array& array, std::string place,
                                                ObjectsAllowed objects) const {
    TemplateValue made{.kind = ValueKind::List, .place = place};
    for (const json::value& value : array) {
        auto part = read(value, fmt::format("{}[{}]", place, made.parts.size()), objects);
        if (!part) return part;
        made.parts.push_back(std::move(*part));
    }
    return made;
}

Result<TemplateValue> TemplateReader::read_function(std::string_view name,
                                                    const json::value& argument,
                                                    std::string place) const {
    place = template_place(place, name);
    if (name == "Ref") {
        const auto* whose = argument.if_string();
        if (whose == nullptr) {
            return template_fault(
                place, fmt::format("Ref takes a parameter's name, not {}", kind_name(argument)));
        }
        TemplateValue made{.kind = ValueKind::Ref, .text = std::string(*whose), .place = place};
        if (auto known = check_reference(made.text, place); !known) return fail(known.error());
        return made;
    }
    if (name == "Fn::Sub") return read_sub(argument, std::move(place));
    const auto function = std::ranges::find(functions_of_arguments, name, &TemplateFunction::name);
    if (function == functions_of_arguments.end()) {
        return template_fault(
            place, fmt::format("there is no function {}; there are {}", name, functions_there_are));
    }
    return read_arguments(function->kind, argument, function->arguments, std::move(place));
}

Result<TemplateValue> TemplateReader::read_arguments(ValueKind kind, const json::value& argument,
                                                     std::size_t count, std::string place) const {
    const auto* array = argument.if_array();
    if (array == nullptr || array->size() != count) {
        return template_fault(place, fmt::format("it takes a list of {} arguments", count));
    }
    auto made = read_list(*array, place, ObjectsAllowed::No);
    if (!made) return made;
    made->kind = kind;
    const TemplateValue& first = made->parts.front();
    const bool has_delimiter = kind == ValueKind::Join || kind == ValueKind::Split;
    if (has_delimiter && first.kind != ValueKind::Text) {
        return template_fault(first.place, "the delimiter has to be a text");
    }
    if (kind == ValueKind::Split && first.text.empty()) {
        return template_fault(first.place, "an empty delimiter splits nothing");
    }
    if (kind == ValueKind::FindInMap && first.kind == ValueKind::Text &&
        !mappings_.contains(first.text)) {
        return template_fault(first.place,
                              fmt::format("Mappings has no map '{}'; add it there", first.text));
    }
    return made;
}

Result<TemplateValue> TemplateReader::read_sub(const json::value& argument,
                                               std::string place) const {
    const json::value* text = &argument;
    const json::object* values = nullptr;
    if (const auto* array = argument.if_array(); array != nullptr && array->size() == 2) {
        text = array->data();
        values = array->at(1).if_object();
    }
    if (!text->is_string() || (text != &argument && values == nullptr)) {
        return template_fault(
            place, R"(it takes a text, or a list of a text and an object: ["a ${b}", {"b": …}])");
    }
    TemplateValue made{
        .kind = ValueKind::Sub, .text = std::string(text->get_string()), .place = place};
    if (values != nullptr) {
        for (const auto& [name, value] : *values) {
            auto part = read(value, template_place(place, name));
            if (!part) return part;
            made.names.emplace_back(name);
            made.parts.push_back(std::move(*part));
        }
    }
    if (auto known = check_substitutes(made); !known) return fail(known.error());
    return made;
}

Result<void> TemplateReader::check_reference(const std::string& name,
                                             const std::string& place) const {
    if (is_pseudo_parameter(name) || parameters_.contains(name)) return {};
    return template_fault(place, fmt::format("'{}' is no parameter; declare it in Parameters: "
                                             R"("{}": {{"Type": "String"}})",
                                             name, name));
}

Result<void> TemplateReader::check_substitutes(const TemplateValue& sub) const {
    std::string literal;
    for (std::string_view rest = sub.text; !rest.empty();) {
        const SubPiece piece = next_piece(rest, literal);
        if (!piece.is_name || std::ranges::find(sub.names, piece.text) != sub.names.end()) continue;
        if (auto known = check_reference(std::string(piece.text), sub.place); !known) return known;
    }
    return {};
}

Result<void> TemplateEvaluation::spend(std::size_t bytes, const TemplateValue& value) {
    spent_ += bytes;
    if (spent_ <= bytes_max) return {};
    return fail(ErrorKind::TooLarge,
                fmt::format("what the template makes of its parameters is longer than {} bytes; "
                            "make it shorter",
                            bytes_max),
                {value.place, 0, 0});
}

Result<std::string> TemplateEvaluation::parameter(const std::string& name,
                                                  const TemplateValue& value) {
    const auto found = parameters_.find(name);
    if (found == parameters_.end()) {
        return fail(ErrorKind::NotFound, fmt::format("parameter '{}' has no value", name),
                    {value.place, 0, 0});
    }
    if (auto spent = spend(found->second.size(), value); !spent) return fail(spent.error());
    return found->second;
}

Result<std::string> TemplateEvaluation::text(const TemplateValue& value) {
    auto made = result(value);
    if (!made) return fail(std::move(made.error()));
    if (auto* text = std::get_if<std::string>(&*made)) return std::move(*text);
    return template_fault(value.place, "a list comes of it where a text is wanted");
}

Result<std::vector<std::string>> TemplateEvaluation::list(const TemplateValue& value) {
    auto made = result(value);
    if (!made) return fail(std::move(made.error()));
    if (auto* items = std::get_if<std::vector<std::string>>(&*made)) return std::move(*items);
    return template_fault(value.place, "a text comes of it where a list is wanted");
}

Result<json::value> TemplateEvaluation::document(const TemplateValue& value) {
    if (value.kind == ValueKind::Literal) return parse_json(value.text, "the value");
    if (value.kind == ValueKind::List) {
        json::array made;
        for (const TemplateValue& part : value.parts) {
            auto item = document(part);
            if (!item) return item;
            made.push_back(std::move(*item));
        }
        return made;
    }
    if (value.kind == ValueKind::Object) {
        json::object made;
        for (std::size_t i = 0; i < value.parts.size(); ++i) {
            auto member = document(value.parts[i]);
            if (!member) return member;
            made[value.names[i]] = std::move(*member);
        }
        return made;
    }
    auto made = result(value);
    if (!made) return fail(std::move(made.error()));
    if (const auto* text = std::get_if<std::string>(&*made)) return json::value(*text);
    const auto& items = std::get<std::vector<std::string>>(*made);
    return json::value(json::array(items.begin(), items.end()));
}

Result<TemplateResult> TemplateEvaluation::result(const TemplateValue& value) {
    switch (value.kind) {
        case ValueKind::Text:
        case ValueKind::Literal:
            if (auto spent = spend(value.text.size(), value); !spent) return fail(spent.error());
            return value.text;
        case ValueKind::List: {
            std::vector<std::string> items;
            for (const TemplateValue& part : value.parts) {
                auto item = text(part);
                if (!item) return fail(std::move(item.error()));
                items.push_back(std::move(*item));
            }
            return items;
        }
        case ValueKind::Object: return template_fault(value.place, "an object may not stand here");
        case ValueKind::Ref: return parameter(value.text, value);
        case ValueKind::Join: return join(value);
        case ValueKind::Select: return select(value);
        case ValueKind::Split: return split(value);
        case ValueKind::Sub: return substitute(value);
        case ValueKind::FindInMap: return find_in_map(value);
    }
    return template_fault(value.place, "no value");
}

Result<TemplateResult> TemplateEvaluation::join(const TemplateValue& value) {
    const std::string& delimiter = value.parts.front().text;
    const auto items = list(value.parts.back());
    if (!items) return fail(items.error());
    std::string joined;
    for (const std::string& item : *items) {
        if (auto spent = spend(item.size() + delimiter.size(), value); !spent) {
            return fail(spent.error());
        }
        if (&item != items->data()) joined += delimiter;
        joined += item;
    }
    return joined;
}

Result<TemplateResult> TemplateEvaluation::select(const TemplateValue& value) {
    const auto text_of_index = text(value.parts.front());
    if (!text_of_index) return fail(text_of_index.error());
    auto items = list(value.parts.back());
    if (!items) return fail(std::move(items.error()));
    const auto index = index_of(*text_of_index);
    if (!index || *index >= items->size()) {
        return template_fault(value.place,
                              fmt::format("'{}' is no index of a list of {}; the first is 0",
                                          *text_of_index, items->size()));
    }
    return std::move((*items)[*index]);
}

Result<TemplateResult> TemplateEvaluation::split(const TemplateValue& value) {
    const std::string& delimiter = value.parts.front().text;
    const auto whole = text(value.parts.back());
    if (!whole) return fail(whole.error());
    std::vector<std::string> items;
    for (std::size_t start = 0; start <= whole->size();) {
        if (items.size() == items_max) {
            return fail(ErrorKind::TooLarge,
                        fmt::format("it splits a text into more than {} parts", items_max),
                        {value.place, 0, 0});
        }
        const std::size_t end = std::min(whole->find(delimiter, start), whole->size());
        items.push_back(whole->substr(start, end - start));
        start = end + delimiter.size();
    }
    return items;
}

Result<TemplateResult> TemplateEvaluation::substitute(const TemplateValue& value) {
    std::string made;
    std::string literal;
    for (std::string_view rest = value.text; !rest.empty();) {
        const SubPiece piece = next_piece(rest, literal);
        if (!piece.is_name) {
            if (auto spent = spend(piece.text.size(), value); !spent) return fail(spent.error());
            made += piece.text;
            continue;
        }
        const auto named = std::ranges::find(value.names, piece.text);
        const auto filled =
            named == value.names.end()
                ? parameter(std::string(piece.text), value)
                : text(value.parts[static_cast<std::size_t>(named - value.names.begin())]);
        if (!filled) return fail(filled.error());
        made += *filled;
    }
    return made;
}

Result<TemplateResult> TemplateEvaluation::find_in_map(const TemplateValue& value) {
    std::array<std::string, 3> names;
    for (std::size_t i = 0; i < names.size(); ++i) {
        auto name = text(value.parts[i]);
        if (!name) return fail(std::move(name.error()));
        names[i] = std::move(*name);
    }
    const auto& [map_name, key, name] = names;
    const auto map = mappings_.find(map_name);
    if (map != mappings_.end()) {
        const auto row = map->second.find(key);
        if (row != map->second.end()) {
            const auto found = row->second.find(name);
            if (found != row->second.end()) return found->second;
        }
    }
    return template_fault(value.place,
                          fmt::format("Mappings has no {}.{}.{}", map_name, key, name));
}

}  // namespace gatehouse::registry
