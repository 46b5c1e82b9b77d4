// The commands of a query; expressions are in insights_expressions.cc.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "logs/insights_parts.h"

namespace gatehouse::logs::insights {
namespace {

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text), lexer_(text) {}

    Result<Query> run() {
        if (auto begun = lexer_.start(); !begun) return fail(std::move(begun.error()));
        Query query;
        while (lexer_.token().kind != TokenKind::End) {
            if (query.commands.size() >= commands_max) {
                return lexer_.wrong(fmt::format("more than {} commands", commands_max));
            }
            auto command = take_command();
            if (!command) return fail(std::move(command.error()));
            query.commands.push_back(std::move(*command));
            if (lexer_.token().kind == TokenKind::End) break;
            if (auto bar = need("|"); !bar) return fail(std::move(bar.error()));
        }
        return query;
    }

private:
    Result<void> need(std::string_view symbol) {
        if (!lexer_.is_symbol(symbol)) return lexer_.wrong(fmt::format("expected '{}'", symbol));
        return lexer_.advance();
    }
    // Takes the word or symbol if it is next.
    Result<bool> take(std::string_view word) {
        if (!lexer_.is_word(word) && !lexer_.is_symbol(word)) return false;
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        return true;
    }

    Result<Command> take_command() {
        const Token word = lexer_.token();
        using Taker = Result<Command> (Parser::*)();
        constexpr std::pair<std::string_view, Taker> takers[] = {
            {"fields", &Parser::take_fields}, {"display", &Parser::take_display},
            {"filter", &Parser::take_filter}, {"where", &Parser::take_filter},
            {"parse", &Parser::take_parse},   {"stats", &Parser::take_stats},
            {"sort", &Parser::take_sort},     {"order", &Parser::take_sort},
            {"limit", &Parser::take_limit},   {"dedup", &Parser::take_dedup}};
        for (const auto& [name, taker] : takers) {
            if (!lexer_.is_word(name)) continue;
            if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
            return (this->*taker)();
        }
        return lexer_.wrong(
            fmt::format("'{}' is not a command that Gatehouse knows; it knows fields, filter, "
                        "parse, stats, sort, limit, dedup and display",
                        word.text));
    }

    Result<Column> take_column() {
        const std::size_t begin = lexer_.token().at;
        auto expression = take_expression(lexer_);
        if (!expression) return fail(std::move(expression.error()));
        std::string name = text_since(begin, **expression);
        auto renamed = take_name_after("as");
        if (!renamed) return fail(std::move(renamed.error()));
        if (!renamed->empty()) name = std::move(*renamed);
        return Column{std::move(name), std::move(*expression)};
    }

    // A column without a name of its own is called as it was written.
    std::string text_since(std::size_t begin, const Expression& expression) const {
        if (expression.what == Operator::Field) return expression.text;
        std::string_view text = text_.substr(begin, lexer_.token().at - begin);
        while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\n' ||
                                 text.back() == '\r')) {
            text.remove_suffix(1);
        }
        return std::string(text);
    }

    // Empty: the word does not come.
    Result<std::string> take_name_after(std::string_view word) {
        auto taken = take(word);
        if (!taken) return fail(std::move(taken.error()));
        if (!*taken) return std::string();
        return take_name();
    }

    Result<std::string> take_name() {
        if (lexer_.token().kind != TokenKind::Name) return lexer_.wrong("expected a field");
        std::string name = lexer_.token().text;
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        return name;
    }

    // One or more, with commas between them.
    template <class One>
    Result<std::vector<One>> take_list(Result<One> (Parser::*take_one)()) {
        std::vector<One> all;
        while (true) {
            auto one = (this->*take_one)();
            if (!one) return fail(std::move(one.error()));
            all.push_back(std::move(*one));
            auto more = take(",");
            if (!more) return fail(std::move(more.error()));
            if (!*more) return all;
        }
    }

    Result<Command> take_fields() {
        auto columns = take_list(&Parser::take_column);
        if (!columns) return fail(std::move(columns.error()));
        return FieldsCommand{std::move(*columns)};
    }

    Result<Command> take_display() {
        auto names = take_list(&Parser::take_name);
        if (!names) return fail(std::move(names.error()));
        return DisplayCommand{std::move(*names)};
    }

    Result<Command> take_filter() {
        auto condition = take_expression(lexer_);
        if (!condition) return fail(std::move(condition.error()));
        return FilterCommand{std::move(*condition)};
    }

    Result<ExpressionPointer> take_sub_expression() { return take_expression(lexer_); }

    Result<Command> take_dedup() {
        auto by = take_list(&Parser::take_sub_expression);
        if (!by) return fail(std::move(by.error()));
        return DedupCommand{std::move(*by)};
    }

    Result<SortCommand::Key> take_sort_key() {
        auto by = take_expression(lexer_);
        if (!by) return fail(std::move(by.error()));
        SortCommand::Key key{.by = std::move(*by)};
        auto descending = take("desc");
        if (!descending) return fail(std::move(descending.error()));
        key.descending = *descending;
        if (key.descending) return key;
        auto ascending = take("asc");
        if (!ascending) return fail(std::move(ascending.error()));
        return key;
    }

    Result<Command> take_sort() {
        // "sort by" is "sort".
        if (auto by = take("by"); !by) return fail(std::move(by.error()));
        auto keys = take_list(&Parser::take_sort_key);
        if (!keys) return fail(std::move(keys.error()));
        return SortCommand{std::move(*keys)};
    }

    Result<Command> take_limit() {
        const std::string text = lexer_.token().text;
        std::size_t count = 0;
        const auto parsed = std::from_chars(text.data(), text.data() + text.size(), count);
        const bool is_count = lexer_.token().kind == TokenKind::Number &&
                              parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
        if (!is_count || count == 0 || count > rows_max) {
            return lexer_.wrong(fmt::format("limit takes a number from 1 to {}", rows_max));
        }
        if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
        return LimitCommand{count};
    }

    std::unexpected<Error> too_many_fields() const {
        return lexer_.wrong(fmt::format("parse makes at most {} fields", parsed_fields_max));
    }
    static std::vector<std::string> parts_between_stars(std::string_view glob) {
        std::vector<std::string> parts;
        while (true) {
            const auto star = glob.find('*');
            parts.emplace_back(glob.substr(0, star));
            if (star == glob.npos) return parts;
            glob.remove_prefix(star + 1);
        }
    }

    Result<Command> take_parse();
    Result<Command> take_stats();
    Result<Column> take_stats_column(StatsCommand& command);

    std::string_view text_;
    Lexer lexer_;
};

Result<Command> Parser::take_parse() {
    ParseCommand command;
    if (!lexer_.is_regex() && lexer_.token().kind != TokenKind::Quoted) {
        // A field alone: after an expression a slash would divide.
        auto of = take_name();
        if (!of) return fail(std::move(of.error()));
        command.of = field_expression(std::move(*of));
    } else {
        command.of = field_expression("@message");
    }
    if (lexer_.is_regex()) {
        auto regex = take_regex_pattern(lexer_);
        if (!regex) return fail(std::move(regex.error()));
        command.pattern = std::move(*regex);
        std::map<int, std::string> groups = command.pattern->CapturingGroupNames();
        if (groups.empty() ||
            static_cast<int>(groups.size()) != command.pattern->NumberOfCapturingGroups()) {
            return lexer_.wrong(
                "each group of parse's regular expression needs a name: (?<name>…)");
        }
        if (groups.size() > parsed_fields_max) return too_many_fields();
        for (auto& [number, name] : groups) command.names.push_back(std::move(name));
        return command;
    }
    if (lexer_.token().kind != TokenKind::Quoted) {
        return lexer_.wrong("parse takes a pattern in quotes or a regular expression");
    }
    command.literals = parts_between_stars(lexer_.token().text);
    const std::size_t stars = command.literals.size() - 1;
    if (stars > parsed_fields_max) return too_many_fields();
    if (auto next = lexer_.advance(); !next) return fail(std::move(next.error()));
    auto as = take("as");
    if (!as) return fail(std::move(as.error()));
    if (!*as) return lexer_.wrong("expected 'as' and a name for each * of the pattern");
    auto names = take_list(&Parser::take_name);
    if (!names) return fail(std::move(names.error()));
    if (names->size() != stars || stars == 0) {
        return lexer_.wrong(
            fmt::format("the pattern has {} of *, and {} names follow", stars, names->size()));
    }
    command.names = std::move(*names);
    return command;
}

Result<Command> Parser::take_stats() {
    StatsCommand command;
    do {
        if (!command.columns.empty()) {
            if (auto comma = lexer_.advance(); !comma) return fail(std::move(comma.error()));
        }
        auto column = take_stats_column(command);
        if (!column) return fail(std::move(column.error()));
        command.columns.push_back(std::move(*column));
    } while (lexer_.is_symbol(","));
    auto by = take("by");
    if (!by) return fail(std::move(by.error()));
    if (!*by) return command;
    auto columns = take_list(&Parser::take_column);
    if (!columns) return fail(std::move(columns.error()));
    command.by = std::move(*columns);
    return command;
}

Result<Column> Parser::take_stats_column(StatsCommand& command) {
    const std::size_t begin = lexer_.token().at;
    auto expression = take_stats_expression(lexer_, {command.aggregates, command.columns});
    if (!expression) return fail(std::move(expression.error()));
    std::string name = text_since(begin, Expression{});
    auto renamed = take_name_after("as");
    if (!renamed) return fail(std::move(renamed.error()));
    if (!renamed->empty()) name = std::move(*renamed);
    return Column{std::move(name), std::move(*expression)};
}

}  // namespace

Result<Query> parse_query(std::string_view text) {
    if (text.size() > query_bytes_max) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("the query has more than {} bytes", query_bytes_max),
                    Place{"queryString", 1, 1});
    }
    return Parser(text).run();
}

}  // namespace gatehouse::logs::insights
