#include "api/wire/hand_written_patterns.h"

namespace gatehouse::api::wire {
namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view name_characters =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

bool only(std::string_view text, std::string_view characters) {
    return text.find_first_not_of(characters) == text.npos;
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

}  // namespace gatehouse::api::wire
