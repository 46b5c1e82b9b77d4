#include <algorithm>
#include <array>
#include <cmath>

#include "sql/function.h"
#include "sql/operators.h"

namespace gatehouse::sql {
namespace {

using Rounding = Decimal::Rounding;

template <double (*calculate)(double)>
Value by_double(const Surroundings&, Arguments arguments) {
    const auto number = number_of(arguments[0]);
    return number ? Value::of(calculate(number->value.to_double())) : Value();
}

template <double (*calculate)(double, double)>
Value by_doubles(const Surroundings&, Arguments arguments) {
    const auto a = number_of(arguments[0]);
    const auto b = number_of(arguments[1]);
    if (!a || !b) return {};
    return Value::of(calculate(a->value.to_double(), b->value.to_double()));
}

Value absolute(const Surroundings&, Arguments arguments) {
    const auto number = number_of(arguments[0]);
    if (!number) return {};
    return number->value.is_negative() ? Value(Number{-number->value, number->is_int})
                                       : Value(*number);
}

template <Rounding how>
Value rounded(const Surroundings&, Arguments arguments) {
    const auto number = number_of(arguments[0]);
    return number ? Value::whole(number->value.rounded(how)) : Value();
}

Value sign(const Surroundings&, Arguments arguments) {
    const auto number = number_of(arguments[0]);
    if (!number) return {};
    return Value::integer(number->value.is_zero() ? 0 : number->value.is_negative() ? -1 : 1);
}

Value remainder(const Surroundings&, Arguments arguments) {
    return operate(syntax::BinaryOperator::Remainder, arguments[0], arguments[1]);
}

Value random_number(const Surroundings& surroundings, Arguments) {
    return Value::of(surroundings.random.fraction());
}

Value truncated(const Surroundings&, Arguments arguments) {
    constexpr std::int64_t places_max = 34;
    const auto number = number_of(arguments[0]);
    // A text is a number only as the first.
    const auto places =
        arguments[1].is_number() ? floor_between(arguments[1], 0, places_max) : std::nullopt;
    if (!number || !places) return {};
    const auto cut = number->value.rounded(Rounding::TowardsZero, static_cast<int>(*places));
    return cut.is_whole() ? Value::whole(cut) : Value::of(cut);
}

Value not_a_number(const Surroundings&, Arguments arguments) {
    const bool is_nothing = arguments[0].is_undefined() || arguments[0].is_null();
    return is_nothing ? arguments[1] : arguments[0];
}

template <class Combine>
Value by_bits(Arguments arguments, Combine combine) {
    const auto a = floor_of(arguments[0]);
    const auto b = floor_of(arguments[1]);
    return a && b ? Value::integer(combine(*a, *b)) : Value();
}

Value bit_and(const Surroundings&, Arguments arguments) {
    return by_bits(arguments, [](auto a, auto b) { return a & b; });
}
Value bit_or(const Surroundings&, Arguments arguments) {
    return by_bits(arguments, [](auto a, auto b) { return a | b; });
}
Value bit_xor(const Surroundings&, Arguments arguments) {
    return by_bits(arguments, [](auto a, auto b) { return a ^ b; });
}
Value bit_not(const Surroundings&, Arguments arguments) {
    const auto bits = floor_of(arguments[0]);
    return bits ? Value::integer(~*bits) : arguments[0];
}

constexpr std::array<Function, 29> math_table{{
    {"abs", 1, 1, Version::V2015, absolute},
    {"acos", 1, 1, Version::V2015, by_double<std::acos>},
    {"asin", 1, 1, Version::V2015, by_double<std::asin>},
    {"atan", 1, 1, Version::V2015, by_double<std::atan>},
    {"atan2", 2, 2, Version::V2015, by_doubles<std::atan2>},
    {"bitand", 2, 2, Version::V2015, bit_and},
    {"bitor", 2, 2, Version::V2015, bit_or},
    {"bitxor", 2, 2, Version::V2015, bit_xor},
    {"bitnot", 1, 1, Version::V2015, bit_not},
    {"ceil", 1, 1, Version::V2015, rounded<Rounding::Ceiling>},
    {"cos", 1, 1, Version::V2015, by_double<std::cos>},
    {"cosh", 1, 1, Version::V2015, by_double<std::cosh>},
    {"exp", 1, 1, Version::V2015, by_double<std::exp>},
    {"floor", 1, 1, Version::V2015, rounded<Rounding::Floor>},
    {"ln", 1, 1, Version::V2015, by_double<std::log>},
    {"log", 1, 1, Version::V2015, by_double<std::log10>},
    {"mod", 2, 2, Version::V2015, remainder},
    {"nanvl", 2, 2, Version::V2015, not_a_number},
    {"power", 2, 2, Version::V2015, by_doubles<std::pow>},
    {"rand", 0, 0, Version::V2015, random_number},
    {"remainder", 2, 2, Version::V2015, remainder},
    {"round", 1, 1, Version::V2015, rounded<Rounding::HalfAwayFromZero>},
    {"sign", 1, 1, Version::V2015, sign},
    {"sin", 1, 1, Version::V2015, by_double<std::sin>},
    {"sinh", 1, 1, Version::V2015, by_double<std::sinh>},
    {"sqrt", 1, 1, Version::V2015, by_double<std::sqrt>},
    {"tan", 1, 1, Version::V2015, by_double<std::tan>},
    {"tanh", 1, 1, Version::V2015, by_double<std::tanh>},
    {"trunc", 2, 2, Version::V2015, truncated},
}};

}  // namespace

std::span<const Function> math_functions() {
    return math_table;
}

}  // namespace gatehouse::sql
