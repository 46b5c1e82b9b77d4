#include <utility>

#include "base/encoding.h"
#include "sql/differential/plain_value.h"

namespace gatehouse::sql::plain {
namespace {

// By recursion, one character after the other; what is wrong is found at the end.
class JsonText {
public:
    JsonText(std::string_view text, Version version) : rest_(text), version_(version) {}

    std::optional<Value> whole() {
        Value read = value();
        skip_blanks();
        if (is_wrong_ || !rest_.empty()) return std::nullopt;
        return read;
    }

private:
    void skip_blanks() {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
    }
    bool take(std::string_view word) {
        if (!rest_.starts_with(word)) return false;
        rest_.remove_prefix(word.size());
        return true;
    }
    // Takes the word, or finds the text wrong.
    void want(std::string_view word) { is_wrong_ = !take(word) || is_wrong_; }

    Value value() {
        skip_blanks();
        if (take("null")) return null();
        if (take("true")) return of_truth(true);
        if (take("false")) return of_truth(false);
        if (rest_.starts_with('"')) return of_text(string());
        if (take("[")) return array();
        if (take("{")) return object();
        return number();
    }

    Value array() {
        std::vector<Value> items;
        skip_blanks();
        if (take("]")) return of_items({});
        do {
            items.push_back(value());
            skip_blanks();
        } while (!is_wrong_ && take(","));
        want("]");
        return of_items(std::move(items));
    }

    Value object() {
        Members members;
        skip_blanks();
        if (take("}")) return of_members({});
        do {
            skip_blanks();
            std::string name = string();
            skip_blanks();
            want(":");
            members.emplace_back(std::move(name), value());
            skip_blanks();
        } while (!is_wrong_ && take(","));
        want("}");
        return of_members(std::move(members));
    }

    Value number() {
        const std::size_t size = std::min(rest_.find_first_not_of("0123456789+-.eE"), rest_.size());
        const std::string_view text = rest_.substr(0, size);
        rest_.remove_prefix(size);
        const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
        const bool has_zero_in_front =
            digits.size() > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9';
        // Of those that are too large, there is still the way they are written.
        const std::size_t e = text.find_first_of("eE");
        const bool is_number = read_number(text.substr(0, e)).has_value() &&
                               (e == text.npos || read_number("1e-" + exponent_digits(text, e)));
        if (!is_number || has_zero_in_front) is_wrong_ = true;
        const auto number = read_number(text);
        if (!number) return {};
        const bool is_int = text.find_first_of(".eE") == text.npos ||
                            (version_ == Version::V2016 && is_whole(*number));
        return of_number(is_int ? Kind::Int : Kind::Decimal, number);
    }

    static std::string exponent_digits(std::string_view text, std::size_t e) {
        text.remove_prefix(e + 1);
        if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
        return std::string(text);
    }

    std::string string() {
        std::string text;
        want("\"");
        while (!is_wrong_ && !take("\"")) {
            if (rest_.empty() || static_cast<unsigned char>(rest_.front()) < ' ') {
                is_wrong_ = true;
            } else if (take("\\u")) {
                text += point_text(code_unit());
            } else if (take("\\")) {
                constexpr std::string_view names = "\"\\/bfnrt";
                constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
                const std::size_t at = rest_.empty() ? names.npos : names.find(rest_.front());
                if (at == names.npos) {
                    is_wrong_ = true;
                } else {
                    text += meanings[at];
                    rest_.remove_prefix(1);
                }
            } else {
                text += rest_.front();
                rest_.remove_prefix(1);
            }
        }
        return text;
    }

    unsigned code_unit() {
        const auto bytes = from_hex(rest_.substr(0, 4));
        if (!bytes || bytes->size() != 2) {
            is_wrong_ = true;
            return 0;
        }
        rest_.remove_prefix(4);
        return static_cast<unsigned>((*bytes)[0]) * 256 + (*bytes)[1];
    }

    // Two halves of a pair are one point; a half without the other is the replacement character.
    std::string point_text(unsigned unit) {
        if (unit >= 0xD800 && unit < 0xDC00 && rest_.starts_with("\\u")) {
            const std::string_view before = rest_;
            rest_.remove_prefix(2);
            const unsigned low = code_unit();
            if (low >= 0xDC00 && low < 0xE000) {
                return utf8(0x10000 + (unit - 0xD800) * 0x400 + (low - 0xDC00));
            }
            rest_ = before;
        }
        return utf8(unit >= 0xD800 && unit < 0xE000 ? 0xFFFD : unit);
    }

    static std::string utf8(unsigned point) {
        const auto byte = [](unsigned value) { return static_cast<char>(value); };
        const auto rest = [&](unsigned shift) { return byte(0x80 + ((point >> shift) % 64)); };
        if (point < 0x80) return {byte(point)};
        if (point < 0x800) return {byte(0xC0 + (point >> 6)), rest(0)};
        if (point < 0x10000) return {byte(0xE0 + (point >> 12)), rest(6), rest(0)};
        return {byte(0xF0 + (point >> 18)), rest(12), rest(6), rest(0)};
    }

    std::string_view rest_;
    const Version version_;
    bool is_wrong_ = false;
};

}  // namespace

std::optional<Value> read_json(std::string_view text, Version version) {
    if (!is_utf8(text)) return std::nullopt;
    return JsonText(text, version).whole();
}

}  // namespace gatehouse::sql::plain
