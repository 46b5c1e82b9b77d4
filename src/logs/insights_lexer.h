// The words of an Insights query. For insights_*.cc only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "logs/insights_query.h"

namespace gatehouse::logs::insights {

enum class TokenKind : std::uint8_t { End, Name, Quoted, Number, Symbol };

struct Token {
    TokenKind kind = TokenKind::End;
    std::string text;  // without quotes
    std::size_t at = 0;
    bool is_backticked = false;  // a name that is no keyword
};

// Looks one token ahead.
class Lexer {
public:
    explicit Lexer(std::string_view text) : text_(text) {}

    // Reads the first token; call once.
    Result<void> start() { return advance(); }
    const Token& token() const { return token_; }
    Result<void> advance();

    bool is_symbol(std::string_view symbol) const;
    // A keyword in whatever case.
    bool is_word(std::string_view word) const;
    // Whether the text goes on with /…/, which only the parser can tell from a division.
    bool is_regex() const { return is_symbol("/"); }
    // The text between the slashes, with \/ for a slash; the token after it is next.
    Result<std::string> take_regex();

    // Counts a compiled expression of so many steps; false: the query has too much of them.
    bool allows_regex(std::size_t steps) {
        regex_steps_ += steps;
        return ++regexes_ <= regexes_max && regex_steps_ <= regex_steps_max;
    }

    std::unexpected<Error> wrong(std::string_view what) const { return wrong_at(token_.at, what); }
    std::unexpected<Error> wrong_at(std::size_t at, std::string_view what) const;

private:
    void skip_blanks();
    Result<void> read_quoted(char quote);
    void read_number();
    void read_name();

    std::string_view text_;
    std::size_t at_ = 0;
    Token token_;
    std::size_t regexes_ = 0;
    std::size_t regex_steps_ = 0;
};

}  // namespace gatehouse::logs::insights
