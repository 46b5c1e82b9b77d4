// What a service model demands of one shape. Generated as constants.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/wire/pattern.h"

namespace gatehouse::api::wire {

struct Rule {
    // What the bounds are about: a text's length in UTF-16 units (as the services count), a
    // number's value, the number of elements.
    enum class Kind : std::uint8_t { Other, Text, Number, List, Map };
    static constexpr std::int64_t no_min = std::numeric_limits<std::int64_t>::min();
    static constexpr std::int64_t no_max = std::numeric_limits<std::int64_t>::max();

    Kind kind = Kind::Other;
    std::int64_t min = no_min;
    std::int64_t max = no_max;
    const Pattern* pattern = nullptr;
    std::span<const std::string_view> values;  // an enumeration's, in the model's order
    const Rule* key = nullptr;                 // of a map's keys
    const Rule* element = nullptr;             // of a list's elements or a map's values
    bool sensitive = false;                    // never shown in messages
};

inline constexpr Rule no_rule{};

// The demands that a value does not meet, each in the services' own words: "Member must have
// length less than or equal to 128".
std::vector<std::string> unmet(const Rule& rule, std::string_view text);
std::vector<std::string> unmet(const Rule& rule, double number);
std::vector<std::string> unmet_by_size(const Rule& rule, std::size_t size);
// All demands of a rule.
std::vector<std::string> demands_of(const Rule& rule);

// The length as Java counts it. Requires: well-formed UTF-8.
std::size_t utf16_length(std::string_view text);

}  // namespace gatehouse::api::wire
