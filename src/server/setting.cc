#include "server/setting.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace gatehouse::server {
namespace {

std::string with_dashes(std::string_view name) {
    std::string text(name);
    std::ranges::replace(text, '.', '-');
    return text;
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Quotes what somebody typed, shortened so that no message grows with it.
std::string quoted(const Setting& setting, std::string_view text) {
    if (setting.visibility == Visibility::Secret) return "the value";
    constexpr std::size_t shown_max = 80;
    return fmt::format("'{}{}'", text.substr(0, shown_max), text.size() > shown_max ? "…" : "");
}

std::unexpected<Error> expected(const Setting& setting, std::string_view text) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("{} is not {}", quoted(setting, text), describe_type(setting)));
}

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
    Number number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

Result<Value> parse_switch(const Setting& setting, std::string_view text) {
    const std::string lower = lower_case(text);
    for (const std::string_view yes : {"true", "yes", "on", "1"}) {
        if (lower == yes) return true;
    }
    for (const std::string_view no : {"false", "no", "off", "0"}) {
        if (lower == no) return false;
    }
    return expected(setting, text);
}

Result<Value> parse_choice_index(const Setting& setting, std::string_view text) {
    const auto found = std::ranges::find(setting.choices, lower_case(text), lower_case);
    if (found == setting.choices.end()) return expected(setting, text);
    return static_cast<std::uint64_t>(found - setting.choices.begin());
}

Result<Value> parse_port(const Setting& setting, std::string_view text) {
    if (lower_case(text) == "off") return Port::closed();
    const auto number = whole_number<std::uint16_t>(text);
    if (!number) return expected(setting, text);
    return Port{.number = *number};
}

Value split_list(std::string_view text) {
    std::vector<std::string> items;
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        items.emplace_back(trimmed(text.substr(0, comma)));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return items;
}

Result<void> check_text(const Setting& setting, std::string_view text) {
    constexpr std::size_t text_bytes_max = 4096;
    if (text.size() > text_bytes_max || text.find('\0') != text.npos) {
        return fail(
            ErrorKind::InvalidInput,
            fmt::format("the value is longer than {} bytes or holds a zero byte", text_bytes_max));
    }
    if (setting.check == nullptr) return {};
    auto checked = setting.check(text);
    if (!checked)
        checked.error().message =
            fmt::format("{} {}", quoted(setting, text), checked.error().message);
    return checked;
}

}  // namespace

std::string Setting::flag() const {
    return with_dashes(name);
}

std::string Setting::variable() const {
    std::string variable = "GATEHOUSE_";
    for (const char c : name) {
        variable += c == '.' || c == '-'   ? '_'
                    : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A')
                                           : c;
    }
    return variable;
}

std::string Setting::group() const {
    const auto dot = name.find('.');
    return std::string(dot == name.npos ? std::string_view() : name.substr(0, dot));
}

std::string Setting::key() const {
    const auto dot = name.find('.');
    return std::string(dot == name.npos ? name : name.substr(dot + 1));
}

Result<Value> parse_value(const Setting& setting, std::string_view text) {
    switch (setting.type) {
        case ValueType::Switch: return parse_switch(setting, text);
        case ValueType::Choice: return parse_choice_index(setting, text);
        case ValueType::Port: return parse_port(setting, text);
        case ValueType::List: return split_list(text);
        case ValueType::Text: return std::string(text);
        case ValueType::Number:
            if (const auto number = whole_number<std::uint64_t>(text)) return *number;
            return expected(setting, text);
    }
    return expected(setting, text);
}

Result<void> check_value(const Setting& setting, const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return check_text(setting, *text);
    if (const auto* items = std::get_if<std::vector<std::string>>(&value)) {
        if (items->empty()) return fail(ErrorKind::InvalidInput, "the list is empty");
        for (const auto& item : *items) {
            if (auto checked = check_text(setting, item); !checked) return checked;
        }
    }
    if (setting.type == ValueType::Number) {
        const auto number = std::get<std::uint64_t>(value);
        if (number < setting.min || number > setting.max) {
            return expected(setting, std::to_string(number));
        }
    }
    return {};
}

std::string show_value(const Setting& setting, const Value& value) {
    struct Show {
        const Setting& setting;
        std::string operator()(bool on) const { return on ? "true" : "false"; }
        std::string operator()(std::uint64_t number) const {
            if (setting.type == ValueType::Choice) return std::string(setting.choices[number]);
            return std::to_string(number);
        }
        std::string operator()(const std::string& text) const { return text; }
        std::string operator()(const std::vector<std::string>& items) const {
            return fmt::format("{}", fmt::join(items, ","));
        }
        std::string operator()(const Port& port) const {
            if (port.is_closed()) return "off";
            if (port.otherwise) return fmt::format("{} or {}", *port.number, *port.otherwise);
            return std::to_string(*port.number);
        }
    };
    return std::visit(Show{setting}, value);
}

std::string describe_type(const Setting& setting) {
    switch (setting.type) {
        case ValueType::Switch: return "true or false";
        case ValueType::Number:
            return fmt::format("a number from {} to {}", setting.min, setting.max);
        case ValueType::Text: return "text";
        case ValueType::List: return "a list";
        case ValueType::Port: return "a port number, 0 (any free port) or off";
        case ValueType::Choice: break;
    }
    const auto& choices = setting.choices;
    return fmt::format("{} or {}", fmt::join(choices.first(choices.size() - 1), ", "),
                       choices.back());
}

}  // namespace gatehouse::server
