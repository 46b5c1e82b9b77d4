// What a query of the fleet index says, as a tree: the language between its parser and whoever
// evaluates it. Values only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::indexing {

// In the texts of a query: what stood as an unescaped `*` and `?`. No query holds these characters.
inline constexpr char any_run = '\x01';
inline constexpr char any_one = '\x02';

// Letters and blanks of ASCII, in queries and in what they are compared with.
constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
constexpr bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct Bound {
    std::string text;              // lower case
    std::optional<double> number;  // it was written as one, without quotes
    bool is_inclusive = false;
};

// What a field's value is compared with.
struct Test {
    enum class Kind : std::uint8_t {
        Word,    // one of the value's words fits `words.front()`
        Phrase,  // `words` stand in it one after another
        Exists,  // the field has a value
        Range,   // it lies between the bounds
        Geo,     // it is a place near another one
    };
    Kind kind = Kind::Word;
    std::string field;               // empty: any
    std::vector<std::string> words;  // lower case
    std::optional<Bound> low;
    std::optional<Bound> high;

    // The bounds are numbers: values that are none do not lie between them.
    bool is_numeric() const { return (low && low->number) || (high && high->number); }
};

struct Expression {
    enum class Kind : std::uint8_t { All, And, Or, Not, Test };
    Kind kind = Kind::All;
    std::vector<Expression> parts;  // And, Or: at least two; Not: one
    Test test;                      // Test
};

}  // namespace gatehouse::indexing
