#include "logs/insights_value.h"

#include <fmt/format.h>

#include <cmath>

#include "base/clock.h"
#include "logs/filter_parts.h"

namespace gatehouse::logs::insights {
namespace {

std::string number_text(double number) {
    constexpr double exact_max = 9'007'199'254'740'992;  // 2^53
    if (std::abs(number) <= exact_max && number == std::floor(number)) {
        return fmt::format("{}", static_cast<std::int64_t>(number));
    }
    return fmt::format("{}", number);
}

}  // namespace

Value Value::truth(bool is_true) {
    Value value;
    value.what_ = is_true;
    return value;
}

Value Value::time(std::int64_t ms) {
    Value value;
    value.what_ = Time{ms};
    return value;
}

Value Value::of(const json::value& value) {
    if (value.is_string()) return Value(std::string(value.as_string()));
    if (value.is_bool()) return truth(value.as_bool());
    if (value.is_number()) return Value(value.to_number<double>());
    if (value.is_null()) return Value();
    return Value(to_text(value));
}

bool Value::is_true() const {
    if (const bool* const is = std::get_if<bool>(&what_)) return *is;
    if (const double* const is = std::get_if<double>(&what_)) return *is != 0;
    return false;
}

std::optional<double> Value::number() const {
    if (const double* const is = std::get_if<double>(&what_)) return *is;
    if (const bool* const is = std::get_if<bool>(&what_)) return *is ? 1 : 0;
    if (const Time* const is = std::get_if<Time>(&what_)) return static_cast<double>(is->ms);
    const std::string* const text = std::get_if<std::string>(&what_);
    if (text == nullptr) return std::nullopt;
    const auto number = filter::parse_number(*text);
    return number ? std::optional(static_cast<double>(*number)) : std::nullopt;
}

std::string Value::text() const {
    if (const double* const is = std::get_if<double>(&what_)) return number_text(*is);
    if (const bool* const is = std::get_if<bool>(&what_)) return *is ? "1" : "0";
    if (const Time* const is = std::get_if<Time>(&what_)) return time_text(is->ms);
    const std::string* const text = std::get_if<std::string>(&what_);
    return text == nullptr ? std::string() : *text;
}

std::size_t Value::bytes() const {
    const std::string* const text = std::get_if<std::string>(&what_);
    return text == nullptr ? 0 : text->size();
}

int Value::compare(const Value& a, const Value& b) {
    if (a.is_absent() || b.is_absent()) return int{b.is_absent()} - int{a.is_absent()};
    const auto x = a.number();
    const auto y = b.number();
    if (x && y) return *x < *y ? -1 : int{*x > *y};
    // Sorting needs one order of them all.
    if (x || y) return x ? -1 : 1;
    return a.text().compare(b.text());
}

bool Value::equal(const Value& a, const Value& b) {
    if (a.is_absent() || b.is_absent()) return false;
    if (a.is_text() && b.is_text()) return a.text() == b.text();
    // JSON's words for a truth, as people write them.
    const auto spells = [](const Value& truth, const Value& text) {
        const bool* const is = std::get_if<bool>(&truth.what_);
        return is != nullptr && text.is_text() && text.text() == (*is ? "true" : "false");
    };
    return spells(a, b) || spells(b, a) || compare(a, b) == 0;
}

std::string time_text(std::int64_t ms) {
    return format_log_time(WallTime(std::chrono::milliseconds(ms)));
}

}  // namespace gatehouse::logs::insights
