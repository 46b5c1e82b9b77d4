// The functions of AWS IoT SQL. For sources of this module only.
//
// Source: AWS IoT Developer Guide, "Functions".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/random.h"
#include "sql/effort.h"
#include "sql/message.h"
#include "sql/value.h"

namespace gatehouse::sql {

// What a function may ask beside its arguments.
struct Surroundings {
    const Message& message;
    Version version;
    Random& random;
    // The arguments are counted already, and so will the answer be; for what makes more of them.
    Effort& effort;
};

using Arguments = std::span<const Value>;

struct Function {
    std::string_view name;
    std::uint8_t arguments_min = 0;
    std::uint8_t arguments_max = 0;
    Version since = Version::V2015;
    Value (*call)(const Surroundings& surroundings, Arguments arguments) = nullptr;
    // The argument, counted from 1, that has to be a literal; 0: none.
    std::uint8_t literal = 0;
};

inline constexpr std::uint8_t any_number = 255;

std::span<const Function> math_functions();
std::span<const Function> text_functions();
std::span<const Function> pattern_functions();
std::span<const Function> encoding_functions();
std::span<const Function> collection_functions();
std::span<const Function> message_functions();
std::span<const Function> time_functions();

// By name, in any case; null: there is none.
const Function* find_function(std::string_view name);
// The known name nearest to a mistyped one.
std::optional<std::string_view> nearest_function(std::string_view name);

// A number, rounded down, where it has 64 bits.
std::optional<std::int64_t> floor_of(const Value& value);

// The same, no less and no more than these, however many bits it has.
std::optional<std::int64_t> floor_between(const Value& value, std::int64_t least,
                                          std::int64_t most);

// A Java replacement ("$1") in RE2's words.
std::string replacement_for_re2(std::string_view replacement);

}  // namespace gatehouse::sql
