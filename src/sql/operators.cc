#include "sql/operators.h"

namespace gatehouse::sql {
namespace {

using syntax::BinaryOperator;

Value connect(BinaryOperator op, const Value& left, const Value& right) {
    const auto a = truth_of(left);
    const auto b = truth_of(right);
    if (!a || !b) return {};
    return Value(op == BinaryOperator::And ? *a && *b : *a || *b);
}

Value compare(BinaryOperator op, const Value& left, const Value& right) {
    const auto a = number_of(left);
    const auto b = number_of(right);
    if (!a || !b) return {};
    const auto order = a->value <=> b->value;
    switch (op) {
        case BinaryOperator::Less: return Value(order < 0);
        case BinaryOperator::LessOrEqual: return Value(order <= 0);
        case BinaryOperator::Greater: return Value(order > 0);
        default: return Value(order >= 0);
    }
}

Value equal(const Value& left, const Value& right, bool is_wanted) {
    const auto same = are_equal(left, right);
    return same ? Value(*same == is_wanted) : Value();
}

Value concatenate(const Value& left, const Value& right) {
    auto a = text_of(left);
    const auto b = text_of(right);
    if (!a || !b) return {};
    return Value(std::move(*a += *b));
}

Value calculate(BinaryOperator op, const Value& left, const Value& right) {
    const auto a = number_of(left);
    const auto b = number_of(right);
    if (!a || !b) return {};
    const bool are_ints = a->is_int && b->is_int;
    std::optional<Decimal> result;
    switch (op) {
        case BinaryOperator::Add: result = a->value.plus(b->value); break;
        case BinaryOperator::Subtract: result = a->value.minus(b->value); break;
        case BinaryOperator::Multiply: result = a->value.times(b->value); break;
        case BinaryOperator::Divide:
            result = are_ints ? a->value.whole_quotient(b->value) : a->value.divided_by(b->value);
            break;
        default: result = a->value.remainder(b->value); break;
    }
    return are_ints ? Value::whole(result) : Value::of(result);
}

}  // namespace

Value operate(BinaryOperator op, const Value& left, const Value& right) {
    switch (op) {
        case BinaryOperator::Or:
        case BinaryOperator::And: return connect(op, left, right);
        case BinaryOperator::Equal: return equal(left, right, true);
        case BinaryOperator::NotEqual: return equal(left, right, false);
        case BinaryOperator::Less:
        case BinaryOperator::LessOrEqual:
        case BinaryOperator::Greater:
        case BinaryOperator::GreaterOrEqual: return compare(op, left, right);
        case BinaryOperator::Add:
            if (left.text() != nullptr || right.text() != nullptr) return concatenate(left, right);
            return calculate(op, left, right);
        default: return calculate(op, left, right);
    }
}

Value negate(const Value& value) {
    const auto number = number_of(value);
    if (!number) return {};
    return Number{-number->value, number->is_int};
}

Value logical_not(const Value& value) {
    const auto truth = truth_of(value);
    return truth ? Value(!*truth) : Value();
}

}  // namespace gatehouse::sql
