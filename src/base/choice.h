// An enumeration whose values have names that people type and read: in settings, flags, logs.
//
//   enum class Tenancy : std::uint8_t { Single, Multi };
//   template <>
//   struct ChoiceNames<Tenancy> {
//       static constexpr std::array<std::string_view, 2> names{"single", "multi"};
//   };
//
// Requires: the values count up from 0, in the order of the names.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace gatehouse {

template <class Enum>
struct ChoiceNames;  // specialised beside each enumeration

template <class Enum>
constexpr std::string_view name_of_choice(Enum value) {
    return ChoiceNames<Enum>::names[static_cast<std::size_t>(value)];
}

template <class Enum>
constexpr std::optional<Enum> parse_choice(std::string_view name) {
    const auto& names = ChoiceNames<Enum>::names;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == name) return static_cast<Enum>(i);
    }
    return std::nullopt;
}

template <class Enum>
constexpr std::span<const std::string_view> all_choices() {
    return ChoiceNames<Enum>::names;
}

}  // namespace gatehouse
