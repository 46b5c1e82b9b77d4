#include "sql/decimal.h"

#include <algorithm>
#include <array>
#include <bit>
#include <boost/multiprecision/cpp_int.hpp>
#include <charconv>
#include <cmath>
#include <limits>

#include "sql/characters.h"

namespace gatehouse::sql {
namespace {

// Holds the product of two coefficients, and one that is shifted by 42 digits.
using Wide = boost::multiprecision::int256_t;

constexpr int shift_max = 42;

const Wide& power_of_ten(int exponent) {
    static const auto powers = [] {
        std::array<Wide, 77> made;
        made[0] = 1;
        for (std::size_t i = 1; i < made.size(); ++i) made[i] = made[i - 1] * 10;
        return made;
    }();
    return powers[static_cast<std::size_t>(exponent)];
}

// What fits into a coefficient, and two digits more.
using Narrow = unsigned __int128;

constexpr auto narrow_powers = [] {
    std::array<Narrow, 39> made{1};
    for (std::size_t i = 1; i < made.size(); ++i) made[i] = made[i - 1] * 10;
    return made;
}();

// Digits of a number with so many bits, or one too few.
int digits_of_bits(int bits) {
    return (bits - 1) * 1233 / 4096 + 1;  // 0.30103 digits a bit
}

int digit_count(Narrow magnitude) {
    if (magnitude == 0) return 1;
    const auto high = static_cast<std::uint64_t>(magnitude >> 64);
    const int bits = high != 0 ? 64 + std::bit_width(high)
                               : std::bit_width(static_cast<std::uint64_t>(magnitude));
    const int least = digits_of_bits(bits);
    return magnitude >= narrow_powers[static_cast<std::size_t>(least)] ? least + 1 : least;
}

int digit_count(const Wide& magnitude) {
    if (magnitude == 0) return 1;
    const int least = digits_of_bits(static_cast<int>(msb(magnitude)) + 1);
    return magnitude >= power_of_ten(least) ? least + 1 : least;
}

Narrow magnitude_of(__int128 value) {
    return value < 0 ? -static_cast<Narrow>(value) : static_cast<Narrow>(value);
}

Wide magnitude_of(const Wide& value) {
    return value < 0 ? Wide(-value) : value;
}

// Rounds away the lowest `count` digits.
Wide without_digits(const Wide& magnitude, int count, bool is_more) {
    const Wide& unit = power_of_ten(count);
    Wide quotient;
    Wide rest;
    divide_qr(magnitude, unit, quotient, rest);
    const Wide twice = rest * 2;
    const bool is_up = twice > unit || (twice == unit && (is_more || (quotient & 1) != 0));
    return is_up ? Wide(quotient + 1) : quotient;
}

}  // namespace

// Makes what arithmetic comes to into a decimal.
class DecimalMaker {
public:
    // `is_more`: the exact value is a little larger in magnitude than written.
    static std::optional<Decimal> make(const Wide& value, int exponent, bool is_more = false) {
        return rounded(value < 0, magnitude_of(value), exponent, is_more);
    }
    static std::optional<Decimal> make(bool is_negative, Narrow magnitude, int exponent,
                                       bool is_more) {
        if (digit_count(magnitude) <= Decimal::digits_max) {
            return of_parts(is_negative, magnitude, exponent);
        }
        return rounded(is_negative, Wide(magnitude), exponent, is_more);
    }

    struct Division {
        Wide quotient = 0;
        Wide rest = 0;
        int exponent = 0;  // of the rest
    };
    // Whole and exact. Nothing: by zero, or the quotient has over 34 digits.
    static std::optional<Division> divide(const Decimal& dividend, const Decimal& divisor) {
        if (divisor.is_zero()) return std::nullopt;
        if (dividend.is_zero()) return Division();
        const int apart = dividend.exponent_ - divisor.exponent_;
        // Of the quotient, or one too few.
        const int digits = apart + digit_count(magnitude_of(dividend.coefficient_)) -
                           digit_count(magnitude_of(divisor.coefficient_));
        if (digits > Decimal::digits_max) return std::nullopt;
        Division made{.rest = dividend.coefficient_, .exponent = dividend.exponent_};
        if (apart < -shift_max) return made;
        const Wide unit = Wide(divisor.coefficient_) * power_of_ten(std::max(-apart, 0));
        const Wide whole = Wide(dividend.coefficient_) * power_of_ten(std::max(apart, 0));
        divide_qr(whole, unit, made.quotient, made.rest);
        made.exponent = std::min(dividend.exponent_, divisor.exponent_);
        if (digit_count(magnitude_of(made.quotient)) > Decimal::digits_max) return std::nullopt;
        return made;
    }

private:
    static std::optional<Decimal> rounded(bool is_negative, Wide magnitude, int exponent,
                                          bool is_more) {
        while (const int over = std::max(digit_count(magnitude) - Decimal::digits_max, 0)) {
            magnitude = without_digits(magnitude, over, is_more);
            exponent += over;
        }
        return of_parts(is_negative, static_cast<Narrow>(magnitude), exponent);
    }

    static std::optional<Decimal> of_parts(bool is_negative, Narrow magnitude, int exponent) {
        Decimal made;
        if (magnitude == 0) return made;
        while (exponent < 0 && magnitude % 10 == 0) {
            magnitude /= 10;
            ++exponent;
        }
        const int adjusted = exponent + digit_count(magnitude) - 1;
        if (adjusted > Decimal::exponent_max) return std::nullopt;
        if (adjusted < -Decimal::exponent_max) return made;
        // Equal numbers look the same: whole ones are written out as far as the digits reach.
        while (exponent > 0 && adjusted < Decimal::digits_max) {
            magnitude *= 10;
            --exponent;
        }
        while (exponent > 0 && magnitude % 10 == 0) {
            magnitude /= 10;
            ++exponent;
        }
        made.coefficient_ =
            is_negative ? -static_cast<__int128>(magnitude) : static_cast<__int128>(magnitude);
        made.exponent_ = exponent;
        return made;
    }
};

namespace {

// What a text of a number has: its digits as far as they count.
struct Digits {
    Narrow value = 0;
    int kept = 0;
    int exponent = 0;
    bool is_more = false;  // a digit that was left out is not zero

    void take(char digit, bool is_behind_point) {
        // Two more than count, so that they are rounded as the whole would be.
        if (kept < Decimal::digits_max + 2) {
            value = value * 10 + static_cast<Narrow>(digit - '0');
            if (value != 0) ++kept;
            exponent -= is_behind_point ? 1 : 0;
        } else {
            is_more = is_more || digit != '0';
            exponent += is_behind_point ? 0 : 1;
        }
    }
};

std::optional<int> read_exponent(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    int exponent = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, exponent);
    if (stop != end || text.empty()) return std::nullopt;
    constexpr int far = 1'000'000;
    if (error == std::errc::result_out_of_range) return text.front() == '-' ? -far : far;
    if (error != std::errc()) return std::nullopt;
    return std::clamp(exponent, -far, far);
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
    const bool is_negative = text.starts_with('-');
    if (is_negative) text.remove_prefix(1);
    const std::size_t e = text.find_first_of("eE");
    const std::string_view plain = text.substr(0, e);
    const std::size_t point = plain.find('.');
    const std::string_view whole = plain.substr(0, point);
    const std::string_view fraction =
        point == plain.npos ? std::string_view() : plain.substr(point + 1);
    if (whole.empty() || (point != plain.npos && fraction.empty())) return std::nullopt;
    if (!std::ranges::all_of(whole, is_digit) || !std::ranges::all_of(fraction, is_digit)) {
        return std::nullopt;
    }
    constexpr std::size_t digits_of_64_bits = 18;
    if (e == text.npos && fraction.empty() && whole.size() <= digits_of_64_bits) {
        std::int64_t number = 0;
        std::from_chars(whole.data(), whole.data() + whole.size(), number);
        return Decimal(is_negative ? -number : number);
    }
    Digits digits;
    for (const char c : whole) digits.take(c, false);
    for (const char c : fraction) digits.take(c, true);
    int exponent = 0;
    if (e != text.npos) {
        const auto written = read_exponent(text.substr(e + 1));
        if (!written) return std::nullopt;
        exponent = *written;
    }
    return DecimalMaker::make(is_negative, digits.value, digits.exponent + exponent,
                              digits.is_more);
}

std::optional<Decimal> Decimal::of(double number) {
    if (!std::isfinite(number)) return std::nullopt;
    std::array<char, 64> text;
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
    return parse({text.data(), end});
}

double Decimal::to_double() const {
    const std::string written = text();
    double number = 0;
    const auto [stop, error] =
        std::from_chars(written.data(), written.data() + written.size(), number);
    if (error != std::errc::result_out_of_range) return number;
    const double infinite = std::numeric_limits<double>::infinity();
    if (exponent_ < 0) return 0;
    return is_negative() ? -infinite : infinite;
}

std::optional<std::int64_t> Decimal::to_int64() const {
    if (exponent_ != 0) return std::nullopt;
    if (coefficient_ > std::numeric_limits<std::int64_t>::max() ||
        coefficient_ < std::numeric_limits<std::int64_t>::min()) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(coefficient_);
}

std::string Decimal::text() const {
    std::string digits = Wide(magnitude_of(coefficient_)).str();
    const int adjusted = exponent_ + static_cast<int>(digits.size()) - 1;
    std::string made = is_negative() ? "-" : "";
    constexpr int plain_zeros_max = 6;
    if (exponent_ == 0) return made + digits;
    if (exponent_ < 0 && adjusted >= -plain_zeros_max) {
        const int before = adjusted + 1;
        if (before <= 0)
            return made + "0." + std::string(static_cast<std::size_t>(-before), '0') + digits;
        digits.insert(static_cast<std::size_t>(before), 1, '.');
        return made + digits;
    }
    made += digits.front();
    if (digits.size() > 1) made += "." + digits.substr(1);
    return made + "E" + (adjusted > 0 ? "+" : "") + std::to_string(adjusted);
}

Decimal Decimal::operator-() const {
    Decimal made = *this;
    made.coefficient_ = -coefficient_;
    return made;
}

std::optional<Decimal> Decimal::plus(const Decimal& other) const {
    const Decimal& high = exponent_ >= other.exponent_ ? *this : other;
    const Decimal& low = exponent_ >= other.exponent_ ? other : *this;
    if (high.is_zero()) return low;
    if (low.is_zero()) return high;
    const int apart = high.exponent_ - low.exponent_;
    if (apart <= shift_max) {
        return DecimalMaker::make(
            Wide(high.coefficient_) * power_of_ten(apart) + Wide(low.coefficient_), low.exponent_);
    }
    // The lower one is out of sight of the 34 digits, but for the direction of rounding.
    const Wide shifted = Wide(high.coefficient_) * power_of_ten(shift_max);
    return DecimalMaker::make(low.is_negative() ? Wide(shifted - 1) : Wide(shifted + 1),
                              high.exponent_ - shift_max);
}

std::optional<Decimal> Decimal::times(const Decimal& other) const {
    return DecimalMaker::make(Wide(coefficient_) * Wide(other.coefficient_),
                              exponent_ + other.exponent_);
}

std::optional<Decimal> Decimal::divided_by(const Decimal& other) const {
    if (other.is_zero()) return std::nullopt;
    const Wide divisor(other.coefficient_);
    const int shift = std::max(0, digits_max + 2 + digit_count(magnitude_of(other.coefficient_)) -
                                      digit_count(magnitude_of(coefficient_)));
    const Wide dividend = Wide(coefficient_) * power_of_ten(shift);
    Wide quotient;
    Wide rest;
    divide_qr(dividend, divisor, quotient, rest);
    if (quotient == 0) return Decimal();
    return DecimalMaker::make(quotient, exponent_ - other.exponent_ - shift, rest != 0);
}

std::optional<Decimal> Decimal::whole_quotient(const Decimal& other) const {
    const auto division = DecimalMaker::divide(*this, other);
    return division ? DecimalMaker::make(division->quotient, 0) : divided_by(other);
}

std::optional<Decimal> Decimal::remainder(const Decimal& other) const {
    const auto division = DecimalMaker::divide(*this, other);
    if (!division) return std::nullopt;
    return DecimalMaker::make(division->rest, division->exponent);
}

Decimal Decimal::rounded(Rounding how, int places) const {
    if (exponent_ >= -places) return *this;
    const int cut = -places - exponent_;
    const Wide magnitude(magnitude_of(coefficient_));
    Wide quotient = 0;
    Wide rest = magnitude;
    if (cut <= digits_max) divide_qr(magnitude, power_of_ten(cut), quotient, rest);
    bool is_up = false;
    switch (how) {
        case Rounding::TowardsZero: break;
        case Rounding::Floor: is_up = is_negative() && rest != 0; break;
        case Rounding::Ceiling: is_up = !is_negative() && rest != 0; break;
        case Rounding::HalfAwayFromZero:
            is_up = cut <= digits_max && rest * 2 >= power_of_ten(cut);
            break;
    }
    if (is_up) ++quotient;
    return DecimalMaker::make(is_negative() ? Wide(-quotient) : quotient, -places)
        .value_or(Decimal());
}

std::strong_ordering Decimal::operator<=>(const Decimal& other) const {
    if (exponent_ == other.exponent_) return coefficient_ <=> other.coefficient_;
    if (is_zero() || other.is_zero() || is_negative() != other.is_negative()) {
        return coefficient_ <=> other.coefficient_;
    }
    const auto adjusted = [](const Decimal& value) {
        return value.exponent_ + digit_count(magnitude_of(value.coefficient_));
    };
    const auto by_size = adjusted(*this) <=> adjusted(other);
    if (by_size != 0) return is_negative() ? 0 <=> by_size : by_size;
    // As many digits before the point, so no more than 34 apart.
    const int apart = exponent_ - other.exponent_;
    const Wide mine = Wide(coefficient_) * power_of_ten(std::max(apart, 0));
    const Wide others = Wide(other.coefficient_) * power_of_ten(std::max(-apart, 0));
    return mine < others   ? std::strong_ordering::less
           : mine > others ? std::strong_ordering::greater
                           : std::strong_ordering::equal;
}

}  // namespace gatehouse::sql
