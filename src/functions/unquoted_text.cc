#include "functions/unquoted_text.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/encoding.h"

namespace gatehouse::functions {
namespace {

using Place = UnquotedText::Place;

// What the number of an escape means.
enum class Number : std::uint8_t { Byte, CodePoint };

struct Character {
    char32_t code = 0;
    Place place;
};

std::optional<std::uint32_t> hexadecimal(std::string_view digits) {
    std::uint32_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value, 16);
    return read.ec == std::errc() && read.ptr == end ? std::optional(value) : std::nullopt;
}

// The control character that a letter stands for behind a backslash; 0: none.
char control_of(char letter) {
    constexpr std::string_view letters = "abfnrtv", controls = "\a\b\f\n\r\t\v";
    const auto at = letters.find(letter);
    return at == letters.npos ? '\0' : controls[at];
}

// How many digits an escape has; 0: this letter's has none.
std::size_t digits_behind_backslash(char letter) {
    return letter == 'x' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
}

char one_for_all(char c) {
    return c == '+' || c == '-' ? ' ' : c == '_' ? '/' : c;
}

bool is_code_point(std::uint32_t value) {
    return value < 0x110000;
}

// How many bytes the character has that begins with this one; 0: none does, or it is ASCII.
std::size_t bytes_of_lead(char first) {
    const auto lead = static_cast<std::uint8_t>(first);
    return lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
}

std::size_t utf8_bytes(std::string_view text) {
    const std::size_t bytes = bytes_of_lead(text.front());
    return bytes != 0 && text.size() >= bytes && is_utf8(text.substr(0, bytes)) ? bytes : 0;
}

// Bytes are added one by one; when the last ones are an escape, what it stands for takes their
// place, and may be the end of another.
class Unquoter {
public:
    void add(char c, Place place) {
        std::optional<Character> next = Character{static_cast<std::uint8_t>(c), place};
        while (next) {
            append(*next);
            next = take_escape();
        }
    }

    // What at the end waits for more is left out, and what waits before that.
    void close() {
        while (const std::size_t open = std::max(open_bytes(), open_character())) {
            cut_to(bytes_.size() - open);
        }
    }

    // Without the backslashes that escaped nothing, and in UTF-8.
    UnquotedText finish() const {
        UnquotedText result;
        for (std::size_t at = 0; at < bytes_.size();) {
            const auto byte = static_cast<std::uint8_t>(bytes_[at]);
            if (byte == '\\') {
                ++at;
            } else if (byte < 0x80) {
                put(result, bytes_.substr(at, 1), places_[at]);
                ++at;
            } else {
                at = finish_other(result, at);
            }
        }
        return result;
    }

private:
    static void put(UnquotedText& to, std::string_view bytes, Place place) {
        to.text += bytes;
        to.places.insert(to.places.end(), bytes.size(), place);
    }

    static std::string encoded(char32_t code) {
        std::string text;
        if (code < 0x800) {
            text += static_cast<char>(0xc0 | code >> 6);
        } else {
            if (code < 0x10000) {
                text += static_cast<char>(0xe0 | code >> 12);
            } else {
                text += static_cast<char>(0xf0 | code >> 18);
                text += static_cast<char>(0x80 | (code >> 12 & 0x3f));
            }
            text += static_cast<char>(0x80 | (code >> 6 & 0x3f));
        }
        return text + static_cast<char>(0x80 | (code & 0x3f));
    }

    // Half of a pair as encoded() writes it: ED A0..BF xx.
    std::optional<char32_t> surrogate_at(std::size_t at) const {
        const std::string_view text = std::string_view(bytes_).substr(at);
        if (text.size() < 3 || text[0] != '\xed' || (text[1] & 0xe0) != 0xa0) return std::nullopt;
        return 0xd000 | (text[1] & 0x3f) << 6 | (text[2] & 0x3f);
    }

    std::size_t finish_other(UnquotedText& result, std::size_t at) const {
        const auto high = surrogate_at(at),
                   low = surrogate_at(at + std::min<std::size_t>(3, bytes_.size() - at));
        if (high && low && *high < 0xdc00 && *low >= 0xdc00) {
            const char32_t code = 0x10000 + ((*high & 0x3ff) << 10) + (*low & 0x3ff);
            put(result, encoded(code), {places_[at].begin, places_[at + 5].end});
            return at + 6;
        }
        const std::size_t whole = utf8_bytes(std::string_view(bytes_).substr(at));
        if (whole != 0) {
            put(result, std::string_view(bytes_).substr(at, whole),
                {places_[at].begin, places_[at + whole - 1].end});
            return at + whole;
        }
        put(result, encoded(static_cast<std::uint8_t>(bytes_[at])), places_[at]);
        return at + 1;
    }

    // Of ASCII one, else as it is.
    void append(const Character& character) {
        const char c = one_for_all(static_cast<char>(character.code));
        const bool is_escaped = !bytes_.empty() && bytes_.back() == '\\';
        if (!is_escaped || digits_behind_backslash(c) != 0) {
            bytes_ += c;
            places_.push_back(character.place);
            return;
        }
        // Each quoting doubles backslashes: several are as good as one.
        const char control = control_of(c);
        bytes_.back() = control != '\0' ? control : c;
        places_.back().end = character.place.end;
    }

    std::size_t open_bytes() const {
        constexpr std::string_view hexadecimal_digits = "0123456789abcdefABCDEF";
        const auto kind = bytes_.find_last_not_of(hexadecimal_digits);
        if (kind == bytes_.npos) return 0;
        const std::size_t digits = bytes_.size() - kind - 1;
        if (bytes_[kind] == '%') return digits < 2 ? digits + 1 : 0;
        if (bytes_[kind] == '\\') return digits == 0 ? 1 : 0;
        const bool has_backslash = kind > 0 && bytes_[kind - 1] == '\\';
        return has_backslash && digits < digits_behind_backslash(bytes_[kind]) ? digits + 2 : 0;
    }

    // Of a character whose other bytes may follow.
    std::size_t open_character() const {
        for (std::size_t bytes = 1; bytes <= std::min<std::size_t>(3, bytes_.size()); ++bytes) {
            const char c = bytes_[bytes_.size() - bytes];
            if (!continues_character(c)) return bytes_of_lead(c) > bytes ? bytes : 0;
        }
        return 0;
    }

    void cut_to(std::size_t size) {
        bytes_.resize(size);
        places_.resize(size);
    }

    // Cuts the last bytes off. ASCII is returned, to be looked at with what is before it; else what
    // the escape stands for is there already.
    std::optional<Character> take(std::size_t bytes, std::uint32_t value, Number number) {
        const Place place{places_[places_.size() - bytes].begin, places_.back().end};
        cut_to(bytes_.size() - bytes);
        if (value < 0x80) return Character{value, place};
        const std::string text =
            number == Number::Byte ? std::string(1, static_cast<char>(value)) : encoded(value);
        bytes_ += text;
        places_.insert(places_.end(), text.size(), place);
        return std::nullopt;
    }

    std::optional<Character> take_escape() {
        const std::string_view text = bytes_;
        const auto digits_behind = [&](std::string_view opening, std::size_t digits) {
            const std::size_t bytes = opening.size() + digits;
            if (text.size() < bytes || !text.substr(text.size() - bytes).starts_with(opening)) {
                return std::optional<std::uint32_t>();
            }
            return hexadecimal(text.substr(text.size() - digits));
        };
        if (const auto value = digits_behind("%", 2)) return take(3, *value, Number::Byte);
        if (const auto value = digits_behind("\\x", 2)) return take(4, *value, Number::Byte);
        if (const auto value = digits_behind("\\u", 4)) return take(6, *value, Number::CodePoint);
        const auto value = digits_behind("\\U", 8);
        return value && is_code_point(*value) ? take(10, *value, Number::CodePoint) : std::nullopt;
    }

    std::string bytes_;
    std::vector<Place> places_;
};

Unquoter unquoter_of(std::string_view source) {
    Unquoter unquoter;
    for (std::uint32_t at = 0; at < source.size(); ++at) {
        unquoter.add(source[at], {at, at + 1});
    }
    return unquoter;
}

}  // namespace

bool continues_character(char c) {
    return (static_cast<std::uint8_t>(c) & 0xc0) == 0x80;
}

UnquotedText unquote(std::string_view source) {
    return unquoter_of(source).finish();
}

std::string unquote_part(std::string_view source) {
    Unquoter unquoter = unquoter_of(source);
    unquoter.close();
    return unquoter.finish().text;
}

}  // namespace gatehouse::functions
