#include "api/wire/timestamp.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace gatehouse::api::wire {
namespace {

using std::chrono::milliseconds;

std::string http_date(WallTime time) {
    static constexpr std::array<std::string_view, 7> days = {"Sun", "Mon", "Tue", "Wed",
                                                             "Thu", "Fri", "Sat"};
    static constexpr std::array<std::string_view, 12> months = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
    return fmt::format(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days[std::chrono::weekday(day).c_encoding()],
        static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
        static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
        clock.seconds().count());
}

std::optional<int> number_at(std::string_view text, std::size_t at, std::size_t count) {
    int number = 0;
    if (at + count > text.size()) return std::nullopt;
    for (const char c : text.substr(at, count)) {
        if (c < '0' || c > '9') return std::nullopt;
        number = number * 10 + (c - '0');
    }
    return number;
}

// "2018-01-09T20:51:21" with an optional fraction, then "Z".
std::optional<WallTime> parse_iso8601(std::string_view text) {
    if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
        text[13] != ':' || text[16] != ':' || text.back() != 'Z') {
        return std::nullopt;
    }
    const auto year = number_at(text, 0, 4), month = number_at(text, 5, 2),
               day = number_at(text, 8, 2), hour = number_at(text, 11, 2),
               minute = number_at(text, 14, 2), second = number_at(text, 17, 2);
    if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    int fraction = 0;
    if (text[19] == '.') {
        const std::string_view part = text.substr(20, text.size() - 21);
        if (part.empty() || part.find_first_not_of("0123456789") != part.npos) return std::nullopt;
        for (std::size_t i = 0; i < 3; ++i) {
            fraction = fraction * 10 + (i < part.size() ? part[i] - '0' : 0);
        }
    } else if (text.size() != 20) {
        return std::nullopt;
    }
    return WallTime(std::chrono::sys_days(date) + std::chrono::hours(*hour) +
                    std::chrono::minutes(*minute) + std::chrono::seconds(*second) +
                    milliseconds(fraction));
}

}  // namespace

std::string format_time(WallTime time, TimeForm form) {
    if (form == TimeForm::HttpDate) return http_date(time);
    if (form == TimeForm::Iso8601) return format_iso8601(time);
    const auto total = time.time_since_epoch().count();
    if (total % 1000 == 0) return std::to_string(total / 1000);
    return fmt::format("{}{}.{:03}", total < 0 ? "-" : "", std::abs(total) / 1000,
                       std::abs(total) % 1000);
}

std::optional<WallTime> time_from_epoch_seconds(double seconds) {
    // The years 1900 to 9999; beyond them calendars and clients disagree.
    if (!(seconds > -2208988800.0 && seconds < 253402300800.0)) return std::nullopt;
    return WallTime(milliseconds(std::llround(seconds * 1000.0)));
}

std::optional<WallTime> parse_time(std::string_view text) {
    double seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error == std::errc() && end == text.data() + text.size()) {
        return time_from_epoch_seconds(seconds);
    }
    return parse_iso8601(text);
}

}  // namespace gatehouse::api::wire
