#include "indexing/query_lexer.h"

#include <fmt/format.h>

#include "indexing/query_expression.h"

namespace gatehouse::indexing {
namespace {

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

constexpr std::string_view symbols = "()[]{}:<>";

}  // namespace

std::unexpected<Error> Lexer::wrong_at(std::size_t at, std::string_view what) const {
    return fail(ErrorKind::InvalidInput, std::string(what),
                Place{"queryString", 1, static_cast<std::uint32_t>(at + 1)});
}

std::string Lexer::found() const {
    if (token_.kind == TokenKind::End) return "the end of the query";
    std::string text;
    for (const char c : token_.text) text += c == any_run ? '*' : c == any_one ? '?' : c;
    return token_.kind == TokenKind::Quoted ? fmt::format("\"{}\"", text)
                                            : fmt::format("'{}'", text);
}

Result<void> Lexer::advance() {
    const std::size_t before = at_;
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    token_ = {.at = at_, .follows_blank = at_ > before};
    if (at_ >= text_.size()) return {};
    const char c = text_[at_];
    if (c == '"') return read_quoted();
    if (symbols.find(c) == symbols.npos) return read_word();
    token_.kind = TokenKind::Symbol;
    token_.text = c;
    ++at_;
    const bool compares = c == '<' || c == '>';
    if (compares && at_ < text_.size() && text_[at_] == '=') token_.text += text_[at_++];
    return {};
}

Result<void> Lexer::read_word() {
    token_.kind = TokenKind::Word;
    token_.is_exclusion = text_[at_] == '-';
    while (at_ < text_.size()) {
        char c = text_[at_];
        if (is_blank(c) || c == '"' || symbols.find(c) != symbols.npos) return {};
        if (is_control(c)) return wrong_at(at_, "a control character cannot be searched for");
        if (c == '~' || c == '^') {
            return wrong_at(at_, fmt::format("there is no fuzzy search and no boosting; write \\{} "
                                             "for the character itself",
                                             c));
        }
        if (c == '\\') {
            if (at_ + 1 == text_.size() || is_control(text_[at_ + 1])) {
                return wrong_at(at_, "nothing to escape behind the backslash; write \\\\ for one");
            }
            token_.is_plain = false;
            c = text_[++at_];
        } else if (c == '*') {
            c = any_run;
        } else if (c == '?') {
            c = any_one;
        }
        token_.text += c;
        ++at_;
    }
    return {};
}

Result<void> Lexer::read_quoted() {
    token_.kind = TokenKind::Quoted;
    for (++at_; at_ < text_.size(); ++at_) {
        char c = text_[at_];
        if (c == '"') {
            ++at_;
            return {};
        }
        if (c == '\\' && at_ + 1 < text_.size()) c = text_[++at_];
        if (is_blank(c)) c = ' ';
        if (is_control(c)) return wrong_at(at_, "a control character cannot be searched for");
        token_.text += c;
    }
    return wrong("the text that begins with \" does not end; expected another \"");
}

Result<void> Lexer::take_hyphen() {
    if (token_.text.size() == 1) return advance();
    token_.text.erase(0, 1);
    ++token_.at;
    token_.is_exclusion = token_.text.front() == '-';
    return {};
}

bool Lexer::is_symbol(std::string_view symbol) const {
    return token_.kind == TokenKind::Symbol && token_.text == symbol;
}

bool Lexer::is_keyword(std::string_view word) const {
    return token_.kind == TokenKind::Word && token_.is_plain && token_.text == word;
}

}  // namespace gatehouse::indexing
