#include "sql/differential/plain_number.h"

#include <algorithm>

namespace gatehouse::sql::plain {
namespace {

using Whole = boost::multiprecision::cpp_int;

constexpr int digits_max = 34;
constexpr int exponent_max = 999;

Whole ten_to(int exponent) {
    return boost::multiprecision::pow(Whole(10), static_cast<unsigned>(exponent));
}

int count_of_digits(const Whole& whole) {
    return static_cast<int>(Whole(abs(whole)).str().size());
}

// To 34 digits; of two as near, the even one. `has_more`: it is a little further from 0.
std::optional<Number> kept(const Whole& exact, int exponent, bool has_more = false) {
    if (exact == 0) return Number();
    Whole digits = abs(exact);
    if (const int over = count_of_digits(digits) - digits_max; over > 0) {
        const Whole unit = ten_to(over);
        const Whole twice_left_out = (digits % unit) * 2;
        digits /= unit;
        const bool is_half = twice_left_out == unit;
        if (twice_left_out > unit || (is_half && (has_more || digits % 2 != 0))) ++digits;
        exponent += over;
    }
    while (digits % 10 == 0) {
        digits /= 10;
        ++exponent;
    }
    const int leading = exponent + count_of_digits(digits) - 1;
    if (leading > exponent_max) return std::nullopt;
    if (leading < -exponent_max) return Number();
    return Number{exact < 0 ? Whole(-digits) : digits, exponent};
}

// Both as whole numbers of the same unit.
struct Aligned {
    Whole a;
    Whole b;
    int exponent;
};
Aligned aligned(const Number& a, const Number& b) {
    const int exponent = std::min(a.exponent, b.exponent);
    return {a.digits * ten_to(a.exponent - exponent), b.digits * ten_to(b.exponent - exponent),
            exponent};
}

bool are_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

std::optional<int> exponent_in(std::string_view text) {
    const bool is_negative = text.starts_with('-');
    if (is_negative || text.starts_with('+')) text.remove_prefix(1);
    if (!are_digits(text)) return std::nullopt;
    text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
    constexpr std::size_t few = 6;
    const int size = text.size() > few ? 1'000'000
                     : text.empty()    ? 0
                                       : std::stoi(std::string(text));
    return is_negative ? -size : size;
}

}  // namespace

std::optional<Number> read_number(std::string_view text) {
    const bool is_negative = text.starts_with('-');
    if (is_negative) text.remove_prefix(1);
    int exponent = 0;
    if (const std::size_t e = text.find_first_of("eE"); e != text.npos) {
        const auto read = exponent_in(text.substr(e + 1));
        if (!read) return std::nullopt;
        exponent = *read;
        text = text.substr(0, e);
    }
    std::string digits(text.substr(0, text.find('.')));
    if (!are_digits(digits)) return std::nullopt;
    if (const std::size_t point = text.find('.'); point != text.npos) {
        const std::string_view behind = text.substr(point + 1);
        if (!are_digits(behind)) return std::nullopt;
        digits += behind;
        exponent -= static_cast<int>(behind.size());
    }
    // A zero in front would make it octal.
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
    const Whole whole(digits);
    return kept(is_negative ? Whole(-whole) : whole, exponent);
}

std::string written(const Number& number) {
    const std::string sign = number.digits < 0 ? "-" : "";
    std::string digits = Whole(abs(number.digits)).str();
    const int leading = number.exponent + static_cast<int>(digits.size()) - 1;
    constexpr int zeros_max = 6;
    if (number.exponent >= 0 && leading < digits_max) {
        return sign + digits + std::string(static_cast<std::size_t>(number.exponent), '0');
    }
    if (number.exponent < 0 && leading >= -zeros_max) {
        if (leading < 0) digits.insert(0, static_cast<std::size_t>(-leading), '0');
        digits.insert(digits.size() - static_cast<std::size_t>(-number.exponent), ".");
        return sign + digits;
    }
    if (digits.size() > 1) digits.insert(1, ".");
    return sign + digits + (leading > 0 ? "E+" : "E") + std::to_string(leading);
}

Number negative_of(Number number) {
    number.digits = -number.digits;
    return number;
}

int compare(const Number& a, const Number& b) {
    const Aligned both = aligned(a, b);
    return both.a.compare(both.b);
}

Number rounded(const Number& number, To to, int places) {
    const int over = -places - number.exponent;
    if (over <= 0) return number;
    const Whole unit = ten_to(over);
    Whole cut = number.digits / unit;  // towards 0
    const Whole left_out = number.digits % unit;
    const int away = number.digits < 0 ? -1 : 1;
    const bool goes_away = (to == To::Floor && left_out < 0) ||
                           (to == To::Ceiling && left_out > 0) ||
                           (to == To::Nearest && Whole(abs(left_out)) * 2 >= unit);
    if (goes_away) cut += away;
    return kept(cut, -places).value_or(Number());
}

std::optional<std::int64_t> to_64_bits(const Number& whole) {
    constexpr int digits_64_max = 20;
    if (!is_whole(whole) || whole.exponent > digits_64_max) return std::nullopt;
    const Whole value = whole.digits * ten_to(whole.exponent);
    if (value > INT64_MAX || value < INT64_MIN) return std::nullopt;
    return value.convert_to<std::int64_t>();
}

std::optional<Number> sum(const Number& a, const Number& b) {
    const Aligned both = aligned(a, b);
    return kept(both.a + both.b, both.exponent);
}

std::optional<Number> product(const Number& a, const Number& b) {
    return kept(a.digits * b.digits, a.exponent + b.exponent);
}

std::optional<Number> quotient(const Number& a, const Number& b) {
    if (b.digits == 0) return std::nullopt;
    constexpr int shift = 3 * digits_max;
    const Whole dividend = a.digits * ten_to(shift);
    return kept(dividend / b.digits, a.exponent - b.exponent - shift, dividend % b.digits != 0);
}

std::optional<Number> whole_quotient(const Number& a, const Number& b) {
    if (b.digits == 0) return std::nullopt;
    const Aligned both = aligned(a, b);
    const Whole cut = both.a / both.b;
    return count_of_digits(cut) > digits_max ? quotient(a, b) : kept(cut, 0);
}

std::optional<Number> rest_of(const Number& a, const Number& b) {
    if (b.digits == 0) return std::nullopt;
    const Aligned both = aligned(a, b);
    if (count_of_digits(both.a / both.b) > digits_max) return std::nullopt;
    return kept(both.a % both.b, both.exponent);
}

}  // namespace gatehouse::sql::plain
