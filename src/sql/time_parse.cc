#include <cctz/time_zone.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "sql/characters.h"
#include "sql/time_names.h"
#include "sql/time_pattern.h"

namespace gatehouse::sql {
namespace {

// What was read of a time.
struct Fields {
    std::optional<std::int64_t> year;
    std::optional<std::int64_t> month;
    std::optional<std::int64_t> day;
    std::optional<std::int64_t> day_of_year;
    std::optional<std::int64_t> hour;          // 0 to 23
    std::optional<std::int64_t> hour_of_half;  // 0 to 11
    std::optional<bool> is_afternoon;
    std::int64_t minute = 0;
    std::int64_t second = 0;
    std::int64_t millisecond = 0;
    bool is_before_christ = false;
    std::optional<int> offset;  // seconds east
    std::optional<cctz::time_zone> zone;
};

// Abbreviations that java.time reads in English.
struct ZoneName {
    std::string_view abbreviation;
    const char* zone;
};
constexpr std::array<ZoneName, 14> zone_names{{{"EST", "America/New_York"},
                                               {"EDT", "America/New_York"},
                                               {"CST", "America/Chicago"},
                                               {"CDT", "America/Chicago"},
                                               {"MST", "America/Denver"},
                                               {"MDT", "America/Denver"},
                                               {"PST", "America/Los_Angeles"},
                                               {"PDT", "America/Los_Angeles"},
                                               {"CET", "Europe/Paris"},
                                               {"CEST", "Europe/Paris"},
                                               {"BST", "Europe/London"},
                                               {"JST", "Asia/Tokyo"},
                                               {"IST", "Asia/Kolkata"},
                                               {"AEST", "Australia/Sydney"}}};

class TimeReader {
public:
    TimeReader(std::string_view text, std::span<const PatternPart> parts)
        : text_(text), parts_(parts) {}

    bool read() {
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            const bool is_crowded = i + 1 < parts_.size() && parts_[i + 1].letter != '\0';
            if (!read_part(parts_[i], is_crowded)) return false;
        }
        return text_.empty();
    }
    const Fields& fields() const { return fields_; }

private:
    bool take(std::string_view wanted) {
        if (!text_.starts_with(wanted)) return false;
        text_.remove_prefix(wanted.size());
        return true;
    }

    std::optional<std::int64_t> digits(std::size_t least, std::size_t most) {
        std::size_t count = 0;
        while (count < most && count < text_.size() && is_digit(text_[count])) ++count;
        if (count < least) return std::nullopt;
        std::int64_t number = 0;
        std::from_chars(text_.data(), text_.data() + count, number);
        text_.remove_prefix(count);
        return number;
    }

    // A number of one or two digits.
    bool number(const PatternPart& part, std::int64_t least, std::int64_t most,
                std::int64_t& into) {
        const auto read = digits(part.count, std::max<std::size_t>(part.count, 2));
        if (!read || *read < least || *read > most) return false;
        into = *read;
        return true;
    }
    bool number(const PatternPart& part, std::int64_t least, std::int64_t most,
                std::optional<std::int64_t>& into) {
        into.emplace();
        return number(part, least, most, *into);
    }

    template <std::size_t count>
    bool name(const PatternPart& part, const std::array<std::string_view, count>& names,
              std::int64_t& into) {
        for (std::size_t i = 0; i < count; ++i) {
            const std::string_view wanted =
                part.count >= 4 ? names[i] : names[i].substr(0, short_name_length);
            if (!take(wanted)) continue;
            into = static_cast<std::int64_t>(i + 1);
            return true;
        }
        return false;
    }

    bool year(const PatternPart& part, bool is_crowded) {
        if (part.count == 2) {
            const auto read = digits(2, 2);
            if (read) fields_.year = 2000 + *read;
            return read.has_value();
        }
        const std::size_t most = is_crowded && part.count > 1 ? part.count : 9;
        fields_.year = digits(std::min<std::size_t>(part.count, 9), most);
        return fields_.year.has_value();
    }

    bool month(const PatternPart& part) {
        if (part.count < 3) return number(part, 1, 12, fields_.month);
        fields_.month.emplace();
        return name(part, month_names, *fields_.month);
    }

    bool fraction(const PatternPart& part) {
        constexpr std::size_t digits_max = 9;
        if (part.count > digits_max) return false;
        const auto read = digits(part.count, part.count);
        if (!read) return false;
        fields_.millisecond = *read;
        for (std::size_t i = 3; i < part.count; ++i) fields_.millisecond /= 10;
        for (std::size_t i = part.count; i < 3; ++i) fields_.millisecond *= 10;
        return true;
    }

    bool era() {
        fields_.is_before_christ = text_.starts_with("BC");
        return take("AD") || take("BC");
    }
    bool half() {
        fields_.is_afternoon = text_.starts_with("PM");
        return take("AM") || take("PM");
    }

    // "+01", "+0100", "+01:00", "-5"
    bool offset() {
        const bool is_west = text_.starts_with('-');
        if (!take("+") && !take("-")) return false;
        const auto hours = digits(1, 2);
        if (!hours) return false;
        std::int64_t minutes = 0;
        const bool has_colon = take(":");
        if (has_colon || (!text_.empty() && is_digit(text_.front()))) {
            const auto read = digits(2, 2);
            if (!read) return false;
            minutes = *read;
        }
        if (*hours > 18 || minutes > 59) return false;
        const auto seconds = static_cast<int>((*hours * 60 + minutes) * 60);
        fields_.offset = is_west ? -seconds : seconds;
        return true;
    }

    // "Z", "UTC+01:00", "Europe/Paris", "PST"
    bool zone() {
        for (const std::string_view utc : {"UTC", "GMT", "UT"}) {
            if (!text_.starts_with(utc)) continue;
            take(utc);
            fields_.offset = 0;
            const bool has_offset = text_.starts_with('+') || text_.starts_with('-');
            return !has_offset || offset();
        }
        if (text_.starts_with('+') || text_.starts_with('-')) return offset();
        std::size_t length = 0;
        while (length < text_.size() && is_of_zone(text_[length])) ++length;
        std::string wanted(text_.substr(0, length));
        if (wanted == "Z") {
            fields_.offset = 0;
            return take("Z");
        }
        const auto known = std::ranges::find(zone_names, wanted, &ZoneName::abbreviation);
        if (known != zone_names.end()) wanted = known->zone;
        fields_.zone.emplace();
        text_.remove_prefix(length);
        return !wanted.empty() && cctz::load_time_zone(wanted, &*fields_.zone);
    }
    static bool is_of_zone(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '/' ||
               c == '_' || c == '-' || c == '+';
    }

    bool offset_or_z(const PatternPart& part) {
        if (part.letter == 'X' && take("Z")) {
            fields_.offset = 0;
            return true;
        }
        if (part.letter == 'O' || (part.letter == 'Z' && part.count == 4)) return zone();
        return offset();
    }

    bool read_part(const PatternPart& part, bool is_crowded) {
        std::int64_t unused = 0;
        switch (part.letter) {
            case '\0': return take(part.text);
            case 'G': return era();
            case 'u':
            case 'y': return year(part, is_crowded);
            case 'M':
            case 'L': return month(part);
            case 'd': return number(part, 1, 31, fields_.day);
            case 'D':
                fields_.day_of_year = digits(part.count, 3);
                return fields_.day_of_year && *fields_.day_of_year >= 1;
            case 'E': return name(part, day_names, unused);
            case 'a': return half();
            case 'h':
                if (!number(part, 1, 12, fields_.hour_of_half)) return false;
                *fields_.hour_of_half %= 12;
                return true;
            case 'K': return number(part, 0, 11, fields_.hour_of_half);
            case 'H': return number(part, 0, 23, fields_.hour);
            case 'k':
                if (!number(part, 1, 24, fields_.hour)) return false;
                *fields_.hour %= 24;
                return true;
            case 'm': return number(part, 0, 59, fields_.minute);
            case 's': return number(part, 0, 59, fields_.second);
            case 'S': return fraction(part);
            case 'V':
            case 'z': return zone();
            case 'O':
            case 'X':
            case 'x':
            case 'Z': return offset_or_z(part);
            default: return false;
        }
    }

    std::string_view text_;
    std::span<const PatternPart> parts_;
    Fields fields_;
};

// Days beyond a month's last are its last, as java.time has it.
std::optional<cctz::civil_day> day_of(const Fields& fields) {
    if (!fields.year) return std::nullopt;
    const std::int64_t year = fields.is_before_christ ? 1 - *fields.year : *fields.year;
    if (fields.day_of_year) {
        const cctz::civil_day day = cctz::civil_day(year, 1, 1) + (*fields.day_of_year - 1);
        return day.year() == year ? std::optional(day) : std::nullopt;
    }
    if (!fields.month || !fields.day) return std::nullopt;
    const cctz::civil_month month(year, static_cast<int>(*fields.month));
    const cctz::civil_day last = cctz::civil_day(month + 1) - 1;
    return cctz::civil_day(year, static_cast<int>(*fields.month),
                           std::min(static_cast<int>(*fields.day), last.day()));
}

std::optional<std::int64_t> hour_of(const Fields& fields) {
    if (fields.hour) return fields.hour;
    if (!fields.hour_of_half) return 0;
    if (!fields.is_afternoon) return std::nullopt;
    return *fields.hour_of_half + (*fields.is_afternoon ? 12 : 0);
}

}  // namespace

std::optional<std::int64_t> read_time(std::string_view text, std::string_view pattern) {
    const auto parts = split_pattern(pattern);
    if (!parts) return std::nullopt;
    TimeReader reader(text, *parts);
    if (!reader.read()) return std::nullopt;
    const Fields& fields = reader.fields();
    const auto day = day_of(fields);
    const auto hour = hour_of(fields);
    if (!day || !hour) return std::nullopt;
    const cctz::civil_second local(day->year(), day->month(), day->day(), *hour, fields.minute,
                                   fields.second);
    const bool is_in_zone = fields.zone && !fields.offset;
    const auto when = cctz::convert(local, is_in_zone ? *fields.zone : cctz::utc_time_zone());
    const std::int64_t seconds = when.time_since_epoch().count() - fields.offset.value_or(0);
    return seconds * 1000 + fields.millisecond;
}

}  // namespace gatehouse::sql
