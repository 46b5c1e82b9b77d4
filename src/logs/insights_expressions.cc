// Expressions of Insights queries: from words to trees.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "logs/insights_parts.h"

namespace gatehouse::logs::insights {
namespace {

ExpressionPointer make(Operator what, std::vector<ExpressionPointer> of = {}) {
    Expression expression{.what = what, .of = std::move(of)};
    return std::make_unique<const Expression>(std::move(expression));
}

ExpressionPointer constant(Value value) {
    Expression expression{.what = Operator::Constant, .value = std::move(value)};
    return std::make_unique<const Expression>(std::move(expression));
}

struct Infix {
    std::string_view symbol;
    Operator what;
};
constexpr std::array<Infix, 6> comparisons{{{"=", Operator::Equal},
                                            {"!=", Operator::NotEqual},
                                            {"<", Operator::Less},
                                            {"<=", Operator::LessOrEqual},
                                            {">", Operator::Greater},
                                            {">=", Operator::GreaterOrEqual}}};
constexpr std::array<Infix, 2> sums{{{"+", Operator::Add}, {"-", Operator::Subtract}}};
constexpr std::array<Infix, 3> products{
    {{"*", Operator::Multiply}, {"/", Operator::Divide}, {"%", Operator::Remainder}}};
constexpr std::array<Infix, 1> powers{{{"^", Operator::Power}}};

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    return lower;
}

std::optional<Aggregate> aggregate_named(std::string_view name) {
    using enum Aggregate;
    static constexpr std::array<std::pair<std::string_view, Aggregate>, 13> names{
        {{"count", Count},
         {"count_distinct", CountDistinct},
         {"sum", Sum},
         {"avg", Average},
         {"min", Least},
         {"max", Greatest},
         {"pct", Percentile},
         {"percentile", Percentile},
         {"stddev", Deviation},
         {"earliest", Earliest},
         {"latest", Latest},
         {"sortsfirst", SortsFirst},
         {"sortslast", SortsLast}}};
    const std::string lower = lower_case(name);
    for (const auto& [known, aggregate] : names) {
        if (known == lower) return aggregate;
    }
    return std::nullopt;
}

// A period that is written out and is none.
bool has_wrong_period(const Expression& call) {
    const bool rounds = call.text == "datefloor" || call.text == "dateceil";
    if (call.text != "bin" && !rounds) return false;
    const Expression& period = *call.of.back();
    return period.what == Operator::Constant && !period_ms(period.value.text());
}

class ExpressionParser {
public:
    // `stats`: null but for what stats takes.
    explicit ExpressionParser(Lexer& lexer, const StatsColumns* stats = nullptr)
        : lexer_(lexer), stats_(stats) {}

    Result<ExpressionPointer> take_or() {
        if (++depth_ > nesting_max) {
            return lexer_.wrong(fmt::format("nested deeper than {}", nesting_max));
        }
        auto expression = take_joined("or", Operator::Or, &ExpressionParser::take_and);
        --depth_;
        return expression;
    }

private:
    using Taker = Result<ExpressionPointer> (ExpressionParser::*)();

    Result<ExpressionPointer> take_joined(std::string_view word, Operator what, Taker part) {
        std::vector<ExpressionPointer> parts;
        while (true) {
            auto one = (this->*part)();
            if (!one) return one;
            parts.push_back(std::move(*one));
            if (!lexer_.is_word(word)) break;
            if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        }
        return parts.size() == 1 ? std::move(parts.front()) : make(what, std::move(parts));
    }

    Result<ExpressionPointer> take_and() {
        return take_joined("and", Operator::And, &ExpressionParser::take_not);
    }

    Result<ExpressionPointer> take_not() {
        bool is_not = false;
        while (lexer_.is_word("not")) {
            is_not = !is_not;
            if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        }
        auto one = take_comparison();
        if (!one || !is_not) return one;
        return make(Operator::Not, in_list(std::move(*one)));
    }

    static std::vector<ExpressionPointer> in_list(ExpressionPointer a, ExpressionPointer b = {}) {
        std::vector<ExpressionPointer> list;
        list.push_back(std::move(a));
        if (b) list.push_back(std::move(b));
        return list;
    }

    Result<ExpressionPointer> take_comparison() {
        auto left = take_sum();
        if (!left) return left;
        const bool is_not = lexer_.is_word("not");
        if (is_not) {
            if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        }
        if (lexer_.is_word("like") || (lexer_.is_symbol("=~") && !is_not)) {
            return take_like(std::move(*left), is_not);
        }
        if (lexer_.is_word("in")) return take_in(std::move(*left), is_not);
        if (is_not) return lexer_.wrong("expected 'like' or 'in' after 'not'");
        for (const Infix& infix : comparisons) {
            if (!lexer_.is_symbol(infix.symbol)) continue;
            if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
            auto right = take_sum();
            if (!right) return right;
            return make(infix.what, in_list(std::move(*left), std::move(*right)));
        }
        return left;
    }

    Result<ExpressionPointer> take_like(ExpressionPointer left, bool is_not) {
        const bool takes_regex_alone = lexer_.is_symbol("=~");
        // What follows is a regular expression where a division could not stand.
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        Expression expression{.what = is_not ? Operator::MatchesNot : Operator::Matches};
        if (lexer_.is_regex()) {
            auto regex = take_regex_pattern(lexer_);
            if (!regex) return fail(std::move(regex.error()));
            expression.regex = std::move(*regex);
        } else if (lexer_.token().kind == TokenKind::Quoted && !takes_regex_alone) {
            if (!is_not) expression.what = Operator::Contains;
            expression.text = lexer_.token().text;
            if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        } else {
            return lexer_.wrong("like takes a text in quotes or a regular expression: /…/");
        }
        expression.of = in_list(std::move(left));
        return std::make_unique<const Expression>(std::move(expression));
    }

    Result<ExpressionPointer> take_in(ExpressionPointer left, bool is_not) {
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        const bool is_round = lexer_.is_symbol("(");
        if (!is_round && !lexer_.is_symbol("[")) return lexer_.wrong("expected '[' after 'in'");
        auto list = in_list(std::move(left));
        do {
            if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
            auto one = take_sum();
            if (!one) return one;
            list.push_back(std::move(*one));
        } while (lexer_.is_symbol(","));
        const std::string_view close = is_round ? ")" : "]";
        if (!lexer_.is_symbol(close)) return lexer_.wrong(fmt::format("expected '{}'", close));
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        return make(is_not ? Operator::NotIn : Operator::In, std::move(list));
    }

    Result<ExpressionPointer> take_infix(std::span<const Infix> infixes, Taker part) {
        auto left = (this->*part)();
        while (left) {
            const auto infix = std::ranges::find_if(
                infixes, [this](const Infix& one) { return lexer_.is_symbol(one.symbol); });
            if (infix == infixes.end()) return left;
            // Each makes the tree deeper by one.
            if (++operators_ > query_bytes_max / 8) return lexer_.wrong("too many operators");
            if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
            auto right = (this->*part)();
            if (!right) return right;
            left = make(infix->what, in_list(std::move(*left), std::move(*right)));
        }
        return left;
    }

    Result<ExpressionPointer> take_sum() {
        return take_infix(sums, &ExpressionParser::take_product);
    }
    Result<ExpressionPointer> take_product() {
        return take_infix(products, &ExpressionParser::take_power);
    }
    Result<ExpressionPointer> take_power() {
        return take_infix(powers, &ExpressionParser::take_primary);
    }

    Result<ExpressionPointer> take_primary() {
        const Token token = lexer_.token();
        if (lexer_.is_symbol("-")) return take_negative();
        if (lexer_.is_symbol("(")) {
            if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
            auto inside = take_or();
            if (!inside) return inside;
            if (!lexer_.is_symbol(")")) return lexer_.wrong("expected ')'");
            if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
            return inside;
        }
        if (token.kind == TokenKind::Quoted || token.kind == TokenKind::Number) {
            if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
            if (token.kind == TokenKind::Quoted) return constant(Value(token.text));
            const auto number = Value(token.text).number();
            // A period, as bin() takes it.
            return constant(number ? Value(*number) : Value(token.text));
        }
        if (token.kind != TokenKind::Name) return lexer_.wrong("expected a field or a value");
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        const bool is_call = lexer_.is_symbol("(") && !token.is_backticked;
        if (stats_ != nullptr && is_call) {
            if (const auto what = aggregate_named(token.text)) return take_aggregate(*what);
        }
        if (is_call) return take_call(token);
        if (stats_ != nullptr &&
            std::ranges::count(stats_->before, token.text, &Column::name) == 0) {
            return lexer_.wrong_at(
                token.at, fmt::format("'{}' is neither a function that stats knows nor a column "
                                      "before this one",
                                      token.text));
        }
        return field_expression(token.text);
    }

    Result<ExpressionPointer> take_negative() {
        if (++depth_ > nesting_max) {
            return lexer_.wrong(fmt::format("nested deeper than {}", nesting_max));
        }
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        auto of = take_primary();
        --depth_;
        if (!of) return of;
        return make(Operator::Negate, in_list(std::move(*of)));
    }

    Result<ExpressionPointer> take_call(const Token& name) {
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        Expression call{.what = Operator::Call, .text = lower_case(name.text)};
        while (!lexer_.is_symbol(")")) {
            auto argument = take_or();
            if (!argument) return argument;
            call.of.push_back(std::move(*argument));
            if (!lexer_.is_symbol(",")) break;
            if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        }
        if (!lexer_.is_symbol(")")) return lexer_.wrong("expected ')'");
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        if (!is_function(call.text, call.of.size())) {
            return lexer_.wrong(fmt::format("there is no function '{}' of {} arguments", name.text,
                                            call.of.size()));
        }
        if (has_wrong_period(call)) {
            return lexer_.wrong_at(
                name.at, fmt::format("{} takes a period, as in 30s, 5m or 1h", name.text));
        }
        return std::make_unique<const Expression>(std::move(call));
    }

    Result<ExpressionPointer> take_aggregate(Aggregate what) {
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        AggregateCall call{.what = what, .of = {}};
        const bool is_count = what == Aggregate::Count;
        if (is_count && lexer_.is_symbol("*")) {
            if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        } else if (!is_count || !lexer_.is_symbol(")")) {
            // Of records: no aggregate stands in another one.
            auto of = take_expression(lexer_);
            if (!of) return of;
            call.of = std::move(*of);
        }
        if (what == Aggregate::Percentile) {
            if (!lexer_.is_symbol(",")) return lexer_.wrong("expected ','");
            if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
            const auto number = Value(lexer_.token().text).number();
            if (lexer_.token().kind != TokenKind::Number || !number || *number > 100) {
                return lexer_.wrong("pct takes a field and a number from 0 to 100");
            }
            call.percentile = *number;
            if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        }
        if (!lexer_.is_symbol(")")) return lexer_.wrong("expected ')'");
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        stats_->aggregates.push_back(std::move(call));
        return field_expression(aggregate_field(stats_->aggregates.size() - 1));
    }

    Lexer& lexer_;
    const StatsColumns* stats_;
    std::size_t depth_ = 0;
    std::size_t operators_ = 0;
};

// (?<name>…) is how Insights names a group, (?P<name>…) how RE2 does.
std::string with_named_groups(std::string pattern) {
    for (auto at = pattern.find("(?<"); at != pattern.npos; at = pattern.find("(?<", at + 4)) {
        const char next = at + 3 < pattern.size() ? pattern[at + 3] : '=';
        const bool is_escaped = at > 0 && pattern[at - 1] == '\\';
        if (next != '=' && next != '!' && !is_escaped) pattern.insert(at + 2, "P");
    }
    return pattern;
}

}  // namespace

Result<ExpressionPointer> take_expression(Lexer& lexer) {
    return ExpressionParser(lexer).take_or();
}

Result<ExpressionPointer> take_stats_expression(Lexer& lexer, const StatsColumns& columns) {
    return ExpressionParser(lexer, &columns).take_or();
}

std::string aggregate_field(std::size_t index) {
    return "\x01" + std::to_string(index);
}

ExpressionPointer field_expression(std::string name) {
    Expression expression{.what = Operator::Field, .text = std::move(name)};
    return std::make_unique<const Expression>(std::move(expression));
}

Result<std::shared_ptr<const RE2>> take_regex_pattern(Lexer& lexer) {
    const auto pattern = lexer.take_regex();
    if (!pattern) return fail(pattern.error());
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(512 << 10);
    auto regex = std::make_shared<const RE2>(with_named_groups(*pattern), options);
    if (!regex->ok()) {
        return lexer.wrong("the regular expression does not read: " + regex->error());
    }
    if (!lexer.allows_regex(static_cast<std::size_t>(regex->ProgramSize()))) {
        return lexer.wrong(fmt::format(
            "the query has more than {} regular expressions, or they are too large", regexes_max));
    }
    return regex;
}

}  // namespace gatehouse::logs::insights
