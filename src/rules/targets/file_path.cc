#include "rules/targets/file_path.h"

#include <algorithm>
#include <cstddef>

#include "base/encoding.h"

namespace gatehouse::rules {
namespace {

constexpr std::size_t path_bytes_max = 1024;
constexpr std::size_t path_parts_max = 16;
// With what is added to files that are full within what file systems take (255).
constexpr std::size_t part_bytes_max = 200;

bool is_path_part(std::string_view part) {
    return !part.empty() && part.size() <= part_bytes_max && part.front() != '.';
}

}  // namespace

bool is_name_of_full_file(std::string_view name) {
    const auto digits = name.find_last_not_of("0123456789");
    return digits != name.npos && digits + 1 < name.size() && name[digits] == '.';
}

bool is_file_path(std::string_view path) {
    const bool has_control = std::ranges::any_of(
        path, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
    if (path.size() > path_bytes_max || has_control || !is_utf8(path)) return false;
    if (is_name_of_full_file(path)) return false;
    for (std::size_t parts = 1; parts <= path_parts_max; ++parts) {
        const auto slash = path.find('/');
        if (!is_path_part(path.substr(0, slash))) return false;
        if (slash == path.npos) return true;
        path.remove_prefix(slash + 1);
    }
    return false;
}

}  // namespace gatehouse::rules
