#include "signature/amz_time.h"

#include <algorithm>
#include <array>

namespace gatehouse::signature {
namespace {

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
    if (at + count > text.size()) return std::nullopt;
    int number = 0;
    for (const char c : text.substr(at, count)) {
        if (c < '0' || c > '9') return std::nullopt;
        number = number * 10 + (c - '0');
    }
    return number;
}

std::optional<WallTime> calendar_time(std::optional<int> year, std::optional<int> month,
                                      std::optional<int> day, std::optional<int> hour,
                                      std::optional<int> minute, std::optional<int> second) {
    using namespace std::chrono;
    if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
    const year_month_day date{std::chrono::year(*year),
                              std::chrono::month(static_cast<unsigned>(*month)),
                              std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok() || *year < 1970 || *hour > 23 || *minute > 59 || *second > 60) {
        return std::nullopt;
    }
    return WallTime(sys_days(date) + hours(*hour) + minutes(*minute) + seconds(*second));
}

}  // namespace

std::optional<WallTime> parse_amz_date(std::string_view text) {
    if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
    return calendar_time(digits(text, 0, 4), digits(text, 4, 2), digits(text, 6, 2),
                         digits(text, 9, 2), digits(text, 11, 2), digits(text, 13, 2));
}

std::optional<WallTime> parse_http_date(std::string_view text) {
    static constexpr std::array<std::string_view, 12> months = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    // "Thu, 10 Aug 2017 15:37:23 GMT"
    if (text.size() < 29 || text.substr(3, 2) != ", " || text[7] != ' ' || text[11] != ' ' ||
        text[16] != ' ' || text[19] != ':' || text[22] != ':' || text[25] != ' ') {
        return std::nullopt;
    }
    const std::string_view zone = text.substr(26);
    if (zone != "GMT" && zone != "UTC" && zone != "-0000") return std::nullopt;
    const auto month = std::find(months.begin(), months.end(), text.substr(8, 3));
    if (month == months.end()) return std::nullopt;
    return calendar_time(digits(text, 12, 4), static_cast<int>(month - months.begin()) + 1,
                         digits(text, 5, 2), digits(text, 17, 2), digits(text, 20, 2),
                         digits(text, 23, 2));
}

}  // namespace gatehouse::signature
