#include "sql/document.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>

#include "base/encoding.h"
#include "sql/characters.h"

namespace gatehouse::sql {
namespace {

constexpr std::string_view short_escapes = "\"\\/bfnrt";
constexpr std::string_view short_escaped = "\"\\/\b\f\n\r\t";

std::optional<unsigned> four_hex_digits(std::string_view text) {
    if (text.size() < 4) return std::nullopt;
    unsigned unit = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + 4, unit, 16);
    if (error != std::errc() || stop != text.data() + 4) return std::nullopt;
    return unit;
}

void append_code_point(std::string& out, unsigned point) {
    const auto add = [&](unsigned byte) { out += static_cast<char>(byte); };
    if (point < 0x80) {
        add(point);
    } else if (point < 0x800) {
        add(0xc0 | (point >> 6));
        add(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
        add(0xe0 | (point >> 12));
        add(0x80 | ((point >> 6) & 0x3f));
        add(0x80 | (point & 0x3f));
    } else {
        add(0xf0 | (point >> 18));
        add(0x80 | ((point >> 12) & 0x3f));
        add(0x80 | ((point >> 6) & 0x3f));
        add(0x80 | (point & 0x3f));
    }
}

bool is_high(unsigned unit) {
    return unit >= 0xd800 && unit < 0xdc00;
}
bool is_low(unsigned unit) {
    return unit >= 0xdc00 && unit < 0xe000;
}

// Bytes at the start that stand for themselves in a string, eight at a time: no quotes, no
// backslashes, no control characters. A few more may follow.
std::size_t plain_length(std::string_view text) {
    constexpr std::uint64_t ones = 0x0101010101010101;
    constexpr std::uint64_t high_bits = 0x8080808080808080;
    // The lowest bit that it sets is of the first byte that is below `least`; the others may be of
    // none.
    const auto below = [](std::uint64_t bytes, std::uint64_t least) {
        return (bytes - ones * least) & ~bytes & high_bits;
    };
    std::size_t length = 0;
    for (std::uint64_t eight = 0; length + sizeof(eight) <= text.size(); length += sizeof(eight)) {
        std::memcpy(&eight, text.data() + length, sizeof(eight));
        const std::uint64_t others =
            below(eight, ' ') | below(eight ^ (ones * '"'), 1) | below(eight ^ (ones * '\\'), 1);
        if (others == 0) continue;
        if constexpr (std::endian::native != std::endian::little) return length;
        return length + static_cast<std::size_t>(std::countr_zero(others)) / 8;
    }
    return length;
}

}  // namespace

// Reads a text into the nodes of a document, without recursion.
class DocumentReader {
public:
    DocumentReader(std::string_view text, std::vector<Document::Node>& nodes)
        : text_(text), nodes_(nodes) {}

    Result<void> read() {
        nodes_.clear();
        if (read_all()) return {};
        return fail(std::move(*problem_));
    }

private:
    using Kind = Document::Kind;

    // All that read something: false where it is not there; then there is a problem.
    bool read_all() {
        if (text_.size() >= std::numeric_limits<std::uint32_t>::max()) {
            return refuse({ErrorKind::TooLarge, "the payload has over 4 GiB", {}});
        }
        if (!is_utf8(text_)) return wrong("the payload is not UTF-8");
        skip_blanks();
        if (!read_value()) return false;
        while (open_count_ > 0) {
            if (!go_on()) return false;
        }
        skip_blanks();
        return at_ == text_.size() || wrong("expected the end behind the value");
    }

    bool refuse(Error problem) {
        problem_ = std::move(problem);
        return false;
    }
    bool wrong(std::string_view what) {
        const std::string_view before = text_.substr(0, at_);
        const auto lines = std::ranges::count(before, '\n');
        const std::size_t line_begin = before.rfind('\n') + 1;
        return refuse({ErrorKind::InvalidInput,
                       std::string(what),
                       {{},
                        static_cast<std::uint32_t>(lines + 1),
                        static_cast<std::uint32_t>(at_ - line_begin + 1)}});
    }

    char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void skip_blanks() {
        while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    }
    bool take(char c) {
        if (here() != c || at_ == text_.size()) return false;
        ++at_;
        return true;
    }

    // Within the innermost array or object, behind a value or its opening.
    bool go_on() {
        const Document::Place opened = open_[open_count_ - 1];
        const bool is_object = nodes_[opened].kind == Kind::Object;
        const bool is_first = nodes_.size() == opened + 1;
        skip_blanks();
        if (take(is_object ? '}' : ']')) {
            nodes_[opened].end = static_cast<Document::Place>(nodes_.size());
            nodes_[opened].length = static_cast<std::uint32_t>(at_ - nodes_[opened].begin);
            --open_count_;
            return true;
        }
        if (!is_first) {
            if (!take(',')) return wrong(is_object ? "expected , or }" : "expected , or ]");
            skip_blanks();
        }
        if (is_object) {
            if (here() != '"') return wrong("expected the name of a member in double quotes");
            if (!read_string()) return false;
            skip_blanks();
            if (!take(':')) return wrong("expected : behind the name of a member");
            skip_blanks();
        }
        return read_value();
    }

    void add(Kind kind, std::size_t begin, std::size_t length, bool has_escapes = false) {
        // In its place: made elsewhere and copied, it takes half of the time of reading.
        const auto end = static_cast<Document::Place>(nodes_.size() + 1);
        Document::Node& made = nodes_.emplace_back();
        made.begin = static_cast<std::uint32_t>(begin);
        made.length = static_cast<std::uint32_t>(length);
        made.end = end;
        made.kind = kind;
        made.has_escapes = has_escapes;
    }

    bool read_value() {
        switch (here()) {
            case '{': return open(Kind::Object);
            case '[': return open(Kind::Array);
            case '"': return read_string();
            case 't': return read_word("true", Kind::True);
            case 'f': return read_word("false", Kind::False);
            case 'n': return read_word("null", Kind::Null);
            default: return read_number();
        }
    }

    bool open(Kind kind) {
        if (open_count_ == open_.size()) {
            return refuse(
                {ErrorKind::TooLarge,
                 fmt::format("over {} arrays and objects within each other", Document::depth_max),
                 {}});
        }
        open_[open_count_++] = static_cast<Document::Place>(nodes_.size());
        add(kind, at_, 0);
        ++at_;
        return true;
    }

    bool read_word(std::string_view word, Kind kind) {
        if (!text_.substr(at_).starts_with(word)) return wrong("expected a value");
        add(kind, at_, word.size());
        at_ += word.size();
        return true;
    }

    bool take_digits() {
        if (!is_digit(here())) return false;
        while (is_digit(here())) ++at_;
        return true;
    }

    bool read_number() {
        const std::size_t begin = at_;
        const bool is_negative = take('-');
        if (!is_digit(here())) return wrong(is_negative ? "expected a digit" : "expected a value");
        if (!take('0')) take_digits();
        if (take('.') && !take_digits()) return wrong("expected a digit behind the point");
        if (here() == 'e' || here() == 'E') {
            ++at_;
            if (!take('-')) take('+');
            if (!take_digits()) return wrong("expected a digit in the exponent");
        }
        add(Kind::Number, begin, at_ - begin);
        return true;
    }

    bool read_string() {
        const std::size_t begin = ++at_;
        bool has_escapes = false;
        for (at_ += plain_length(text_.substr(at_)); at_ < text_.size();) {
            const char c = text_[at_];
            if (c == '"') {
                add(Kind::String, begin, at_ - begin, has_escapes);
                ++at_;
                return true;
            }
            if (static_cast<unsigned char>(c) < 0x20) {
                return wrong("a control character has to be escaped in a string");
            }
            ++at_;
            if (c != '\\') continue;
            has_escapes = true;
            if (!skip_escape()) return false;
            at_ += plain_length(text_.substr(at_));
        }
        return wrong("the string does not end");
    }

    bool skip_escape() {
        if (take('u')) {
            if (!four_hex_digits(text_.substr(at_)))
                return wrong("expected four hexadecimal digits");
            at_ += 4;
            return true;
        }
        if (at_ == text_.size() || short_escapes.find(text_[at_]) == short_escapes.npos) {
            return wrong("there is no such escape in JSON");
        }
        ++at_;
        return true;
    }

    std::string_view text_;
    std::vector<Document::Node>& nodes_;
    // What is begun and not at its end yet.
    std::array<Document::Place, Document::depth_max> open_;
    std::size_t open_count_ = 0;
    std::size_t at_ = 0;
    std::optional<Error> problem_;
};

Result<void> Document::parse(std::string_view text) {
    text_ = text;
    return DocumentReader(text, nodes_).read();
}

bool Document::is_named(Place name, std::string_view wanted) const {
    if (!has_escapes(name)) return token(name) == wanted;
    return unescape(token(name)) == wanted;
}

std::optional<Document::Place> Document::member(Place object, std::string_view name) const {
    std::optional<Place> found;
    for (Place at = first(object); at < end(object); at = next(at + 1)) {
        if (is_named(at, name)) found = at + 1;
    }
    return found;
}

// A half of a surrogate pair without the other becomes the replacement character.
std::string unescape(std::string_view token) {
    constexpr unsigned replacement = 0xfffd;
    std::string text;
    text.reserve(token.size());
    while (!token.empty()) {
        const std::size_t plain = std::min(token.find('\\'), token.size());
        text += token.substr(0, plain);
        token.remove_prefix(plain);
        if (token.empty()) break;
        if (token[1] != 'u') {
            text += short_escaped[short_escapes.find(token[1])];
            token.remove_prefix(2);
            continue;
        }
        unsigned point = four_hex_digits(token.substr(2)).value_or(replacement);
        token.remove_prefix(6);
        if (is_high(point) && token.starts_with("\\u")) {
            const unsigned low = four_hex_digits(token.substr(2)).value_or(0);
            if (is_low(low)) {
                point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
                token.remove_prefix(6);
            }
        }
        append_code_point(text, is_high(point) || is_low(point) ? replacement : point);
    }
    return text;
}

}  // namespace gatehouse::sql
