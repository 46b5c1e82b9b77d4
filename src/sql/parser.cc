#include "sql/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/nesting.h"
#include "sql/lexer.h"

namespace gatehouse::sql {
namespace {

using syntax::BinaryOperator;
using syntax::Expression;
using syntax::ExpressionPtr;

constexpr std::array<std::string_view, 16> keywords{
    "SELECT", "SET",  "FROM", "WHERE", "AS",  "AND",  "OR",    "NOT",
    "CASE",   "WHEN", "THEN", "ELSE",  "END", "TRUE", "FALSE", "NULL"};

struct OperatorWord {
    std::string_view word;
    BinaryOperator op;
};
constexpr std::array<OperatorWord, 7> comparisons{{{"=", BinaryOperator::Equal},
                                                   {"<>", BinaryOperator::NotEqual},
                                                   {"!=", BinaryOperator::NotEqual},
                                                   {"<", BinaryOperator::Less},
                                                   {"<=", BinaryOperator::LessOrEqual},
                                                   {">", BinaryOperator::Greater},
                                                   {">=", BinaryOperator::GreaterOrEqual}}};
constexpr std::array<OperatorWord, 2> additions{
    {{"+", BinaryOperator::Add}, {"-", BinaryOperator::Subtract}}};
constexpr std::array<OperatorWord, 3> multiplications{{{"*", BinaryOperator::Multiply},
                                                       {"/", BinaryOperator::Divide},
                                                       {"%", BinaryOperator::Remainder}}};
constexpr std::array<OperatorWord, 1> conjunction{{{"AND", BinaryOperator::And}}};
constexpr std::array<OperatorWord, 1> disjunction{{{"OR", BinaryOperator::Or}}};

// From the loosest to the tightest; NOT stands between the second and the third.
constexpr std::array<std::span<const OperatorWord>, 5> levels{disjunction, conjunction, comparisons,
                                                              additions, multiplications};
constexpr std::size_t level_of_comparisons = 2;

bool is_any_keyword(const Token& token) {
    return std::ranges::any_of(
        keywords, [&](std::string_view word) { return Lexer::is_keyword(token, word); });
}

ExpressionPtr boxed(Expression expression) {
    return std::make_unique<Expression>(std::move(expression));
}

using Parsed = Result<Expression>;

class Parser {
public:
    explicit Parser(std::string_view text, std::size_t at = 0) : lexer_(text, at) {}

    Result<void> start() { return lexer_.start(); }
    const Lexer& lexer() const { return lexer_; }

    Result<syntax::Statement> statement() {
        syntax::Statement made;
        if (lexer_.is_keyword("SET")) {
            if (auto read = assignments(made); !read) return fail(std::move(read.error()));
        }
        if (auto read = select(made.query); !read) return fail(std::move(read.error()));
        if (auto read = from_topics(made); !read) return fail(std::move(read.error()));
        if (auto read = where(made.query); !read) return fail(std::move(read.error()));
        if (lexer_.token().kind != TokenKind::End) {
            return lexer_.expected(made.query.where ? "the end" : "WHERE or the end");
        }
        return made;
    }

    Parsed expression() { return binary(0); }

private:
    Result<void> take_symbol(std::string_view symbol, std::string_view what) {
        if (!lexer_.is_symbol(symbol)) return lexer_.expected(what);
        return lexer_.advance();
    }
    Result<void> take_keyword(std::string_view word) {
        if (!lexer_.is_keyword(word)) return lexer_.expected(word);
        return lexer_.advance();
    }
    Result<bool> skip_symbol(std::string_view symbol) {
        if (!lexer_.is_symbol(symbol)) return false;
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        return true;
    }

    Result<void> assignments(syntax::Statement& made) {
        do {
            if (auto next = lexer_.advance(); !next) return next;  // SET, or a comma
            if (lexer_.token().kind != TokenKind::Variable) return lexer_.expected("@name");
            std::string name = lexer_.token().text;
            const std::size_t at = lexer_.token().begin;
            const bool is_there = std::ranges::any_of(
                made.assignments, [&](const auto& each) { return each.first == name; });
            if (is_there) return lexer_.wrong_at(at, fmt::format("@{} is set already", name));
            if (auto next = lexer_.advance(); !next) return next;
            if (auto next = take_symbol("=", "="); !next) return next;
            auto value = expression();
            if (!value) return fail(std::move(value.error()));
            made.assignments.emplace_back(std::move(name), std::move(*value));
        } while (lexer_.is_symbol(","));
        return {};
    }

    // VALUE is a keyword where a value follows, and else a member of that name.
    bool is_select_value() const {
        if (!lexer_.is_keyword("VALUE")) return false;
        const Token& next = lexer_.next();
        if (next.kind == TokenKind::End || Lexer::is_keyword(next, "FROM") ||
            Lexer::is_keyword(next, "AS") || Lexer::is_keyword(next, "WHERE")) {
            return false;
        }
        constexpr std::array<std::string_view, 5> begins{"(", "[", "{", "*", "-"};
        return next.kind != TokenKind::Symbol || std::ranges::count(begins, next.text) > 0;
    }

    Result<void> select(syntax::Query& made) {
        if (auto next = take_keyword("SELECT"); !next) return next;
        if (is_select_value()) {
            made.is_value = true;
            if (auto next = lexer_.advance(); !next) return next;
        }
        for (;;) {
            auto read = item();
            if (!read) return fail(std::move(read.error()));
            made.items.push_back(std::move(*read));
            const auto more = skip_symbol(",");
            if (!more) return fail(more.error());
            if (!*more) return {};
            if (made.is_value) {
                return lexer_.wrong_at(lexer_.last_end() - 1, "SELECT VALUE takes one value");
            }
        }
    }

    Result<syntax::Item> item() {
        auto read = expression();
        if (!read) return fail(std::move(read.error()));
        syntax::Item made{std::move(*read), {}};
        if (!lexer_.is_keyword("AS")) return made;
        do {
            if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
            if (lexer_.token().kind != TokenKind::Name) return lexer_.expected("a name behind AS");
            made.alias.push_back(lexer_.token().text);
            if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        } while (lexer_.is_symbol("."));
        return made;
    }

    Result<void> from_topics(syntax::Statement& made) {
        if (!lexer_.is_keyword("FROM")) return {};
        if (auto next = lexer_.advance(); !next) return next;
        if (lexer_.token().kind != TokenKind::String || lexer_.token().quote != '\'') {
            return lexer_.expected("a topic filter in single quotes");
        }
        made.topic_filter = lexer_.token().text;
        made.topic_filter_at = lexer_.token().begin;
        return lexer_.advance();
    }

    Result<void> where(syntax::Query& made) {
        if (!lexer_.is_keyword("WHERE")) return {};
        if (auto next = lexer_.advance(); !next) return next;
        auto condition = expression();
        if (!condition) return fail(std::move(condition.error()));
        made.where = boxed(std::move(*condition));
        return {};
    }

    const OperatorWord* operator_here(std::span<const OperatorWord> level) const {
        const auto found = std::ranges::find_if(level, [&](const OperatorWord& each) {
            return lexer_.is_symbol(each.word) || lexer_.is_keyword(each.word);
        });
        return found == level.end() ? nullptr : &*found;
    }

    Parsed binary(std::size_t level) {
        if (level == levels.size()) return minus();
        if (level == level_of_comparisons && lexer_.is_keyword("NOT")) {
            return unary(syntax::Unary::Operator::Not,
                         [&] { return binary(level_of_comparisons); });
        }
        auto left = binary(level + 1);
        if (!left) return left;
        while (const OperatorWord* const found = operator_here(levels[level])) {
            if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
            const bool is_not = level + 1 == level_of_comparisons && lexer_.is_keyword("NOT");
            auto right = binary(is_not ? level_of_comparisons : level + 1);
            if (!right) return right;
            const std::size_t begin = left->begin;
            const std::size_t end = right->end;
            if (auto counted = count(end); !counted) return fail(std::move(counted.error()));
            left = Expression{
                syntax::Binary{found->op, boxed(std::move(*left)), boxed(std::move(*right))}, begin,
                end};
        }
        return left;
    }

    template <class Read>
    Parsed unary(syntax::Unary::Operator op, Read read) {
        const Nesting nesting(depth_);
        if (auto checked = check_depth(); !checked) return fail(std::move(checked.error()));
        const std::size_t begin = lexer_.token().begin;
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        auto what = read();
        if (!what) return what;
        const std::size_t end = what->end;
        return Expression{syntax::Unary{op, boxed(std::move(*what))}, begin, end};
    }

    Parsed minus() {
        if (!lexer_.is_symbol("-")) return with_members();
        return unary(syntax::Unary::Operator::Minus, [&] { return minus(); });
    }

    Result<void> check_depth() const {
        if (depth_ <= expression_depth_max) return {};
        return lexer_.wrong_at(
            lexer_.token().begin,
            fmt::format("over {} expressions within each other", expression_depth_max));
    }

    // Operators in a row stand within each other, too.
    Result<void> count(std::size_t at) {
        if (++operators_ <= operators_max) return {};
        return lexer_.wrong_at(at, fmt::format("over {} operators", operators_max));
    }

    // a.b.c
    Parsed with_members() {
        auto read = primary();
        while (read && lexer_.is_symbol(".")) {
            if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
            if (lexer_.token().kind != TokenKind::Name) {
                return lexer_.expected("the name of a member behind the point");
            }
            const std::size_t begin = read->begin;
            const std::size_t end = lexer_.token().end;
            if (auto counted = count(end); !counted) return fail(std::move(counted.error()));
            read = Expression{syntax::Member{boxed(std::move(*read)), lexer_.token().text}, begin,
                              end};
            if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        }
        return read;
    }

    Parsed primary() {
        const Nesting nesting(depth_);
        if (auto checked = check_depth(); !checked) return fail(std::move(checked.error()));
        const std::size_t begin = lexer_.token().begin;
        auto read = unplaced();
        if (!read) return read;
        read->begin = begin;
        read->end = lexer_.last_end();
        return read;
    }

    Parsed unplaced() {
        const Token token = lexer_.token();
        switch (token.kind) {
            case TokenKind::Number: return number(token);
            case TokenKind::String: return leaf(syntax::Literal{Value(token.text)});
            case TokenKind::Variable: return leaf(syntax::Variable{token.text});
            case TokenKind::Name: return word(token);
            case TokenKind::Symbol:
                if (token.text == "*") return leaf(syntax::Star{});
                if (token.text == "(") return bracketed();
                if (token.text == "{") return object();
                if (token.text == "[") return array();
                break;
            case TokenKind::End: break;
        }
        return lexer_.expected("a value");
    }

    template <class What>
    Parsed leaf(What what) {
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        return Expression{std::move(what)};
    }

    Parsed number(const Token& token) {
        const auto decimal = Decimal::parse(token.text);
        if (!decimal) {
            return lexer_.wrong_at(token.begin, "the number is too large: they reach to 9.99E999");
        }
        const bool is_int = token.text.find_first_of(".eE") == token.text.npos;
        return leaf(syntax::Literal{is_int ? Value::whole(decimal) : Value::of(decimal)});
    }

    Parsed word(const Token& token) {
        if (lexer_.is_keyword("CASE")) return case_of();
        if (lexer_.is_keyword("TRUE")) return leaf(syntax::Literal{Value(true)});
        if (lexer_.is_keyword("FALSE")) return leaf(syntax::Literal{Value(false)});
        if (lexer_.is_keyword("NULL")) return leaf(syntax::Literal{Value(Null())});
        if (is_any_keyword(token)) return lexer_.expected("a value");
        const bool is_call = lexer_.next().kind == TokenKind::Symbol && lexer_.next().text == "(";
        if (!is_call) return leaf(syntax::Name{token.text});
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        if (is_same_word(token.text, "cast")) return cast();
        return call(token.text);
    }

    Parsed cast() {
        auto what = expression();
        if (!what) return what;
        if (auto next = take_keyword("AS"); !next) return fail(std::move(next.error()));
        if (lexer_.token().kind != TokenKind::Name) return lexer_.expected("the name of a type");
        std::string type = lexer_.token().text;
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        if (auto next = take_symbol(")", ")"); !next) return fail(std::move(next.error()));
        return Expression{syntax::Cast{boxed(std::move(*what)), std::move(type)}};
    }

    // The items of a list, up to what closes it.
    template <class Add>
    Result<void> list(std::string_view closing, Add add) {
        if (auto closed = skip_symbol(closing); !closed || *closed) {
            return closed ? Result<void>() : fail(closed.error());
        }
        for (;;) {
            if (auto added = add(); !added) return added;
            const auto more = skip_symbol(",");
            if (!more) return fail(more.error());
            if (!*more) return take_symbol(closing, fmt::format(", or {}", closing));
        }
    }

    Parsed call(std::string function) {
        syntax::Call made{std::move(function), {}};
        const auto read = list(")", [&]() -> Result<void> {
            auto argument = expression();
            if (!argument) return fail(std::move(argument.error()));
            made.arguments.push_back(std::move(*argument));
            return {};
        });
        if (!read) return fail(read.error());
        return Expression{std::move(made)};
    }

    Parsed array() {
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        syntax::ArrayLiteral made;
        const auto read = list("]", [&]() -> Result<void> {
            auto item = expression();
            if (!item) return fail(std::move(item.error()));
            made.items.push_back(std::move(*item));
            return {};
        });
        if (!read) return fail(read.error());
        return Expression{std::move(made)};
    }

    Parsed object() {
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        syntax::ObjectLiteral made;
        const auto read = list("}", [&]() -> Result<void> {
            if (lexer_.token().kind != TokenKind::String) {
                return lexer_.expected("the name of a member in quotes");
            }
            std::string name = lexer_.token().text;
            if (auto next = lexer_.advance(); !next) return next;
            if (auto next = take_symbol(":", ":"); !next) return next;
            auto value = expression();
            if (!value) return fail(std::move(value.error()));
            made.members.emplace_back(std::move(name), boxed(std::move(*value)));
            return {};
        });
        if (!read) return fail(read.error());
        return Expression{std::move(made)};
    }

    Parsed bracketed() {
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        auto inner = lexer_.is_keyword("SELECT") ? nested() : expression();
        if (!inner) return inner;
        if (auto next = take_symbol(")", ")"); !next) return fail(std::move(next.error()));
        return inner;
    }

    Parsed nested() {
        syntax::Query query;
        if (auto read = select(query); !read) return fail(std::move(read.error()));
        if (auto next = take_keyword("FROM"); !next) return fail(std::move(next.error()));
        auto source = with_members();
        if (!source) return source;
        query.source = boxed(std::move(*source));
        if (auto read = where(query); !read) return fail(std::move(read.error()));
        return Expression{syntax::Nested{std::make_unique<syntax::Query>(std::move(query))}};
    }

    Parsed case_of() {
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        if (lexer_.is_keyword("WHEN")) {
            return lexer_.expected("the value that is compared (CASE value WHEN …)");
        }
        auto what = expression();
        if (!what) return what;
        syntax::Case made{boxed(std::move(*what)), {}, nullptr};
        do {
            if (auto next = take_keyword("WHEN"); !next) return fail(std::move(next.error()));
            auto wanted = expression();
            if (!wanted) return wanted;
            if (auto next = take_keyword("THEN"); !next) return fail(std::move(next.error()));
            auto result = expression();
            if (!result) return result;
            made.arms.emplace_back(boxed(std::move(*wanted)), boxed(std::move(*result)));
        } while (lexer_.is_keyword("WHEN"));
        if (lexer_.is_keyword("ELSE")) {
            if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
            auto otherwise = expression();
            if (!otherwise) return otherwise;
            made.otherwise = boxed(std::move(*otherwise));
        }
        if (!lexer_.is_keyword("END")) return lexer_.expected("WHEN, ELSE or END");
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        return Expression{std::move(made)};
    }

    Lexer lexer_;
    std::size_t depth_ = 0;
    std::size_t operators_ = 0;
};

}  // namespace

Result<syntax::Statement> parse_statement(std::string_view text) {
    if (text.size() > statement_bytes_max) {
        return fail(ErrorKind::TooLarge, fmt::format("the SQL has {} bytes; it may have {}",
                                                     text.size(), statement_bytes_max));
    }
    Parser parser(text);
    if (auto started = parser.start(); !started) return fail(std::move(started.error()));
    return parser.statement();
}

Result<syntax::Expression> parse_expression(std::string_view text, std::size_t& at) {
    Parser parser(text, at);
    if (auto started = parser.start(); !started) return fail(std::move(started.error()));
    auto read = parser.expression();
    if (read) at = parser.lexer().token().begin;
    return read;
}

}  // namespace gatehouse::sql
