#include "logs/level.h"

#include <array>

namespace gatehouse::logs {
namespace {

constexpr std::array<std::string_view, level_count> level_names = {"DISABLED", "ERROR", "WARN",
                                                                   "INFO",     "INFO",  "DEBUG"};

}  // namespace

std::string_view name_of(Level level) {
    return level_names[static_cast<std::size_t>(level)];
}

std::optional<Level> parse_level(std::string_view name) {
    for (std::size_t i = level_count; i > 0; --i) {  // from the most verbose
        if (level_names[i - 1] == name) return static_cast<Level>(i - 1);
    }
    return std::nullopt;
}

}  // namespace gatehouse::logs
