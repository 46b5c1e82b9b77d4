#include "sql/characters.h"

#include <clocale>
#include <cwctype>
#include <locale>

namespace gatehouse::sql {
namespace {

bool continues(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

std::size_t length_at(std::string_view text, std::size_t at) {
    std::size_t end = at + 1;
    while (end < text.size() && continues(text[end])) ++end;
    return end - at;
}

wchar_t code_point_of(std::string_view character) {
    const auto first = static_cast<unsigned char>(character.front());
    unsigned point = first;
    if (character.size() > 1) point = first & (0xffU >> (character.size() + 1));
    for (const char c : character.substr(1)) {
        point = (point << 6) | (static_cast<unsigned char>(c) & 0x3f);
    }
    return static_cast<wchar_t>(point);
}

// The case of all alphabets, whatever the language of the machine.
locale_t alphabets() {
    static const locale_t made = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return made;
}

std::string in_case(std::string_view text, wint_t (*change)(wint_t, locale_t),
                    char (*change_ascii)(char)) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = length_at(text, at);
        const std::string_view character = text.substr(at, length);
        at += length;
        if (length == 1) {
            out += change_ascii(character.front());
        } else if (alphabets() == nullptr) {
            out += character;
        } else {
            const wint_t changed =
                change(static_cast<wint_t>(code_point_of(character)), alphabets());
            out += character_of(static_cast<std::int64_t>(changed));
        }
    }
    return out;
}

}  // namespace

std::size_t byte_of_character(std::string_view text, std::size_t character) {
    std::size_t at = 0;
    for (; at < text.size() && character > 0; --character) at += length_at(text, at);
    return at;
}

std::string lower_case(std::string_view text) {
    return in_case(text, towlower_l,
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
}

std::string upper_case(std::string_view text) {
    return in_case(text, towupper_l,
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
}

std::string character_of(std::int64_t code_point) {
    constexpr std::int64_t last = 0x10ffff;
    if (code_point < 0 || code_point > last || (code_point >= 0xd800 && code_point < 0xe000)) {
        return {};
    }
    const auto point = static_cast<unsigned>(code_point);
    std::string text;
    const auto add = [&](unsigned byte) { text += static_cast<char>(byte); };
    const auto add_rest = [&](unsigned shift) { add(0x80 | ((point >> shift) & 0x3f)); };
    if (point < 0x80) {
        add(point);
    } else if (point < 0x800) {
        add(0xc0 | (point >> 6));
        add_rest(0);
    } else if (point < 0x10000) {
        add(0xe0 | (point >> 12));
        add_rest(6);
        add_rest(0);
    } else {
        add(0xf0 | (point >> 18));
        add_rest(12);
        add_rest(6);
        add_rest(0);
    }
    return text;
}

}  // namespace gatehouse::sql
