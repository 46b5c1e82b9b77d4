// The operators of Condition: "ForAnyValue:StringLikeIfExists" as three facts.
// Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gatehouse::policy {

enum class Comparison : std::uint8_t {
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    NumericEquals,
    NumericLessThan,
    NumericLessThanEquals,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    DateEquals,
    DateLessThan,
    DateLessThanEquals,
    DateGreaterThan,
    DateGreaterThanEquals,
    Bool,
    BinaryEquals,
    IpAddress,
    ArnLike,  // and ArnEquals, which IAM treats alike
    Null,
};

enum class Sense : std::uint8_t { Positive, Negated };
// How several values of the request count. One: no prefix was written.
enum class Quantifier : std::uint8_t { One, All, Any };
// IfExists: a key that the request does not carry makes the test true.
enum class WhenAbsent : std::uint8_t { Judge, Pass };

struct Operator {
    Comparison comparison = Comparison::StringEquals;
    Sense sense = Sense::Positive;
    Quantifier quantifier = Quantifier::One;
    WhenAbsent when_absent = WhenAbsent::Judge;
    std::string text;  // as written

    bool operator==(const Operator&) const = default;
};

// Names are case-sensitive. Errors: InvalidInput with the nearest right name.
Result<Operator> parse_operator(std::string_view text);

}  // namespace gatehouse::policy
