// One test of a Condition, made ready: expected values parsed and variables filled in.
// Source: IAM User Guide, "Condition operators" and "Conditions with multiple context keys or
// values".
//
// Threads: immutable once made.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/document.h"
#include "policy/variables.h"

namespace gatehouse::policy {

// One key that a single request brings along, besides what is constant for its connection.
struct ContextEntry {
    std::string_view key;
    std::span<const std::string_view> values;
};
// Valid for the length of a call.
using RequestContext = std::span<const ContextEntry>;

class Condition {
public:
    // `effect`: of the statement that it is a condition of.
    Condition(const ConditionTest& test, const Variables& variables, Effect effect);

    const std::string& key() const { return key_; }
    const Operator& op() const { return op_; }
    // Whether the time of the decision is what it tests.
    bool depends_on_time() const { return is_of_time_; }

    // Whether the test holds for these values of its key; no values mean that the key is absent.
    bool holds(std::span<const std::string_view> values) const noexcept;
    // Whether it holds where neither the request nor anything else has the key. Unless that means
    // that AWS has no value either (policy::may_be_absent), nobody can tell: what denies by it
    // denies, what allows by it does not allow.
    bool holds_without_key() const noexcept {
        return may_be_absent_ ? holds({}) : effect_ == Effect::Deny;
    }
    // The same, looking the key up. `at`: the time of the request.
    bool holds_in(RequestContext context, WallTime at) const noexcept;

    // What a value of such a test has to be, if this one can never match; else empty.
    static std::string_view wanted_instead(Comparison comparison, const Pattern& value);

    // The expected values as they compare, variables filled in; for people.
    std::vector<std::string> expected() const;

private:
    struct Address {
        std::uint8_t bytes[16] = {};  // IPv4 as ::ffff:a.b.c.d
        std::uint8_t prefix_bits = 128;
        bool is_v4 = false;
    };
    struct Expected {
        Glob glob;             // StringLike and ArnLike
        std::string text;      // every other comparison of texts, and for people
        bool resolved = true;  // else a variable has no value, and nothing equals it
        std::optional<double> number;
        std::optional<double> time;  // seconds since 1970
        std::optional<Address> address;
    };

    static std::optional<Address> parse_address(std::string_view text) noexcept;
    static std::optional<double> parse_number(std::string_view text) noexcept;
    static std::optional<double> parse_time(std::string_view text) noexcept;

    bool equals_any(std::string_view value) const noexcept;
    bool compares(const Expected& expected, std::string_view value) const noexcept;
    bool compares_number(std::optional<double> expected,
                         std::optional<double> value) const noexcept;

    Operator op_;
    std::string key_;
    Effect effect_;
    bool may_be_absent_;
    bool is_of_time_ = false;  // the time is the key's value, if the request does not carry it
    std::vector<Expected> expected_;
};

// Constant keys were decided beforehand; null where none of these keys is left.
const ContextEntry* find_entry(RequestContext context, std::string_view key) noexcept;

// Those of one statement that remain to be judged at each request.
struct StatementConditions {
    std::uint32_t statement = 0;
    std::vector<Condition> conditions;
};

// `all` is ascending by statement. False for a statement that is not there.
bool conditions_hold(std::span<const StatementConditions> all, std::uint32_t statement,
                     RequestContext context, WallTime at) noexcept;

}  // namespace gatehouse::policy
