#include "logs/json_text.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace gatehouse::logs {
namespace {

enum class Class : std::uint8_t { Plain, Escape, Lead };

constexpr std::array<Class, 256> classes = [] {
    std::array<Class, 256> table{};
    for (std::size_t c = 0; c < 256; ++c) {
        if (c >= 0x80) {
            table[c] = Class::Lead;
        } else if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f) {
            table[c] = Class::Escape;
        }
    }
    return table;
}();

bool continues(std::string_view text, std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
}

// Length of the well-formed multi-byte character at `at`, 0 when there is none (Unicode 15,
// table 3-7).
std::size_t character_length(std::string_view text, std::size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const auto second = at + 1 < text.size() ? static_cast<unsigned char>(text[at + 1])
                                             : static_cast<unsigned char>(0);
    if (!continues(text, at + 1)) return 0;
    if (lead >= 0xc2 && lead <= 0xdf) return 2;
    if (!continues(text, at + 2)) return 0;
    if (lead == 0xe0) return second >= 0xa0 ? 3 : 0;
    if (lead == 0xed) return second <= 0x9f ? 3 : 0;
    if (lead >= 0xe1 && lead <= 0xef) return 3;
    if (!continues(text, at + 3)) return 0;
    if (lead == 0xf0) return second >= 0x90 ? 4 : 0;
    if (lead == 0xf4) return second <= 0x8f ? 4 : 0;
    return lead >= 0xf1 && lead <= 0xf3 ? 4 : 0;
}

void append_escape(std::string& out, unsigned char c) {
    switch (c) {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        default:
            constexpr std::string_view digits = "0123456789abcdef";
            out += "\\u00";
            out += digits[c >> 4];
            out += digits[c & 15];
    }
}

constexpr std::string_view replacement = "\xef\xbf\xbd";

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
    std::size_t plain = 0;  // start of what is copied as it is
    for (std::size_t i = 0; i < text.size();) {
        const auto c = static_cast<unsigned char>(text[i]);
        std::size_t length = 1;
        if (classes[c] == Class::Lead) length = character_length(text, i);
        if (classes[c] == Class::Plain || (classes[c] == Class::Lead && length > 0)) {
            i += length;
            continue;
        }
        out.append(text.substr(plain, i - plain));
        if (classes[c] == Class::Escape) {
            append_escape(out, c);
        } else {
            out += replacement;
        }
        plain = ++i;
    }
    out.append(text.substr(plain));
}

void append_utf8(std::string& out, std::string_view text) {
    std::size_t plain = 0;
    for (std::size_t i = 0; i < text.size();) {
        const auto c = static_cast<unsigned char>(text[i]);
        const std::size_t length = c < 0x80 ? 1 : character_length(text, i);
        if (length > 0) {
            i += length;
            continue;
        }
        out.append(text.substr(plain, i - plain));
        out += replacement;
        plain = ++i;
    }
    out.append(text.substr(plain));
}

}  // namespace gatehouse::logs
