#include "logs/insights_lexer.h"

#include <fmt/format.h>

#include <algorithm>

namespace gatehouse::logs::insights {
namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '@' ||
           static_cast<unsigned char>(c) >= 0x80;
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

}  // namespace

std::unexpected<Error> Lexer::wrong_at(std::size_t at, std::string_view what) const {
    return fail(ErrorKind::InvalidInput, std::string(what),
                Place{"queryString", 1, static_cast<std::uint32_t>(at + 1)});
}

void Lexer::skip_blanks() {
    while (at_ < text_.size()) {
        const char c = text_[at_];
        if (c == '#') {
            at_ = std::min(text_.find('\n', at_), text_.size());
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            ++at_;
        } else {
            return;
        }
    }
}

Result<void> Lexer::advance() {
    skip_blanks();
    token_ = {.kind = TokenKind::End, .text = {}, .at = at_};
    if (at_ >= text_.size()) return {};
    const char c = text_[at_];
    if (c == '"' || c == '\'' || c == '`') return read_quoted(c);
    const bool dotted = c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]);
    if (is_digit(c) || dotted) return read_number(), Result<void>();
    if (is_letter(c)) return read_name(), Result<void>();
    token_.kind = TokenKind::Symbol;
    for (const std::string_view symbol : {"!=", "<=", ">=", "=~"}) {
        if (!text_.substr(at_).starts_with(symbol)) continue;
        token_.text = symbol;
        at_ += symbol.size();
        return {};
    }
    constexpr std::string_view symbols = "|,()[]=<>+-*/%^";
    if (symbols.find(c) == symbols.npos) {
        return wrong_at(at_, fmt::format("unexpected symbol found {}", c));
    }
    token_.text = std::string(1, c);
    ++at_;
    return {};
}

Result<void> Lexer::read_quoted(char quote) {
    token_.kind = quote == '`' ? TokenKind::Name : TokenKind::Quoted;
    token_.is_backticked = quote == '`';
    for (++at_; at_ < text_.size(); ++at_) {
        char c = text_[at_];
        if (c == quote) {
            ++at_;
            return {};
        }
        const bool escapes = c == '\\' && at_ + 1 < text_.size() &&
                             (text_[at_ + 1] == quote || text_[at_ + 1] == '\\');
        if (escapes) c = text_[++at_];
        token_.text += c;
    }
    return wrong_at(token_.at, fmt::format("the text that begins with {} does not end", quote));
}

// With the unit of a period, if it has one: 10, 1.5, 5m.
void Lexer::read_number() {
    token_.kind = TokenKind::Number;
    while (at_ < text_.size() && (is_digit(text_[at_]) || text_[at_] == '.')) {
        token_.text += text_[at_++];
    }
    while (at_ < text_.size() && is_letter(text_[at_])) token_.text += text_[at_++];
}

void Lexer::read_name() {
    token_.kind = TokenKind::Name;
    while (at_ < text_.size()) {
        const char c = text_[at_];
        // "a.b", "a.0", "a.@b"
        const bool goes_on = is_letter(c) || is_digit(c) || c == '.' || c == ':';
        if (!goes_on) break;
        token_.text += c;
        ++at_;
    }
}

bool Lexer::is_symbol(std::string_view symbol) const {
    return token_.kind == TokenKind::Symbol && token_.text == symbol;
}

bool Lexer::is_word(std::string_view word) const {
    return token_.kind == TokenKind::Name && !token_.is_backticked &&
           std::ranges::equal(token_.text, word, {}, lower, lower);
}

Result<std::string> Lexer::take_regex() {
    std::string pattern;
    for (; at_ < text_.size(); ++at_) {
        const char c = text_[at_];
        if (c == '/') {
            ++at_;
            if (auto next = advance(); !next) return fail(std::move(next.error()));
            return pattern;
        }
        const bool has_next = at_ + 1 < text_.size();
        if (c == '\\' && has_next && text_[at_ + 1] == '/') {
            pattern += text_[++at_];
        } else {
            pattern += c;
            if (c == '\\' && has_next) pattern += text_[++at_];
        }
    }
    return wrong("the regular expression does not end");
}

}  // namespace gatehouse::logs::insights
