#include "logs/masking.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/encoding.h"

namespace gatehouse::logs {
namespace {

constexpr std::array<std::string_view, 5> harmless_keys = {"x-amz-customauthorizer-name", "SDK",
                                                           "Version", "Platform", "Metadata"};

// The gateway does not look at the case of the authorizer's key either.
char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

void append_masked_pair(std::string& out, std::string_view pair) {
    const std::size_t equals = pair.find('=');
    const std::string_view key = pair.substr(0, equals);
    const auto is_key = [key](std::string_view harmless) {
        return std::ranges::equal(key, harmless, {}, to_lower, to_lower);
    };
    if (std::ranges::any_of(harmless_keys, is_key)) {
        out += pair;
        return;
    }
    // Without '=' the pair may be a bare token.
    if (equals == pair.npos) {
        if (!pair.empty()) out += mask;
        return;
    }
    out += key;
    out += '=';
    out += mask;
}

}  // namespace

bool is_like_token(std::string_view text) {
    constexpr std::string_view bearer = "bearer ";
    if (std::ranges::equal(text.substr(0, bearer.size()), bearer, {}, to_lower)) {
        text.remove_prefix(bearer.size());
    }
    std::string header(text.substr(0, text.find('.')));
    const auto dots = std::ranges::count(text, '.');
    const bool is_spelt = std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '-' ||
               c == '_' || c == '.' || c == '=';
    });
    if (dots < 2 || !is_spelt) return false;
    // The beginning is enough, and whole groups need no padding.
    header.resize(header.size() / 4 * 4);
    std::ranges::replace(header, '-', '+');
    std::ranges::replace(header, '_', '/');
    if (header.ends_with('=')) header.resize(header.size() - 4);
    const auto decoded = from_base64(header);
    if (!decoded) return false;
    const auto first = std::ranges::find_if(*decoded, [](auto byte) {
        return byte != ' ' && byte != '\t' && byte != '\n' && byte != '\r';
    });
    return first != decoded->end() && *first == '{';
}

std::string shown_text(std::string_view text) {
    if (text.size() <= shown_bytes_max) return std::string(text);
    std::size_t end = shown_bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    return fmt::format("{}… ({} bytes)", text.substr(0, end), text.size());
}

std::string masked_user_name(std::string_view user_name) {
    const std::size_t query = user_name.find('?');
    std::string out(user_name.substr(0, query));
    if (is_like_token(out)) out = mask;
    if (query == user_name.npos) return out;
    char separator = '?';
    std::size_t at = query + 1;
    while (true) {
        // A second '?' is taken as a separator too, since clients send it by mistake.
        const std::size_t end = user_name.find_first_of("&?", at);
        out += separator;
        append_masked_pair(out, user_name.substr(at, end - at));
        if (end == user_name.npos) return out;
        separator = user_name[end];
        at = end + 1;
    }
}

}  // namespace gatehouse::logs
