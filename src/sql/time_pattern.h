// Patterns of dates and times: those of Joda-Time, by which times are written, and those of
// java.time, by which they are read. For sources of this module only.
//
// Source: AWS IoT Developer Guide, "parse_time", "time_to_epoch"; the API documentation of
// Joda-Time's DateTimeFormat and of Java 11's DateTimeFormatter. Names are English.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::sql {

struct PatternPart {
    char letter = '\0';  // '\0': a text that stands for itself
    std::size_t count = 0;
    std::string text;
};
// Nothing: a quote is not closed.
std::optional<std::vector<PatternPart>> split_pattern(std::string_view pattern);

// Nothing: the pattern or the zone is not known.
std::optional<std::string> format_time(std::string_view pattern, std::int64_t milliseconds,
                                       const std::string& zone);
// Milliseconds since 1970, UTC where no zone is read. Nothing: the pattern is not known, or the
// text is not as it says.
std::optional<std::int64_t> read_time(std::string_view text, std::string_view pattern);

}  // namespace gatehouse::sql
