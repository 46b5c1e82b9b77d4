#include "authentication/user_name.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "signature/request_view.h"

namespace gatehouse::authentication {
namespace {

constexpr std::size_t parameters_max = 64;

// White space beyond ASCII, in UTF-8: U+0085, U+00A0, U+1680, U+2000 to U+200A, U+2028, U+2029,
// U+202F, U+205F, U+3000 and U+FEFF.
constexpr std::array<std::string_view, 20> wide_blanks = {
    "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
    "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
    "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
    "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80", "\xEF\xBB\xBF"};

bool is_narrow_blank(unsigned char each) {
    return each <= 0x20 || each == 0x7F;
}

// Bytes of the blank at that end; 0: there is none.
std::size_t leading_blank(std::string_view text) {
    if (!text.empty() && is_narrow_blank(static_cast<unsigned char>(text.front()))) return 1;
    const auto blank = std::ranges::find_if(
        wide_blanks, [&](std::string_view one) { return text.starts_with(one); });
    return blank == wide_blanks.end() ? 0 : blank->size();
}
std::size_t trailing_blank(std::string_view text) {
    if (!text.empty() && is_narrow_blank(static_cast<unsigned char>(text.back()))) return 1;
    const auto blank = std::ranges::find_if(
        wide_blanks, [&](std::string_view one) { return text.ends_with(one); });
    return blank == wide_blanks.end() ? 0 : blank->size();
}

bool is_service_parameter(std::string_view name) {
    constexpr std::string_view prefix = "x-amz-";
    return name.size() >= prefix.size() &&
           signature::equal_ignoring_case(name.substr(0, prefix.size()), prefix);
}

// Splits at '&' and calls `take(name, value)` with the raw texts.
template <class Take>
void for_each_pair(std::string_view query, Take take) {
    while (!query.empty()) {
        const auto end = query.find('&');
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(end == query.npos ? query.size() : end + 1);
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        take(pair.substr(0, equals),
             equals == pair.npos ? std::string_view() : pair.substr(equals + 1));
    }
}

// Replaces every further '?' that begins a "name=value" pair by '&'.
std::string separate_second_queries(std::string_view query, UserName& parsed) {
    std::string separated(query);
    const auto notes = parsed.notes.size();
    for (auto at = separated.find('?'); at != separated.npos; at = separated.find('?', at + 1)) {
        const auto next = separated.find_first_of("=&?", at + 1);
        if (next == separated.npos || separated[next] != '=') continue;
        separated[at] = '&';
        if (parsed.notes.size() > notes) continue;  // said once
        parsed.notes.emplace_back(
            "the user name holds a second '?', read here as '&'; AWS IoT takes it as part of the "
            "value before it, so the authorizer name or token there would be wrong");
    }
    return separated;
}

}  // namespace

std::optional<std::string_view> UserName::find(std::string_view name) const {
    const bool without_case = is_service_parameter(name);
    for (const Parameter& parameter : parameters) {
        if (parameter.name == name ||
            (without_case && signature::equal_ignoring_case(parameter.name, name))) {
            return parameter.value;
        }
    }
    return std::nullopt;
}

std::vector<Parameter> parse_query(std::string_view query) {
    std::vector<Parameter> parameters;
    for_each_pair(query, [&](std::string_view name, std::string_view value) {
        if (parameters.size() < parameters_max) {
            parameters.push_back({percent_decode(name), percent_decode(value)});
        }
    });
    return parameters;
}

UserName parse_user_name(std::string_view text, SecondQuestionMark second) {
    UserName parsed;
    const auto question = text.find('?');
    parsed.user = text.substr(0, question);
    if (question == text.npos) return parsed;
    std::string query(text.substr(question + 1));
    if (second == SecondQuestionMark::ReadAsSeparator) {
        query = separate_second_queries(query, parsed);
    }
    parsed.parameters = parse_query(query);
    if (std::ranges::count(query, '&') >= static_cast<std::ptrdiff_t>(parameters_max)) {
        parsed.notes.emplace_back(
            "the user name holds more than 64 parameters; the rest is "
            "ignored");
    }
    return parsed;
}

std::string_view without_blanks(std::string_view user) {
    while (const std::size_t bytes = leading_blank(user)) user.remove_prefix(bytes);
    while (const std::size_t bytes = trailing_blank(user)) user.remove_suffix(bytes);
    return user;
}

}  // namespace gatehouse::authentication
