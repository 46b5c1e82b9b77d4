#include "logs/level.h"

#include <array>

namespace gatehouse::logs {
namespace {

constexpr std::array<std::string_view, level_count> level_names = {"DISABLED", "ERROR", "WARN",
                                                                   "INFO", "DEBUG"};

}  // namespace

std::string_view name_of(Level level) {
    return level_names[static_cast<std::size_t>(level)];
}

std::optional<Level> parse_level(std::string_view name) {
    for (std::size_t i = 0; i < level_count; ++i) {
        if (level_names[i] == name) return static_cast<Level>(i);
    }
    return std::nullopt;
}

}  // namespace gatehouse::logs
