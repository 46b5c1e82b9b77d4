#include "indexing/query_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/nesting.h"
#include "indexing/query_lexer.h"

namespace gatehouse::indexing {
namespace {

using Parsed = Result<Expression>;

std::string lower_case(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), lower);
    return result;
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        if (end > 0) words.push_back(lower_case(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

// AWS's samples mark numbers with an n ("60n"), too.
std::optional<double> number_of(std::string_view text) {
    if (text.size() > 1 && text.ends_with('n')) text.remove_suffix(1);
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end || !std::isfinite(number)) return std::nullopt;
    return number;
}

Expression join(Expression::Kind kind, std::vector<Expression> parts) {
    if (parts.size() == 1) return std::move(parts.front());
    return {.kind = kind, .parts = std::move(parts), .test = {}};
}

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text), lexer_(text) {}

    Parsed parse() {
        if (text_.size() > query_characters_max) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("the query has {} characters; it may have {}", text_.size(),
                                    query_characters_max));
        }
        if (auto started = lexer_.start(); !started) return fail(std::move(started.error()));
        if (lexer_.token().kind == TokenKind::End) {
            return lexer_.wrong("the query is empty; expected a term, * for everything");
        }
        auto whole = any_of("");
        if (!whole || lexer_.token().kind == TokenKind::End) return whole;
        return lexer_.wrong(
            fmt::format("{} closes nothing; write a \\ before it for the "
                        "character itself",
                        lexer_.found()));
    }

private:
    // `field` is the one that stands before the brackets, or empty.
    Parsed any_of(const std::string& field) {
        std::vector<Expression> parts;
        for (;;) {
            auto part = all_of(field);
            if (!part) return part;
            parts.push_back(std::move(*part));
            if (!lexer_.is_keyword("OR")) return join(Expression::Kind::Or, std::move(parts));
            if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        }
    }

    Parsed all_of(const std::string& field) {
        std::vector<Expression> parts;
        for (;;) {
            auto part = unary(field);
            if (!part) return part;
            parts.push_back(std::move(*part));
            if (lexer_.is_keyword("AND")) {
                if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
            } else if (ends_here()) {
                return join(Expression::Kind::And, std::move(parts));
            }
        }
    }

    bool ends_here() const {
        return lexer_.token().kind == TokenKind::End || lexer_.is_symbol(")") ||
               lexer_.is_symbol("]") || lexer_.is_symbol("}") || lexer_.is_keyword("OR");
    }

    Parsed unary(const std::string& field) {
        const Nesting nesting(depth_);
        if (depth_ > query_depth_max) {
            return lexer_.wrong(fmt::format("more than {} brackets and negations within each other",
                                            query_depth_max));
        }
        const Token& token = lexer_.token();
        const bool excludes = token.kind == TokenKind::Word && token.is_exclusion;
        if (excludes || lexer_.is_keyword("NOT")) {
            auto next = excludes ? lexer_.take_hyphen() : lexer_.advance();
            if (!next) return fail(std::move(next.error()));
            auto part = unary(field);
            if (!part) return part;
            std::vector<Expression> parts;
            parts.push_back(std::move(*part));
            return Expression{.kind = Expression::Kind::Not, .parts = std::move(parts), .test = {}};
        }
        if (lexer_.is_symbol("(")) return bracketed(field);
        return field.empty() ? clause() : value(field);
    }

    Parsed bracketed(const std::string& field) {
        const std::size_t opened = lexer_.token().at;
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        auto inner = any_of(field);
        if (!inner) return inner;
        if (!lexer_.is_symbol(")")) {
            return lexer_.wrong(fmt::format("expected ) for the ( in column {}, found {}",
                                            opened + 1, lexer_.found()));
        }
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        return inner;
    }

    // A term without a field, or a field and what its value is to be.
    Parsed clause() {
        const Token token = lexer_.token();
        if (token.kind != TokenKind::Word || is_operator()) return value("");
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        const bool compares = is_comparison();
        if (!compares && !lexer_.is_symbol(":")) return word("", token);
        if (std::ranges::any_of(token.text, [](char c) { return c == any_run || c == any_one; })) {
            return lexer_.wrong_at(token.at, "the name of a field has no wildcards");
        }
        if (compares) return comparison(token.text);
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        if (lexer_.is_symbol("(")) {
            const Nesting nesting(depth_);
            return bracketed(token.text);
        }
        return value(token.text);
    }

    bool is_operator() const {
        return lexer_.is_keyword("AND") || lexer_.is_keyword("OR") || lexer_.is_keyword("NOT");
    }
    bool is_comparison() const {
        return lexer_.is_symbol("<") || lexer_.is_symbol("<=") || lexer_.is_symbol(">") ||
               lexer_.is_symbol(">=");
    }

    Parsed value(const std::string& field) {
        const Token token = lexer_.token();
        const bool is_range = lexer_.is_symbol("[") || lexer_.is_symbol("{");
        if ((is_range || is_comparison()) && field.empty()) {
            return lexer_.wrong("a range needs a field, as in attributes.size:[1 TO 5]");
        }
        if (is_range) return range(field);
        if (is_comparison()) return comparison(field);
        const bool is_text = token.kind == TokenKind::Quoted || token.kind == TokenKind::Word;
        if (!is_text || is_operator()) {
            return lexer_.wrong(fmt::format("expected a {}, found {}",
                                            field.empty() ? "term" : "value for " + field,
                                            lexer_.found()));
        }
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        return token.kind == TokenKind::Quoted ? phrase(field, token) : word(field, token);
    }

    Parsed test(Test test, std::size_t at) {
        if (++terms_ > query_terms_max) {
            return lexer_.wrong_at(
                at, fmt::format("the query has more than {} terms", query_terms_max));
        }
        return Expression{.kind = Expression::Kind::Test, .parts = {}, .test = std::move(test)};
    }

    Parsed word(const std::string& field, const Token& token) {
        if (lexer_.is_symbol(":") && !lexer_.token().follows_blank) {
            return lexer_.wrong("expected the end of the value, found ':'; write \\: for a colon");
        }
        if (token.text == std::string(1, any_run)) {
            if (field.empty()) return Expression();
            return test({.kind = Test::Kind::Exists, .field = field, .words = {}}, token.at);
        }
        if (token.text.starts_with("geo_distance,")) return geo(field, token);
        const char first = token.text.front();
        if (first == any_run || first == any_one) {
            if (auto allowed = lead_by_wildcard(token.at); !allowed) {
                return fail(std::move(allowed.error()));
            }
        }
        std::vector<std::string> words = words_of(token.text);
        if (words.empty()) return lexer_.wrong_at(token.at, "the term is nothing but blanks");
        const auto kind = words.size() > 1 ? Test::Kind::Phrase : Test::Kind::Word;
        return test({.kind = kind, .field = field, .words = std::move(words)}, token.at);
    }

    Result<void> lead_by_wildcard(std::size_t at) {
        if (++leading_wildcards_ > leading_wildcards_max) {
            return lexer_.wrong_at(at, "only one term of a query may begin with * or ?");
        }
        if (text_.size() > leading_wildcard_characters_max) {
            return lexer_.wrong_at(at, fmt::format("a query of more than {} characters has no term "
                                                   "that begins with * or ?",
                                                   leading_wildcard_characters_max));
        }
        return {};
    }

    Parsed phrase(const std::string& field, const Token& token) {
        Test result{.kind = Test::Kind::Phrase, .field = field, .words = words_of(token.text)};
        if (result.words.empty()) return lexer_.wrong_at(token.at, "the text is empty");
        return test(std::move(result), token.at);
    }

    // geo_distance,LATITUDE,LONGITUDE,10km
    Parsed geo(const std::string& field, const Token& token) {
        constexpr std::array<std::string_view, 3> units{"km", "mi", "m"};
        std::vector<std::string_view> parts;
        std::string_view rest = token.text;
        for (std::size_t comma; (comma = rest.find(',')) != rest.npos;) {
            parts.push_back(rest.substr(0, comma));
            rest.remove_prefix(comma + 1);
        }
        const auto unit = std::ranges::find_if(
            units, [&](std::string_view each) { return rest.ends_with(each); });
        const bool has_unit = unit != units.end();
        if (has_unit) rest.remove_suffix(unit->size());
        const auto within = [](std::optional<double> number, double low, double high) {
            return number && *number >= low && *number <= high;
        };
        constexpr double far = 1e9;
        const bool is_whole = parts.size() == 3 && has_unit && !field.empty() &&
                              within(number_of(parts[1]), -90, 90) &&
                              within(number_of(parts[2]), -180, 180) &&
                              within(number_of(rest), 0, far);
        if (!is_whole) {
            return lexer_.wrong_at(token.at,
                                   "expected FIELD:geo_distance,LATITUDE,LONGITUDE,DISTANCE with a "
                                   "distance in m, km or mi");
        }
        return test({.kind = Test::Kind::Geo, .field = field, .words = {}}, token.at);
    }

    Parsed comparison(const std::string& field) {
        const Token sign = lexer_.token();
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        auto limit = bound();
        if (!limit) return fail(std::move(limit.error()));
        if (!*limit) {
            return lexer_.wrong_at(sign.at, fmt::format("expected a value behind {}", sign.text));
        }
        (*limit)->is_inclusive = sign.text.size() > 1;
        Test result{.kind = Test::Kind::Range, .field = field, .words = {}};
        (sign.text.front() == '<' ? result.high : result.low) = std::move(**limit);
        return test(std::move(result), sign.at);
    }

    Parsed range(const std::string& field) {
        const Token open = lexer_.token();
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        Test result{.kind = Test::Kind::Range, .field = field, .words = {}};
        auto low = bound();
        if (!low) return fail(std::move(low.error()));
        if (!lexer_.is_keyword("TO")) {
            return lexer_.wrong(
                fmt::format("expected TO between the ends of a range, found {}", lexer_.found()));
        }
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        auto high = bound();
        if (!high) return fail(std::move(high.error()));
        if (!lexer_.is_symbol("]") && !lexer_.is_symbol("}")) {
            return lexer_.wrong(
                fmt::format("expected ] or }} at the end of a range, found {}", lexer_.found()));
        }
        result.low = std::move(*low);
        result.high = std::move(*high);
        if (result.low) result.low->is_inclusive = open.text == "[";
        if (result.high) result.high->is_inclusive = lexer_.is_symbol("]");
        if (result.low && result.high &&
            result.low->number.has_value() != result.high->number.has_value()) {
            return lexer_.wrong_at(open.at,
                                   "the ends of a range are both numbers, or both texts in quotes");
        }
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        if (!result.low && !result.high) result.kind = Test::Kind::Exists;
        return test(std::move(result), open.at);
    }

    // Nothing: *, no bound.
    Result<std::optional<Bound>> bound() {
        const Token token = lexer_.token();
        const bool is_text = token.kind == TokenKind::Quoted || token.kind == TokenKind::Word;
        if (!is_text || lexer_.is_keyword("TO")) {
            return lexer_.wrong(
                fmt::format("expected a number or a text in quotes, found {}", lexer_.found()));
        }
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        if (token.kind == TokenKind::Word && token.text == std::string(1, any_run)) {
            return std::optional<Bound>();
        }
        Bound result{.text = lower_case(token.text), .number = std::nullopt};
        if (token.kind == TokenKind::Word) result.number = number_of(token.text);
        return std::optional(std::move(result));
    }

    std::string_view text_;
    Lexer lexer_;
    std::size_t depth_ = 0;
    std::size_t terms_ = 0;
    std::size_t leading_wildcards_ = 0;
};

}  // namespace

Result<Expression> parse_expression(std::string_view text) {
    return Parser(text).parse();
}

}  // namespace gatehouse::indexing
