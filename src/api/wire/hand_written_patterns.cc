#include "api/wire/hand_written_patterns.h"

namespace gatehouse::api::wire {
namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view name_characters =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

bool only(std::string_view text, std::string_view characters) {
    return text.find_first_not_of(characters) == text.npos;
}

bool is_host_label(std::string_view text) {
    return !text.empty() && text.size() <= 63 && only(text, name_characters) &&
           text.find('_') == text.npos && !text.starts_with('-') && !text.ends_with('-');
}

}  // namespace

bool is_alias_name(std::string_view text) {
    return !text.empty() && only(text, name_characters) && !only(text, digits);
}

bool is_function_url_qualifier(std::string_view text) {
    return text == "$LATEST" || is_alias_name(text);
}

bool is_bucket_name(std::string_view text) {
    for (const char c : text) {
        if (c != '.' && name_characters.find(c) == name_characters.npos) return false;
    }
    return !text.ends_with('.');
}

bool is_account_alias(std::string_view text) {
    return !text.empty() && only(text, "0123456789abcdefghijklmnopqrstuvwxyz-") &&
           !text.starts_with('-') && !text.ends_with('-') && text.find("--") == text.npos;
}

bool is_certificate_domain(std::string_view text) {
    if (text.starts_with("*.")) text.remove_prefix(2);
    const std::size_t last_dot = text.rfind('.');
    if (last_dot == text.npos || text.size() - last_dot < 3) return false;
    while (true) {
        const std::size_t dot = text.find('.');
        if (!is_host_label(text.substr(0, dot))) return false;
        if (dot == text.npos) return true;
        text.remove_prefix(dot + 1);
    }
}

}  // namespace gatehouse::api::wire
