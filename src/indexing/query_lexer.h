// The words of a fleet index query. For query_*.cc only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gatehouse::indexing {

enum class TokenKind : std::uint8_t { End, Word, Quoted, Symbol };

struct Token {
    TokenKind kind = TokenKind::End;
    std::string text;  // without quotes and escapes; wildcards as query_expression.h has them
    std::size_t at = 0;
    bool is_plain = true;        // no character was escaped
    bool is_exclusion = false;   // a word that begins with an unescaped hyphen
    bool follows_blank = false;  // it does not stand right behind the token before it
};

// Looks one token ahead.
class Lexer {
public:
    explicit Lexer(std::string_view text) : text_(text) {}

    // Reads the first token; call once.
    Result<void> start() { return advance(); }
    const Token& token() const { return token_; }
    Result<void> advance();
    // Takes the hyphen off a word that is_exclusion, or that word when it is all of it.
    Result<void> take_hyphen();

    bool is_symbol(std::string_view symbol) const;
    // AND, OR, NOT and TO, in capital letters.
    bool is_keyword(std::string_view word) const;

    // InvalidInput with the place: what is wrong, and what was expected.
    std::unexpected<Error> wrong(std::string_view what) const { return wrong_at(token_.at, what); }
    std::unexpected<Error> wrong_at(std::size_t at, std::string_view what) const;
    // The token in words: "'abc'", "the end of the query".
    std::string found() const;

private:
    Result<void> read_word();
    Result<void> read_quoted();

    std::string_view text_;
    std::size_t at_ = 0;
    Token token_;
};

}  // namespace gatehouse::indexing
