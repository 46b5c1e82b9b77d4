#include <cctz/time_zone.h>
#include <fmt/format.h>

#include <cstdlib>

#include "sql/time_names.h"
#include "sql/time_pattern.h"

namespace gatehouse::sql {
namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Where a quoted text ends: behind its last quote. Two quotes are one, within it and alone.
std::optional<std::size_t> take_quoted(std::string_view pattern, std::size_t at,
                                       std::string& text) {
    if (at + 1 < pattern.size() && pattern[at + 1] == '\'') {
        text += '\'';
        return at + 2;
    }
    for (++at; at < pattern.size(); ++at) {
        if (pattern[at] == '\'') {
            if (at + 1 == pattern.size() || pattern[at + 1] != '\'') return at + 1;
            ++at;
        }
        text += pattern[at];
    }
    return std::nullopt;
}

using LocalTime = cctz::time_zone::absolute_lookup;

struct Instant {
    LocalTime local;
    std::int64_t millisecond = 0;  // of the second
    std::string zone;
};

std::string offset_text(int seconds, bool has_colon) {
    const int minutes = std::abs(seconds) / 60;
    return fmt::format("{}{:02}{}{:02}", seconds < 0 ? '-' : '+', minutes / 60,
                       has_colon ? ":" : "", minutes % 60);
}

std::string name_text(std::string_view name, std::size_t count) {
    return std::string(count >= 4 ? name : name.substr(0, short_name_length));
}

// Days since Monday, 0 to 6.
int days_since_monday(const cctz::civil_second& time) {
    return static_cast<int>(cctz::get_weekday(cctz::civil_day(time)));
}

struct IsoWeek {
    std::int64_t year;
    std::int64_t week;
};

IsoWeek iso_week_of(const cctz::civil_second& time) {
    const cctz::civil_day thursday = cctz::civil_day(time) - days_since_monday(time) + 3;
    return {thursday.year(), (cctz::get_yearday(thursday) - 1) / 7 + 1};
}

std::string number_text(std::int64_t number, std::size_t count) {
    return fmt::format("{:0{}}", number, count);
}

std::string year_text(std::int64_t year, std::size_t count) {
    return count == 2 ? number_text(std::abs(year) % 100, 2) : number_text(year, count);
}

std::string fraction_text(std::int64_t millisecond, std::size_t count) {
    std::string text = number_text(millisecond, 3);
    text.resize(count, '0');
    return text;
}

std::optional<std::string> date_text(const PatternPart& part, const Instant& instant) {
    const cctz::civil_second& time = instant.local.cs;
    const std::int64_t year_of_era = time.year() > 0 ? time.year() : 1 - time.year();
    switch (part.letter) {
        case 'G': return time.year() > 0 ? "AD" : "BC";
        case 'C': return number_text(year_of_era / 100, part.count);
        case 'Y': return year_text(year_of_era, part.count);
        case 'y': return year_text(time.year(), part.count);
        case 'x': return year_text(iso_week_of(time).year, part.count);
        case 'w': return number_text(iso_week_of(time).week, part.count);
        case 'e': return number_text(days_since_monday(time) + 1, part.count);
        case 'E':
            return name_text(day_names[static_cast<std::size_t>(days_since_monday(time))],
                             part.count);
        case 'D': return number_text(cctz::get_yearday(cctz::civil_day(time)), part.count);
        case 'd': return number_text(time.day(), part.count);
        case 'M':
            if (part.count < 3) return number_text(time.month(), part.count);
            return name_text(month_names[static_cast<std::size_t>(time.month() - 1)], part.count);
        default: return std::nullopt;
    }
}

std::optional<std::string> part_text(const PatternPart& part, const Instant& instant) {
    const cctz::civil_second& time = instant.local.cs;
    const int twelfth = time.hour() % 12;
    switch (part.letter) {
        case 'a': return time.hour() < 12 ? "AM" : "PM";
        case 'K': return number_text(twelfth, part.count);
        case 'h': return number_text(twelfth == 0 ? 12 : twelfth, part.count);
        case 'H': return number_text(time.hour(), part.count);
        case 'k': return number_text(time.hour() == 0 ? 24 : time.hour(), part.count);
        case 'm': return number_text(time.minute(), part.count);
        case 's': return number_text(time.second(), part.count);
        case 'S': return fraction_text(instant.millisecond, part.count);
        case 'z': return std::string(instant.local.abbr);
        case 'Z':
            if (part.count >= 3) return instant.zone;
            return offset_text(instant.local.offset, part.count == 2);
        default: return date_text(part, instant);
    }
}

}  // namespace

std::optional<std::vector<PatternPart>> split_pattern(std::string_view pattern) {
    std::vector<PatternPart> parts;
    const auto literal = [&]() -> std::string& {
        if (parts.empty() || parts.back().letter != '\0') parts.emplace_back();
        return parts.back().text;
    };
    for (std::size_t at = 0; at < pattern.size();) {
        const char c = pattern[at];
        if (c == '\'') {
            const auto end = take_quoted(pattern, at, literal());
            if (!end) return std::nullopt;
            at = *end;
        } else if (is_letter(c)) {
            const std::size_t end = std::min(pattern.find_first_not_of(c, at), pattern.size());
            parts.push_back({c, end - at, {}});
            at = end;
        } else {
            literal() += c;
            ++at;
        }
    }
    return parts;
}

std::optional<std::string> format_time(std::string_view pattern, std::int64_t milliseconds,
                                       const std::string& zone) {
    constexpr std::size_t count_max = 32;
    const auto parts = split_pattern(pattern);
    cctz::time_zone there;
    if (!parts || !cctz::load_time_zone(zone, &there)) return std::nullopt;
    const std::int64_t millisecond = ((milliseconds % 1000) + 1000) % 1000;
    const cctz::time_point<cctz::seconds> second{
        cctz::seconds((milliseconds - millisecond) / 1000)};
    const Instant instant{there.lookup(second), millisecond, zone};
    std::string text;
    for (const PatternPart& part : *parts) {
        if (part.letter == '\0') {
            text += part.text;
            continue;
        }
        if (part.count > count_max) return std::nullopt;
        const auto made = part_text(part, instant);
        if (!made) return std::nullopt;
        text += *made;
    }
    return text;
}

}  // namespace gatehouse::sql
