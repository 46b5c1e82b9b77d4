// The words of a statement. For sources of this module only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gatehouse::sql {

enum class TokenKind : std::uint8_t { End, Name, Variable, String, Number, Symbol };

struct Token {
    TokenKind kind = TokenKind::End;
    std::string text;  // of a string without its quotes, of a variable without its @
    char quote = '\0';
    std::size_t begin = 0;  // in the statement
    std::size_t end = 0;
};

// Line and column of a place in a text.
Place place_in(std::string_view text, std::size_t at);

// Knows the token at hand and the next one.
class Lexer {
public:
    // Reads from `at` on.
    explicit Lexer(std::string_view text, std::size_t at = 0) : text_(text), at_(at) {}

    // Reads the first token; call once.
    Result<void> start();
    const Token& token() const { return token_; }
    const Token& next() const { return next_; }
    // Where the token before token() ended.
    std::size_t last_end() const { return last_end_; }
    Result<void> advance();

    bool is_symbol(std::string_view symbol) const;
    // In any case.
    bool is_keyword(std::string_view word) const;
    static bool is_keyword(const Token& token, std::string_view word);

    // InvalidInput with the place: what was expected, and what stands there.
    std::unexpected<Error> expected(std::string_view what) const;
    std::unexpected<Error> wrong_at(std::size_t at, std::string message) const;

private:
    void look_ahead();
    Result<Token> read();
    Result<Token> read_string();
    Token read_while(TokenKind kind, std::size_t begin, bool (*belongs)(char));
    Result<Token> read_number();
    void take_digits();

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t last_end_ = 0;
    Token token_;
    Token next_;
    std::optional<Error> next_error_;  // why there is no next token; told when it is wanted
};

// Whether two words are the same but for the case of ASCII letters.
bool is_same_word(std::string_view a, std::string_view b);

}  // namespace gatehouse::sql
