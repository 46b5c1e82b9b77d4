// Numbers of AWS IoT SQL: decimal, of 34 significant digits, rounded half to even beyond these.
//
// A value is coefficient times ten to the exponent; a coefficient that is not zero never ends in a
// zero unless the exponent is 0. Between 1E-999 and 9.99E999; smaller ones are 0, larger ones have
// no value.
//
// Source: AWS IoT Developer Guide, "AWS IoT SQL data types".
//
// Pure; threads: any.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::sql {

class Decimal {
public:
    static constexpr int digits_max = 34;
    static constexpr int exponent_max = 999;

    Decimal() = default;
    explicit Decimal(std::int64_t whole) : coefficient_(whole) {}

    // A number as JSON writes it ("-1.5e3"), of any length. Nothing: it is none, or too large.
    static std::optional<Decimal> parse(std::string_view text);
    // The shortest text that stands for the same double. Nothing for infinity and NaN.
    static std::optional<Decimal> of(double number);

    bool is_whole() const { return exponent_ >= 0; }
    bool is_zero() const { return coefficient_ == 0; }
    bool is_negative() const { return coefficient_ < 0; }
    double to_double() const;
    // Nothing: not whole, or more than 64 bits.
    std::optional<std::int64_t> to_int64() const;

    // "1250", "-0.5", "1.5E-12". Whole numbers without a point, and of up to 34 digits without an
    // exponent.
    std::string text() const;

    Decimal operator-() const;
    // Nothing: too large, or divided by zero.
    std::optional<Decimal> plus(const Decimal& other) const;
    std::optional<Decimal> minus(const Decimal& other) const { return plus(-other); }
    std::optional<Decimal> times(const Decimal& other) const;
    std::optional<Decimal> divided_by(const Decimal& other) const;
    // What stands before the point of the quotient, rounded only where it has over 34 digits.
    std::optional<Decimal> whole_quotient(const Decimal& other) const;
    // What is left, with the sign of *this. Nothing: by zero, or the quotient has over 34 digits.
    std::optional<Decimal> remainder(const Decimal& other) const;

    enum class Rounding : std::uint8_t { Floor, Ceiling, TowardsZero, HalfAwayFromZero };
    // To that many places behind the point, 0 to 34.
    Decimal rounded(Rounding how, int places = 0) const;

    std::strong_ordering operator<=>(const Decimal& other) const;
    bool operator==(const Decimal& other) const {
        return coefficient_ == other.coefficient_ && exponent_ == other.exponent_;
    }

private:
    friend class DecimalMaker;

    __int128 coefficient_ = 0;
    std::int32_t exponent_ = 0;
};

}  // namespace gatehouse::sql
