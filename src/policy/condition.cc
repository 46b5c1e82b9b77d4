#include "policy/condition.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstring>

#include "policy/ascii_case.h"
#include "policy/time_text.h"

namespace gatehouse::policy {
namespace {

bool is_any_run(GlobView glob) {
    return glob.size() == 1 && glob.front() == any_run;
}

// The six parts of an ARN are compared one by one, so that a wildcard stays inside its part; a
// pattern with fewer parts matches nothing. IAM does not say what "*" alone is: here any text, as
// whoever denies by it means.
bool arn_like(GlobView glob, std::string_view arn) {
    if (is_any_run(glob)) return true;
    for (int part = 0; part < 5; ++part) {
        const auto glob_colon = std::ranges::find(glob, GlobUnit{':'});
        const auto colon = arn.find(':');
        if (glob_colon == glob.end() || colon == arn.npos) return false;
        const auto length = static_cast<std::size_t>(glob_colon - glob.begin());
        if (!matches(glob.first(length), arn.substr(0, colon))) return false;
        glob = glob.subspan(length + 1);
        arn.remove_prefix(colon + 1);
    }
    return matches(glob, arn);
}

bool may_be_like_an_arn(GlobView glob) {
    return is_any_run(glob) || std::ranges::count(glob, GlobUnit{':'}) >= 5;
}

bool same_bits(const std::uint8_t* a, const std::uint8_t* b, unsigned bits) {
    const unsigned whole = bits / 8;
    if (std::memcmp(a, b, whole) != 0) return false;
    if (bits % 8 == 0) return true;
    return ((a[whole] ^ b[whole]) >> (8 - bits % 8)) == 0;
}

// Reads `digits` decimal digits at the front of the text, a number up to `max`.
std::optional<int> take_digits(std::string_view& text, std::size_t digits, int max) {
    int number = 0;
    if (text.size() < digits) return std::nullopt;
    for (const char c : text.substr(0, digits)) {
        if (c < '0' || c > '9') return std::nullopt;
        number = number * 10 + (c - '0');
    }
    text.remove_prefix(digits);
    if (number > max) return std::nullopt;
    return number;
}

bool take(std::string_view& text, char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
}

// "Z", "+hh:mm", "-hhmm" or nothing: seconds east of UTC.
std::optional<int> take_zone(std::string_view& text) {
    if (text.empty() || take(text, 'Z')) return 0;
    const int sign = text.front() == '-' ? -1 : 1;
    if (!take(text, '+') && !take(text, '-')) return std::nullopt;
    const auto hours = take_digits(text, 2, 23);
    take(text, ':');
    const auto minutes = take_digits(text, 2, 59);
    if (!hours || !minutes) return std::nullopt;
    return sign * (*hours * 3600 + *minutes * 60);
}

// The time of day behind the 'T' of an ISO 8601 time, in seconds, its zone taken off.
std::optional<double> take_time_of_day(std::string_view& text) {
    const auto hour = take_digits(text, 2, 23);
    if (!hour || !take(text, ':')) return std::nullopt;
    const auto minute = take_digits(text, 2, 59);
    if (!minute) return std::nullopt;
    double seconds = *hour * 3600 + *minute * 60;
    if (take(text, ':')) {
        const auto second = take_digits(text, 2, 59);
        if (!second) return std::nullopt;
        seconds += *second;
        if (take(text, '.')) {
            for (double unit = 0.1; !text.empty() && text.front() >= '0' && text.front() <= '9';
                 unit /= 10) {
                seconds += unit * (text.front() - '0');
                text.remove_prefix(1);
            }
        }
    }
    const auto zone = take_zone(text);
    if (!zone) return std::nullopt;
    return seconds - *zone;
}

}  // namespace

Condition::Condition(const ConditionTest& test, const Variables& variables, Effect effect)
    : op_(test.op),
      key_(test.key),
      effect_(effect),
      may_be_absent_(may_be_absent(test.key)),
      is_of_time_(is_time_variable(test.key) && variables.clock() != nullptr) {
    for (const Pattern& pattern : test.values) {
        Expected& expected = expected_.emplace_back();
        expected.glob = resolve(pattern, variables);
        expected.text = resolve_text(pattern, variables);
        expected.resolved = resolves(pattern, variables);
        expected.number = parse_number(expected.text);
        expected.time = parse_time(expected.text);
        expected.address = parse_address(expected.text);
    }
}

std::string_view Condition::wanted_instead(Comparison comparison, const Pattern& value) {
    if (!value.variables().empty()) return "";
    const std::string text = resolve_text(value, {});
    switch (comparison) {
        case Comparison::StringEquals:
        case Comparison::StringEqualsIgnoreCase:
        case Comparison::StringLike:
        case Comparison::BinaryEquals: return "";
        case Comparison::Bool:
        case Comparison::Null:
            return same_ignoring_case(text, "true") || same_ignoring_case(text, "false")
                       ? ""
                       : "true or false";
        case Comparison::IpAddress:
            return parse_address(text) ? "" : "an address, or a range such as 203.0.113.0/24";
        case Comparison::ArnLike:
            return may_be_like_an_arn(resolve(value, {}))
                       ? ""
                       : "an ARN of six parts, each of which may have wildcards of its own";
        case Comparison::DateEquals:
        case Comparison::DateLessThan:
        case Comparison::DateLessThanEquals:
        case Comparison::DateGreaterThan:
        case Comparison::DateGreaterThanEquals:
            return parse_time(text) ? "" : "a time such as 2026-01-01T00:00:00Z";
        default: return parse_number(text) ? "" : "a number";
    }
}

std::vector<std::string> Condition::expected() const {
    std::vector<std::string> texts;
    for (const Expected& expected : expected_) texts.push_back(expected.text);
    return texts;
}

// An integer or decimal number, with or without a sign; no infinity, and nothing that is no number.
std::optional<double> Condition::parse_number(std::string_view text) noexcept {
    if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
    if (text.find_first_not_of("0123456789+-.eE") != text.npos) return std::nullopt;
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

// One of W3C's forms of ISO 8601 ("Date and Time Formats"), or seconds since 1970. A year alone is
// such a number.
std::optional<double> Condition::parse_time(std::string_view text) noexcept {
    if (const auto epoch = parse_number(text)) return epoch;
    const auto year = take_digits(text, 4, 9999);
    if (!year || !take(text, '-')) return std::nullopt;
    const auto month = take_digits(text, 2, 12);
    if (!month) return std::nullopt;
    std::optional<int> day = 1;
    if (!text.empty()) day = take(text, '-') ? take_digits(text, 2, 31) : std::nullopt;
    if (!day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    double seconds =
        static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count()) * 86'400;
    if (take(text, 'T')) {
        const auto time_of_day = take_time_of_day(text);
        if (!time_of_day) return std::nullopt;
        seconds += *time_of_day;
    }
    if (!text.empty()) return std::nullopt;
    return seconds;
}

// An address, with or without "/bits". The families are kept apart: ::/0 is no range of IPv4
// addresses. Those of ::ffff:0:0/96 are IPv4 addresses in other words.
std::optional<Condition::Address> Condition::parse_address(std::string_view text) noexcept {
    const auto slash = text.find('/');
    std::array<char, INET6_ADDRSTRLEN> host{};
    const std::string_view host_text = text.substr(0, slash);
    if (host_text.empty() || host_text.size() >= host.size()) return std::nullopt;
    std::ranges::copy(host_text, host.begin());

    Address address;
    unsigned bits_max = 128;
    if (inet_pton(AF_INET, host.data(), address.bytes + 12) == 1) {
        address.bytes[10] = address.bytes[11] = 0xFF;
        bits_max = 32;
    } else if (inet_pton(AF_INET6, host.data(), address.bytes) != 1) {
        return std::nullopt;
    }
    if (slash != text.npos) {
        unsigned bits = 0;
        const char* const first = text.data() + slash + 1;
        const char* const last = text.data() + text.size();
        const auto [end, error] = std::from_chars(first, last, bits);
        if (error != std::errc() || end != last || bits > bits_max) return std::nullopt;
        address.prefix_bits = static_cast<std::uint8_t>(bits + 128 - bits_max);
    }
    constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    address.is_v4 =
        address.prefix_bits >= 96 && std::memcmp(address.bytes, mapped.data(), mapped.size()) == 0;
    return address;
}

bool Condition::compares_number(std::optional<double> expected,
                                std::optional<double> value) const noexcept {
    if (!expected || !value) return false;
    switch (op_.comparison) {
        case Comparison::NumericLessThan:
        case Comparison::DateLessThan: return *value < *expected;
        case Comparison::NumericLessThanEquals:
        case Comparison::DateLessThanEquals: return *value <= *expected;
        case Comparison::NumericGreaterThan:
        case Comparison::DateGreaterThan: return *value > *expected;
        case Comparison::NumericGreaterThanEquals:
        case Comparison::DateGreaterThanEquals: return *value >= *expected;
        default: return *value == *expected;
    }
}

bool Condition::compares(const Expected& expected, std::string_view value) const noexcept {
    if (!expected.resolved) return false;
    switch (op_.comparison) {
        case Comparison::StringEquals:
        case Comparison::BinaryEquals: return expected.text == value;
        case Comparison::StringEqualsIgnoreCase: return same_ignoring_case(expected.text, value);
        case Comparison::StringLike: return matches(expected.glob, value);
        case Comparison::ArnLike: return arn_like(expected.glob, value);
        case Comparison::Bool: return same_ignoring_case(expected.text, value);
        case Comparison::IpAddress: {
            const auto address = parse_address(value);
            return address && expected.address && address->is_v4 == expected.address->is_v4 &&
                   same_bits(address->bytes, expected.address->bytes,
                             expected.address->prefix_bits);
        }
        case Comparison::DateEquals:
        case Comparison::DateLessThan:
        case Comparison::DateLessThanEquals:
        case Comparison::DateGreaterThan:
        case Comparison::DateGreaterThanEquals:
            return compares_number(expected.time, parse_time(value));
        case Comparison::Null: return false;  // decided by presence alone
        default: return compares_number(expected.number, parse_number(value));
    }
}

bool Condition::equals_any(std::string_view value) const noexcept {
    return std::ranges::any_of(expected_,
                               [&](const Expected& expected) { return compares(expected, value); });
}

bool Condition::holds(std::span<const std::string_view> values) const noexcept {
    if (op_.comparison == Comparison::Null) {
        const std::string_view absent = values.empty() ? "true" : "false";
        return std::ranges::any_of(expected_, [&](const Expected& expected) {
            return same_ignoring_case(expected.text, absent);
        });
    }
    const bool negated = op_.sense == Sense::Negated;
    if (values.empty()) {
        if (op_.when_absent == WhenAbsent::Pass || op_.quantifier == Quantifier::All) return true;
        return op_.quantifier == Quantifier::One && negated;
    }
    // Several expected values of one key are alternatives, or none of them may occur.
    const auto passes = [&](std::string_view value) { return equals_any(value) != negated; };
    // Without a prefix a negated test wants every value to differ.
    const bool all =
        op_.quantifier == Quantifier::All || (op_.quantifier == Quantifier::One && negated);
    return all ? std::ranges::all_of(values, passes) : std::ranges::any_of(values, passes);
}

const ContextEntry* find_entry(RequestContext context, std::string_view key) noexcept {
    for (const ContextEntry& entry : context) {
        if (same_ignoring_case(entry.key, key)) return &entry;
    }
    return nullptr;
}

bool Condition::holds_in(RequestContext context, WallTime at) const noexcept {
    if (const ContextEntry* entry = find_entry(context, key_)) return holds(entry->values);
    if (!is_of_time_) return holds_without_key();
    const TimeText time(key_, at);
    const std::string_view text = time.view();
    return holds({&text, 1});
}

bool conditions_hold(std::span<const StatementConditions> all, std::uint32_t statement,
                     RequestContext context, WallTime at) noexcept {
    const auto found =
        std::ranges::lower_bound(all, statement, {}, &StatementConditions::statement);
    return found != all.end() && found->statement == statement &&
           std::ranges::all_of(found->conditions, [&](const Condition& condition) {
               return condition.holds_in(context, at);
           });
}

}  // namespace gatehouse::policy
