// Numbers of AWS IoT SQL in the plainest way, by whole numbers of any size. For tests only: what
// sql/decimal.h makes is compared with it.
//
// Source: AWS IoT Developer Guide, "AWS IoT SQL data types".
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::sql::plain {

// Digits times ten to the exponent; the digits end in no zero, and of 0 the exponent is 0.
struct Number {
    boost::multiprecision::cpp_int digits;
    int exponent = 0;
};

enum class To : std::uint8_t { Floor, Ceiling, Zero, Nearest };  // of two as near, away from 0

// As JSON writes numbers. Nothing: it is none, or over 9.99E999.
std::optional<Number> read_number(std::string_view text);
std::string written(const Number& number);

inline bool is_whole(const Number& number) {
    return number.exponent >= 0;
}
Number negative_of(Number number);
// Negative, 0 or positive, as a - b is.
int compare(const Number& a, const Number& b);
Number rounded(const Number& number, To to, int places = 0);
// Nothing: it has more.
std::optional<std::int64_t> to_64_bits(const Number& whole);

// Nothing: over 9.99E999, or divided by 0.
std::optional<Number> sum(const Number& a, const Number& b);
std::optional<Number> product(const Number& a, const Number& b);
std::optional<Number> quotient(const Number& a, const Number& b);
// What is behind the point left out; rounded only where more than 34 digits are left.
std::optional<Number> whole_quotient(const Number& a, const Number& b);
// Nothing: also where the whole quotient has over 34 digits.
std::optional<Number> rest_of(const Number& a, const Number& b);

}  // namespace gatehouse::sql::plain
