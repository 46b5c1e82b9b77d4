// The versions of AWS IoT SQL.
//
// Source: AWS IoT Developer Guide, "SQL versions".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace gatehouse::sql {

// Of a rule that names none: V2015.
enum class Version : std::uint8_t { V2015, V2016 };

// "2015-10-08", "2016-03-23", and "beta", which is V2016.
std::optional<Version> parse_version(std::string_view text);
std::string_view name_of(Version version);

// Functions that ask a service which somebody answers ("aws_lambda"); a call of another is refused.
// None given: all are.
using AnsweredFunctions = std::optional<std::span<const std::string_view>>;

}  // namespace gatehouse::sql
