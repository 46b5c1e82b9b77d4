#include "base/host_name.h"

#include <algorithm>

namespace gatehouse {
namespace {

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

}  // namespace

std::string canonical_host_name(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    std::string canonical(name);
    std::ranges::transform(canonical, canonical.begin(), [](char c) {
        return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return canonical;
}

bool is_canonical_host_name(std::string_view name) {
    return !name.ends_with('.') && std::ranges::none_of(name, is_upper);
}

}  // namespace gatehouse
