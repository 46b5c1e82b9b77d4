#include "logs/filter_parts.h"

#include <fmt/format.h>

#include <cctype>
#include <cmath>
#include <cstdlib>

namespace gatehouse::logs::filter {
namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// CloudWatch's subset of regular expressions: these characters and operators, no groups.
bool allowed_in_regex(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view(":_#=@/;,-^$?[]{}|\\*+. ").find(c) != std::string_view::npos;
}

}  // namespace

void Scanner::skip_blanks() {
    while (!at_end() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) {
        ++at_;
    }
}

bool Scanner::take(std::string_view expected) {
    if (!rest().starts_with(expected)) return false;
    at_ += expected.size();
    return true;
}

bool Scanner::take_word(std::string_view expected) {
    const std::string_view next = rest();
    if (next.size() < expected.size()) return false;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        if (std::toupper(static_cast<unsigned char>(next[i])) != expected[i]) return false;
    }
    if (next.size() > expected.size() && is_letter(next[expected.size()])) return false;
    at_ += expected.size();
    return true;
}

std::string_view Scanner::take_until(std::string_view stops) {
    const std::string_view taken = rest().substr(0, rest().find_first_of(stops));
    at_ += taken.size();
    return taken;
}

Result<std::string> Scanner::take_quoted() {
    ++at_;
    std::string out;
    while (!at_end()) {
        const char c = text_[at_++];
        if (c == '"') return out;
        if (c == '\\' && (peek() == '"' || peek() == '\\')) {
            out += text_[at_++];
        } else {
            out += c;
        }
    }
    return wrong("a quoted text has no closing quote");
}

Result<std::unique_ptr<const RE2>> Scanner::take_regex() {
    if (++regexes_ > regexes_max) return wrong("a pattern holds at most two regular expressions");
    ++at_;
    const std::size_t end = text_.find('%', at_);
    if (end == text_.npos) return wrong("a regular expression has no closing %");
    const std::string_view source = text_.substr(at_, end - at_);
    for (const char c : source) {
        if (!allowed_in_regex(c))
            return wrong(fmt::format("a regular expression may not hold '{}'", c));
    }
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(1 << 20);
    auto regex =
        std::make_unique<const RE2>(re2::StringPiece(source.data(), source.size()), options);
    if (!regex->ok())
        return wrong(fmt::format("the regular expression is wrong: {}", regex->error()));
    at_ = end + 1;
    return regex;
}

std::unexpected<Error> Scanner::wrong(std::string_view what) const {
    return fail(ErrorKind::InvalidInput, fmt::format("Invalid filter pattern: {}", what),
                {"filterPattern", 1, static_cast<std::uint32_t>(at_ + 1)});
}

Result<Comparison> take_comparison(Scanner& scanner) {
    if (scanner.take("!=")) return Comparison::NotEqual;
    if (scanner.take("<=")) return Comparison::LessOrEqual;
    if (scanner.take(">=")) return Comparison::GreaterOrEqual;
    if (scanner.take("=")) return Comparison::Equal;
    if (scanner.take("<")) return Comparison::Less;
    if (scanner.take(">")) return Comparison::Greater;
    return scanner.wrong("expected one of = != < <= > >=");
}

bool matches_wildcard(std::string_view pattern, std::string_view text) {
    // Greedy with one place to go back to: the last *.
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = pattern.npos;
    std::size_t star_text = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            star_text = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != pattern.npos) {
            p = star + 1;
            t = ++star_text;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

std::optional<long double> parse_number(std::string_view text) {
    constexpr std::size_t digits_max = 64;
    if (text.empty() || text.size() > digits_max) return std::nullopt;
    // strtold alone would take "inf", hexadecimal and leading blanks too.
    if (text.find_first_not_of("0123456789.eE+-") != text.npos) return std::nullopt;
    const std::string copy(text);
    char* end = nullptr;
    const long double value = std::strtold(copy.c_str(), &end);
    if (end != copy.c_str() + copy.size() || !std::isfinite(value)) return std::nullopt;
    return value;
}

Result<Operand> Operand::take(Scanner& scanner, Comparison comparison, std::string_view stops) {
    Operand out;
    out.comparison_ = comparison;
    const bool orders = comparison != Comparison::Equal && comparison != Comparison::NotEqual;
    scanner.skip_blanks();
    if (scanner.peek() == '"' && !orders) {
        auto text = scanner.take_quoted();
        if (!text) return fail(std::move(text.error()));
        out.text_ = std::move(*text);
        out.quoted_ = true;
        return out;
    }
    if (scanner.peek() == '%' && !orders) {
        auto regex = scanner.take_regex();
        if (!regex) return fail(std::move(regex.error()));
        out.regex_ = std::move(*regex);
        return out;
    }
    out.text_ = scanner.take_until(std::string(" \t\r\n\"") + std::string(stops));
    if (out.text_.empty()) return scanner.wrong("expected a value to compare with");
    out.number_ = parse_number(out.text_);
    if (orders && !out.number_) {
        return scanner.wrong(
            fmt::format("'{}' is not a number, and only numbers have an order", out.text_));
    }
    return out;
}

bool Operand::equals(std::string_view text) const {
    if (regex_ != nullptr) {
        return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex_);
    }
    return matches_wildcard(text_, text);
}

bool Operand::orders(long double number) const {
    switch (comparison_) {
        case Comparison::Less: return number < *number_;
        case Comparison::LessOrEqual: return number <= *number_;
        case Comparison::Greater: return number > *number_;
        case Comparison::GreaterOrEqual: return number >= *number_;
        case Comparison::Equal:
        case Comparison::NotEqual: break;
    }
    return false;
}

bool Operand::holds_for_text(std::string_view text) const {
    if (comparison_ == Comparison::Equal) return equals(text);
    if (comparison_ == Comparison::NotEqual) return !equals(text);
    return false;
}

bool Operand::holds_for_number(long double number, std::string_view text) const {
    if (comparison_ != Comparison::Equal && comparison_ != Comparison::NotEqual) {
        return orders(number);
    }
    if (quoted_) return comparison_ == Comparison::NotEqual;
    const bool equal = number_ ? number == *number_ : equals(text);
    return equal == (comparison_ == Comparison::Equal);
}

}  // namespace gatehouse::logs::filter
