#include "logs/filter_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "logs/filter_parts.h"

namespace gatehouse::logs {
namespace filter {
namespace {

struct Term {
    std::string text;
    std::unique_ptr<const RE2> regex;

    bool is_in(std::string_view message) const {
        if (regex != nullptr) {
            return RE2::PartialMatch(re2::StringPiece(message.data(), message.size()), *regex);
        }
        return message.find(text) != message.npos;
    }
};

class Terms final : public FilterPattern::Matcher {
public:
    bool matches(std::string_view message) const override {
        const auto found = [message](const Term& term) { return term.is_in(message); };
        if (std::ranges::any_of(excluded, found)) return false;
        // Beside terms that must be there, optional ones say nothing.
        if (!required.empty()) return std::ranges::all_of(required, found);
        return optional.empty() || std::ranges::any_of(optional, found);
    }

    std::vector<Term> required;
    std::vector<Term> optional;
    std::vector<Term> excluded;
};

bool is_term_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

Result<Term> take_term(Scanner& scanner) {
    Term term;
    if (scanner.peek() == '"') {
        auto text = scanner.take_quoted();
        if (!text) return fail(std::move(text.error()));
        term.text = std::move(*text);
        return term;
    }
    if (scanner.peek() == '%') {
        auto regex = scanner.take_regex();
        if (!regex) return fail(std::move(regex.error()));
        term.regex = std::move(*regex);
        return term;
    }
    const std::string_view word = scanner.rest().substr(0, scanner.rest().find_first_of(" \t\r\n"));
    if (word.empty() || !std::ranges::all_of(word, is_term_character)) {
        return scanner.wrong(
            fmt::format("Invalid character(s) in term '{}'; put it in quotes", word));
    }
    term.text = word;
    scanner.advance(word.size());
    return term;
}

}  // namespace

MatcherResult parse_terms(std::string_view pattern) {
    auto terms = std::make_unique<Terms>();
    Scanner scanner(pattern);
    for (scanner.skip_blanks(); !scanner.at_end(); scanner.skip_blanks()) {
        auto* list = &terms->required;
        if (scanner.take("?")) {
            list = &terms->optional;
        } else if (scanner.take("-")) {
            list = &terms->excluded;
        }
        auto term = take_term(scanner);
        if (!term) return fail(std::move(term.error()));
        list->push_back(std::move(*term));
    }
    return terms;
}

}  // namespace filter

FilterPattern::FilterPattern() = default;
FilterPattern::FilterPattern(std::unique_ptr<const Matcher> matcher)
    : matcher_(std::move(matcher)) {}
FilterPattern::~FilterPattern() = default;
FilterPattern::FilterPattern(FilterPattern&&) noexcept = default;
FilterPattern& FilterPattern::operator=(FilterPattern&&) noexcept = default;

Result<FilterPattern> FilterPattern::parse(std::string_view pattern) {
    if (pattern.size() > filter::pattern_bytes_max) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("Invalid filter pattern: it has {} bytes; at most {} are allowed",
                                pattern.size(), filter::pattern_bytes_max),
                    {"filterPattern", 0, 0});
    }
    const std::size_t first = pattern.find_first_not_of(" \t\r\n");
    // AWS's own examples write the pattern for everything as "", " " or two quotes.
    if (first == pattern.npos || pattern == "\"\"" || pattern == "\" \"") return FilterPattern();
    auto matcher = pattern[first] == '{'   ? filter::parse_json_filter(pattern)
                   : pattern[first] == '[' ? filter::parse_space_filter(pattern)
                                           : filter::parse_terms(pattern);
    if (!matcher) return fail(std::move(matcher.error()));
    return FilterPattern(std::move(*matcher));
}

bool FilterPattern::matches(std::string_view message) const {
    // What ends a line is none of its fields, and stands behind where an expression's $ is.
    if (message.ends_with('\n')) message.remove_suffix(1);
    return matcher_ == nullptr || matcher_->matches(message);
}

}  // namespace gatehouse::logs
