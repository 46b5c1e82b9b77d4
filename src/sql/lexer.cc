#include "sql/lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sql/characters.h"

namespace gatehouse::sql {
namespace {

bool begins_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}
bool is_of_name(char c) {
    return begins_name(c) || is_digit(c);
}
char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr std::array<std::string_view, 4> long_symbols{"<=", ">=", "<>", "!="};
constexpr std::string_view symbols = "()[]{},.:+-*/%=<>";

std::string in_words(const Token& token) {
    switch (token.kind) {
        case TokenKind::End: return "the end";
        case TokenKind::Variable: return fmt::format("@{}", token.text);
        case TokenKind::String: return fmt::format("{0}{1}{0}", token.quote, token.text);
        default: return fmt::format("'{}'", token.text);
    }
}

}  // namespace

bool is_same_word(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b,
                              [](char one, char other) { return lower(one) == lower(other); });
}

Place place_in(std::string_view text, std::size_t at) {
    const std::string_view before = text.substr(0, at);
    const auto lines = std::ranges::count(before, '\n');
    return {"sql", static_cast<std::uint32_t>(lines + 1),
            static_cast<std::uint32_t>(at - (before.rfind('\n') + 1) + 1)};
}

std::unexpected<Error> Lexer::wrong_at(std::size_t at, std::string message) const {
    return fail(ErrorKind::InvalidInput, std::move(message), place_in(text_, at));
}

std::unexpected<Error> Lexer::expected(std::string_view what) const {
    return wrong_at(token_.begin, fmt::format("expected {}, found {}", what, in_words(token_)));
}

Result<void> Lexer::start() {
    look_ahead();
    return advance();
}

Result<void> Lexer::advance() {
    if (next_error_) return fail(*next_error_);
    last_end_ = token_.end;
    token_ = std::move(next_);
    look_ahead();
    return {};
}

void Lexer::look_ahead() {
    auto read_next = read();
    next_ = read_next ? std::move(*read_next) : Token{.text = {}, .begin = at_, .end = at_};
    if (!read_next) next_error_ = std::move(read_next.error());
}

bool Lexer::is_symbol(std::string_view symbol) const {
    return token_.kind == TokenKind::Symbol && token_.text == symbol;
}
bool Lexer::is_keyword(const Token& token, std::string_view word) {
    return token.kind == TokenKind::Name && is_same_word(token.text, word);
}
bool Lexer::is_keyword(std::string_view word) const {
    return is_keyword(token_, word);
}

Result<Token> Lexer::read() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    if (at_ == text_.size()) return Token{.text = {}, .begin = at_, .end = at_};
    const char c = text_[at_];
    if (c == '\'' || c == '"') return read_string();
    if (begins_name(c)) return read_while(TokenKind::Name, at_, is_of_name);
    if (is_digit(c)) return read_number();
    if (c == '@') {
        ++at_;
        Token variable = read_while(TokenKind::Variable, at_, is_of_name);
        --variable.begin;
        if (variable.text.empty()) return wrong_at(variable.begin, "expected a name behind @");
        return variable;
    }
    for (const std::string_view symbol : long_symbols) {
        if (!text_.substr(at_).starts_with(symbol)) continue;
        at_ += symbol.size();
        return Token{TokenKind::Symbol, std::string(symbol), '\0', at_ - symbol.size(), at_};
    }
    if (symbols.find(c) == symbols.npos) {
        return wrong_at(at_, fmt::format("'{}' has no meaning in SQL", c));
    }
    ++at_;
    return Token{TokenKind::Symbol, std::string(1, c), '\0', at_ - 1, at_};
}

Token Lexer::read_while(TokenKind kind, std::size_t begin, bool (*belongs)(char)) {
    while (at_ < text_.size() && belongs(text_[at_])) ++at_;
    return {kind, std::string(text_.substr(begin, at_ - begin)), '\0', begin, at_};
}

void Lexer::take_digits() {
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
}

Result<Token> Lexer::read_number() {
    const std::size_t begin = at_;
    const auto is_digit_at = [&](std::size_t at) {
        return at < text_.size() && is_digit(text_[at]);
    };
    take_digits();
    if (at_ < text_.size() && text_[at_] == '.' && is_digit_at(at_ + 1)) {
        ++at_;
        take_digits();
    }
    if (at_ < text_.size() && lower(text_[at_]) == 'e') {
        const std::size_t sign =
            at_ + 1 < text_.size() && (text_[at_ + 1] == '-' || text_[at_ + 1] == '+');
        if (is_digit_at(at_ + 1 + sign)) {
            at_ += 1 + sign;
            take_digits();
        }
    }
    if (at_ < text_.size() && begins_name(text_[at_])) {
        return wrong_at(begin, "a name cannot begin with a digit; write get(object, \"1name\")");
    }
    return Token{TokenKind::Number, std::string(text_.substr(begin, at_ - begin)), '\0', begin,
                 at_};
}

// A quote of the same kind within it is written twice.
Result<Token> Lexer::read_string() {
    Token token{.kind = TokenKind::String, .text = {}, .quote = text_[at_], .begin = at_};
    for (++at_; at_ < text_.size(); ++at_) {
        if (text_[at_] == token.quote) {
            const bool is_doubled = at_ + 1 < text_.size() && text_[at_ + 1] == token.quote;
            if (!is_doubled) {
                token.end = ++at_;
                return token;
            }
            ++at_;
        }
        token.text += text_[at_];
    }
    return wrong_at(token.begin,
                    fmt::format("the text does not end; expected another {}", token.quote));
}

}  // namespace gatehouse::sql
