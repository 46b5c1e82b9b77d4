#include "functions/scrubber.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "base/encoding.h"

namespace gatehouse::functions {
namespace {

constexpr std::size_t secret_bytes_min = 4;
constexpr std::string_view mask = "****";
constexpr std::size_t no_match = std::string_view::npos;

// Who chooses both secret and line (a password and a user name that is printed) must not keep the
// server busy; what people write takes less than one step a byte.
constexpr std::size_t steps_max(std::size_t line_bytes) {
    return 16 * 1024 + 16 * line_bytes;
}

// Of UTF-8; a byte that belongs to none stands for itself.
std::string_view first_character(std::string_view text) {
    const auto lead = static_cast<std::uint8_t>(text.front());
    const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    return is_utf8(text.substr(0, bytes)) ? text.substr(0, bytes) : text.substr(0, 1);
}

char32_t code_point(std::string_view character) {
    const auto lead = static_cast<std::uint8_t>(character.front());
    if (character.size() == 1) return lead;
    char32_t code = lead & (0x7f >> character.size());
    for (const char byte : character.substr(1)) code = code << 6 | (byte & 0x3f);
    return code;
}

std::optional<std::uint32_t> hexadecimal(std::string_view line, std::size_t at,
                                         std::size_t digits) {
    if (at > line.size() || line.size() - at < digits) return std::nullopt;
    std::uint32_t value = 0;
    const char* const end = line.data() + at + digits;
    const auto read = std::from_chars(line.data() + at, end, value, 16);
    return read.ptr == end ? std::optional(value) : std::nullopt;
}

std::size_t after_backslashes(std::string_view line, std::size_t at) {
    const std::size_t end = line.find_first_not_of('\\', at);
    return end == no_match ? line.size() : end;
}

// "\u00e9", or both halves of a pair beyond U+FFFF. `at`: behind the backslashes.
std::size_t match_utf16(std::string_view line, std::size_t at, char32_t code) {
    if (at >= line.size() || line[at] != 'u') return no_match;
    const auto unit = hexadecimal(line, at + 1, 4);
    at += 5;
    if (!unit) return no_match;
    if (code < 0x10000) return *unit == code ? at : no_match;
    if (*unit != 0xd800 + ((code - 0x10000) >> 10)) return no_match;
    const std::size_t second = after_backslashes(line, at);
    if (second == at || second >= line.size() || line[second] != 'u') return no_match;
    return hexadecimal(line, second + 1, 4) == 0xdc00 + ((code - 0x10000) & 0x3ff) ? second + 5
                                                                                   : no_match;
}

// Each byte as "\xc3", as Python shows bytes. `at`: behind the backslashes.
std::size_t match_escaped_bytes(std::string_view line, std::size_t at, std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i > 0) at = after_backslashes(line, at);
        if (at >= line.size() || line[at] != 'x') return no_match;
        if (hexadecimal(line, at + 1, 2) != static_cast<std::uint8_t>(bytes[i])) return no_match;
        at += 3;
    }
    return at;
}

std::size_t match_percent_encoded(std::string_view line, std::size_t at, std::string_view bytes) {
    for (const char byte : bytes) {
        if (at >= line.size() || line[at] != '%') return no_match;
        if (hexadecimal(line, at + 1, 2) != static_cast<std::uint8_t>(byte)) return no_match;
        at += 3;
    }
    return at;
}

// The letter that JSON and Python write behind a backslash for this control character; 0: none.
char escape_letter(char control) {
    constexpr std::string_view controls = "\a\b\f\n\r\t\v", letters = "abfnrtv";
    const std::size_t found = controls.find(control);
    return found == no_match ? '\0' : letters[found];
}

// What stands behind one or more backslashes.
std::size_t match_escaped(std::string_view line, std::size_t at, std::string_view letter) {
    if (at >= line.size()) return no_match;
    if (line[at] == escape_letter(letter.front())) return at + 1;
    const char32_t code = code_point(letter);
    if (const auto end = match_utf16(line, at, code); end != no_match) return end;
    if (line[at] == 'U' && hexadecimal(line, at + 1, 8) == code) return at + 9;
    if (line[at] == 'x' && hexadecimal(line, at + 1, 2) == code) return at + 3;
    return match_escaped_bytes(line, at, letter);
}

// Where one character of a form ends in the line, however it is written there.
std::size_t match_letter(std::string_view line, std::size_t at, std::string_view letter) {
    if (at >= line.size()) return no_match;
    if (line[at] == '%') {
        const auto end = match_percent_encoded(line, at, letter);
        if (end != no_match) return end;
    }
    if (line[at] == '+' && letter == " ") return at + 1;
    const std::size_t behind = after_backslashes(line, at);
    if (line.substr(behind).starts_with(letter)) return behind + letter.size();
    const bool is_escaped = behind > 0 && line[behind - 1] == '\\';
    return is_escaped ? match_escaped(line, behind, letter) : no_match;
}

// How many backslashes there are in the line is nobody's guess: each quoting doubles them.
std::size_t match_backslashes(std::string_view line, std::size_t at, std::size_t count) {
    const std::size_t end = after_backslashes(line, at);
    if (end >= at + count) return end;
    for (std::size_t i = 0; i < count; ++i) {
        at = match_percent_encoded(line, at, "\\");
        if (at == no_match) return no_match;
    }
    return at;
}

// Where the form that begins here ends. Takes a step a character.
std::size_t match(std::string_view line, std::size_t at, std::string_view form,
                  std::size_t& steps_left) {
    while (!form.empty() && at != no_match) {
        if (steps_left == 0) return no_match;
        --steps_left;
        if (form.front() == '\\') {
            const std::size_t count = after_backslashes(form, 0);
            at = match_backslashes(line, at, count);
            form.remove_prefix(count);
        } else {
            const std::string_view letter = first_character(form);
            at = match_letter(line, at, letter);
            form.remove_prefix(letter.size());
        }
    }
    return at;
}

std::string other_alphabet(std::string base64) {
    std::ranges::replace(base64, '+', '-');
    std::ranges::replace(base64, '/', '_');
    return base64;
}

}  // namespace

Scrubber::Scrubber(const std::vector<std::string>& secrets) {
    for (const std::string& secret : secrets) {
        if (secret.size() < secret_bytes_min) continue;
        const std::string padded = to_base64(bytes_of(secret));
        const std::string bare = padded.substr(0, padded.find('='));
        add(secret);
        add(padded);
        add(bare);
        add(other_alphabet(padded));
        add(other_alphabet(bare));
        for (std::size_t start = 0; secret.find('\n') != secret.npos && start < secret.size();) {
            const auto end = std::min(secret.find('\n', start), secret.size());
            add(secret.substr(start, end - start));
            start = end + 1;
        }
    }
}

void Scrubber::add(std::string form) {
    if (form.size() < secret_bytes_min || std::ranges::find(forms_, form) != forms_.end()) return;
    may_begin_[static_cast<std::uint8_t>(form.front())] = true;
    for (const char escape : {'\\', '%'}) may_begin_[static_cast<std::uint8_t>(escape)] = true;
    if (form.front() == ' ') may_begin_['+'] = true;
    forms_.push_back(std::move(form));
}

// A longer form may hold a shorter one. 0: none begins here.
std::size_t Scrubber::longest_match(std::string_view line, std::size_t at,
                                    std::size_t& steps_left) const {
    std::size_t longest = 0;
    for (const std::string& form : forms_) {
        const std::size_t end = match(line, at, form, steps_left);
        if (end != no_match) longest = std::max(longest, end - at);
    }
    return longest;
}

std::string Scrubber::scrub(std::string_view line) const {
    std::string result;
    std::size_t kept_from = 0;
    std::size_t steps_left = steps_max(line.size());
    for (std::size_t at = 0; at < line.size(); ++at) {
        if (!may_begin_[static_cast<std::uint8_t>(line[at])]) continue;
        if (at > 0 && line[at] == '\\' && line[at - 1] == '\\') continue;  // tried with the first
        std::size_t length = longest_match(line, at, steps_left);
        if (steps_left == 0) length = line.size() - at;  // not looked through: not shown
        if (length == 0) continue;
        result += line.substr(kept_from, at - kept_from);
        result += mask;
        kept_from = at + length;
        at = kept_from - 1;
    }
    result += line.substr(kept_from);
    return result;
}

}  // namespace gatehouse::functions
