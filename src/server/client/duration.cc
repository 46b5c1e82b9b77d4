#include "server/client/duration.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

namespace gatehouse::server {
namespace {

constexpr std::int64_t most_ms = std::int64_t{100} * 365 * 24 * 3600 * 1000;

std::int64_t milliseconds_in(std::string_view unit) {
    constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> units{
        {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
    for (const auto& [name, ms] : units) {
        if (name == unit) return ms;
    }
    return 0;
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
    const auto wrong = [&] {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("'{}' is no span of time; write a number with ms, s, m, h or d, "
                                "such as 90s, 5m or 1h30m",
                                text.substr(0, 40)));
    };
    std::int64_t total = 0;
    std::string_view rest = text;
    if (rest.empty()) return wrong();
    while (!rest.empty()) {
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
        if (error != std::errc() || number < 0 || number > most_ms) return wrong();
        rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
        const auto unit_end = std::min(rest.find_first_of("0123456789"), rest.size());
        const std::int64_t unit = milliseconds_in(rest.substr(0, unit_end));
        if (unit == 0 || number > (most_ms - total) / unit) return wrong();
        total += number * unit;
        rest.remove_prefix(unit_end);
    }
    return std::chrono::milliseconds(total);
}

}  // namespace gatehouse::server
