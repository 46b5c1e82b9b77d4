// What the three kinds of filter patterns are made of. For filter_*.cc only.
#pragma once

#include <re2/re2.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "logs/filter_pattern.h"

namespace gatehouse::logs {

class FilterPattern::Matcher {
public:
    virtual ~Matcher() = default;
    virtual bool matches(std::string_view message) const = 0;
};

namespace filter {

inline constexpr std::size_t pattern_bytes_max = 1024;
inline constexpr std::size_t nesting_max = 32;
inline constexpr std::size_t regexes_max = 2;

// Reads a pattern from left to right.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    void skip_blanks();
    bool at_end() const { return at_ >= text_.size(); }
    char peek() const { return at_end() ? '\0' : text_[at_]; }
    std::size_t at() const { return at_; }
    // Takes the text if it is next.
    bool take(std::string_view expected);
    // Takes a word of letters if it is next, whatever its case, and no letter follows.
    bool take_word(std::string_view expected);
    // Takes characters up to one of `stops` or the end.
    std::string_view take_until(std::string_view stops);
    std::string_view rest() const { return text_.substr(at_); }
    void advance(std::size_t count) { at_ += count; }

    // "…" with \" and \\ inside; the opening quote is next.
    Result<std::string> take_quoted();
    // %…%; the opening % is next. Counts towards regexes_max.
    Result<std::unique_ptr<const RE2>> take_regex();

    std::unexpected<Error> wrong(std::string_view what) const;

private:
    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t regexes_ = 0;
};

enum class Comparison : std::uint8_t {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual
};

// The operator that is next.
Result<Comparison> take_comparison(Scanner& scanner);

// The right side of a comparison: a text (with * for any characters), a number, or a regular
// expression.
class Operand {
public:
    // Next in the scanner; a bare word ends at a blank or one of `stops`.
    static Result<Operand> take(Scanner& scanner, Comparison comparison, std::string_view stops);

    // Compares a text of the message with this operand.
    bool holds_for_text(std::string_view text) const;
    // Compares a number; `text` is how the message wrote it.
    bool holds_for_number(long double number, std::string_view text) const;

private:
    bool equals(std::string_view text) const;
    bool orders(long double number) const;

    Comparison comparison_ = Comparison::Equal;
    bool quoted_ = false;
    std::string text_;
    std::optional<long double> number_;
    std::unique_ptr<const RE2> regex_;
};

// Whether the text matches with * standing for any characters.
bool matches_wildcard(std::string_view pattern, std::string_view text);
// The whole text as a finite decimal number.
std::optional<long double> parse_number(std::string_view text);

using MatcherResult = Result<std::unique_ptr<const FilterPattern::Matcher>>;
MatcherResult parse_terms(std::string_view pattern);         // A -B ?C "d e" %f%
MatcherResult parse_json_filter(std::string_view pattern);   // { $.a = 1 }
MatcherResult parse_space_filter(std::string_view pattern);  // [a, b = 1, ...]

}  // namespace filter
}  // namespace gatehouse::logs
