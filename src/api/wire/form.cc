#include "api/wire/form.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/encoding.h"

namespace gatehouse::api::wire {
namespace {

constexpr std::size_t name_shown_max = 128;

std::unexpected<Error> malformed(std::string_view name, std::string_view what) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("the parameter '{}' {}", name.substr(0, name_shown_max), what));
}

Result<void> place(json::object& root, std::string_view name, std::string_view value) {
    json::object* at = &root;
    std::string_view rest = name;
    for (std::size_t depth = 0;; ++depth) {
        if (depth == form_depth_max) return malformed(name, "is nested too deep");
        const auto dot = rest.find('.');
        const std::string_view part = rest.substr(0, dot);
        if (dot == rest.npos) {
            const auto [entry, is_new] =
                at->emplace(part, json::string(value.data(), value.size()));
            if (!is_new && entry->value().is_object()) {
                return malformed(name, "is a value, and a structure elsewhere");
            }
            return {};
        }
        json::value& next = at->emplace(part, json::object()).first->value();
        if (!next.is_object()) return malformed(name, "is a structure, and a value elsewhere");
        at = &next.get_object();
        rest.remove_prefix(dot + 1);
    }
}

std::optional<std::uint64_t> number_of(std::string_view key) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), number);
    if (error != std::errc() || end != key.data() + key.size()) return std::nullopt;
    return number;
}

// {"member": {"1": …, "2": …}} as a list.
std::optional<json::array> list_of(json::object& object) {
    if (object.size() != 1 || object.begin()->key() != "member") return std::nullopt;
    json::object* const members = object.begin()->value().if_object();
    if (members == nullptr) return std::nullopt;
    std::map<std::uint64_t, json::value*> numbered;
    for (auto& [key, value] : *members) {
        const auto number = number_of({key.data(), key.size()});
        if (!number) return std::nullopt;
        numbered.emplace(*number, &value);
    }
    json::array list;
    for (const auto& [number, value] : numbered) list.push_back(std::move(*value));
    return list;
}

void make_lists(json::value& value) {
    json::object* const object = value.if_object();
    if (object == nullptr) return;
    for (auto& [key, member] : *object) make_lists(member);
    if (auto list = list_of(*object)) value = std::move(*list);
}

}  // namespace

Fields form_fields(std::string_view body) {
    std::string text(body);
    std::ranges::replace(text, '+', ' ');
    return query_fields(text);
}

Result<json::value> form_tree(const Fields& fields) {
    json::value tree = json::object();
    for (const auto& [name, value] : fields) {
        if (!is_utf8(name) || !is_utf8(value)) {
            return fail(ErrorKind::InvalidInput,
                        "the parameters of the request are not well-formed UTF-8");
        }
        if (auto placed = place(tree.get_object(), name, value); !placed) {
            return fail(std::move(placed.error()));
        }
    }
    for (auto& [name, value] : tree.get_object()) make_lists(value);
    return tree;
}

}  // namespace gatehouse::api::wire
