#include "policy/operators.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/suggestion.h"

namespace gatehouse::policy {
namespace {

struct NamedComparison {
    std::string_view name;
    Comparison comparison;
    Sense sense;
};

using enum Comparison;
constexpr auto positive = Sense::Positive;
constexpr auto negated = Sense::Negated;

constexpr std::array<NamedComparison, 27> comparisons{{
    {"StringEquals", StringEquals, positive},
    {"StringNotEquals", StringEquals, negated},
    {"StringEqualsIgnoreCase", StringEqualsIgnoreCase, positive},
    {"StringNotEqualsIgnoreCase", StringEqualsIgnoreCase, negated},
    {"StringLike", StringLike, positive},
    {"StringNotLike", StringLike, negated},
    {"NumericEquals", NumericEquals, positive},
    {"NumericNotEquals", NumericEquals, negated},
    {"NumericLessThan", NumericLessThan, positive},
    {"NumericLessThanEquals", NumericLessThanEquals, positive},
    {"NumericGreaterThan", NumericGreaterThan, positive},
    {"NumericGreaterThanEquals", NumericGreaterThanEquals, positive},
    {"DateEquals", DateEquals, positive},
    {"DateNotEquals", DateEquals, negated},
    {"DateLessThan", DateLessThan, positive},
    {"DateLessThanEquals", DateLessThanEquals, positive},
    {"DateGreaterThan", DateGreaterThan, positive},
    {"DateGreaterThanEquals", DateGreaterThanEquals, positive},
    {"Bool", Bool, positive},
    {"BinaryEquals", BinaryEquals, positive},
    {"IpAddress", IpAddress, positive},
    {"NotIpAddress", IpAddress, negated},
    {"ArnEquals", ArnLike, positive},
    {"ArnLike", ArnLike, positive},
    {"ArnNotEquals", ArnLike, negated},
    {"ArnNotLike", ArnLike, negated},
    {"Null", Null, positive},
}};

Quantifier take_quantifier(std::string_view& name) {
    constexpr std::string_view all = "ForAllValues:";
    constexpr std::string_view any = "ForAnyValue:";
    if (name.starts_with(all)) {
        name.remove_prefix(all.size());
        return Quantifier::All;
    }
    if (name.starts_with(any)) {
        name.remove_prefix(any.size());
        return Quantifier::Any;
    }
    return Quantifier::One;
}

std::string unknown_operator(std::string_view text, std::string_view name) {
    std::string message = fmt::format("'{}' is not a condition operator", text);
    const auto colon = name.find(':');
    if (colon != name.npos) {
        constexpr std::array<std::string_view, 2> prefixes{"ForAllValues", "ForAnyValue"};
        if (const auto nearest = nearest_name(name.substr(0, colon), prefixes)) {
            message += fmt::format("; the prefix is written {}:", *nearest);
        }
        return message;
    }
    std::vector<std::string_view> names;
    for (const NamedComparison& known : comparisons) names.push_back(known.name);
    if (const auto nearest = nearest_name(name, names)) {
        message += fmt::format("; did you mean {}?", *nearest);
    }
    return message;
}

}  // namespace

Result<Operator> parse_operator(std::string_view text) {
    std::string_view name = text;
    Operator op;
    op.text = text;
    op.quantifier = take_quantifier(name);
    constexpr std::string_view if_exists = "IfExists";
    if (name.ends_with(if_exists)) {
        name.remove_suffix(if_exists.size());
        op.when_absent = WhenAbsent::Pass;
    }
    const auto known = std::ranges::find(comparisons, name, &NamedComparison::name);
    if (known == comparisons.end()) {
        return fail(ErrorKind::InvalidInput, unknown_operator(text, name));
    }
    op.comparison = known->comparison;
    op.sense = known->sense;
    if (op.comparison == Null &&
        (op.when_absent == WhenAbsent::Pass || op.quantifier != Quantifier::One)) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("'{}': Null takes neither IfExists nor a set prefix", text));
    }
    return op;
}

}  // namespace gatehouse::policy
