#include "api/wire/rule.h"

#include <fmt/format.h>

#include <algorithm>

namespace gatehouse::api::wire {
namespace {

std::string at_most(const Rule& rule) {
    return fmt::format("Member must have {} less than or equal to {}",
                       rule.kind == Rule::Kind::Number ? "value" : "length", rule.max);
}

std::string at_least(const Rule& rule) {
    return fmt::format("Member must have {} greater than or equal to {}",
                       rule.kind == Rule::Kind::Number ? "value" : "length", rule.min);
}

std::string one_of(const Rule& rule) {
    return fmt::format("Member must satisfy enum value set: [{}]", fmt::join(rule.values, ", "));
}

std::string pattern_of(const Rule& rule) {
    return fmt::format("Member must satisfy regular expression pattern: {}", rule.pattern->source);
}

}  // namespace

std::vector<std::string> unmet_by_size(const Rule& rule, std::size_t size) {
    std::vector<std::string> found;
    const auto count = static_cast<std::int64_t>(size);
    if (count > rule.max) found.push_back(at_most(rule));
    if (count < rule.min) found.push_back(at_least(rule));
    return found;
}

std::vector<std::string> unmet(const Rule& rule, std::string_view text) {
    std::vector<std::string> found;
    if (rule.min != Rule::no_min || rule.max != Rule::no_max) {
        found = unmet_by_size(rule, utf16_length(text));
    }
    if (rule.pattern != nullptr && !rule.pattern->matches(text)) {
        found.push_back(pattern_of(rule));
    }
    if (!rule.values.empty() && std::ranges::find(rule.values, text) == rule.values.end()) {
        found.push_back(one_of(rule));
    }
    return found;
}

std::vector<std::string> unmet(const Rule& rule, double number) {
    std::vector<std::string> found;
    if (rule.max != Rule::no_max && number > static_cast<double>(rule.max)) {
        found.push_back(at_most(rule));
    }
    if (rule.min != Rule::no_min && number < static_cast<double>(rule.min)) {
        found.push_back(at_least(rule));
    }
    return found;
}

std::vector<std::string> demands_of(const Rule& rule) {
    std::vector<std::string> all;
    if (rule.max != Rule::no_max) all.push_back(at_most(rule));
    if (rule.min != Rule::no_min) all.push_back(at_least(rule));
    if (rule.pattern != nullptr) all.push_back(pattern_of(rule));
    if (!rule.values.empty()) all.push_back(one_of(rule));
    return all;
}

std::size_t utf16_length(std::string_view text) {
    std::size_t length = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0) != 0x80) ++length;  // begins a code point
        if (byte >= 0xF0) ++length;           // one that takes a surrogate pair
    }
    return length;
}

}  // namespace gatehouse::api::wire
