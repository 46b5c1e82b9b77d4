#include "indexing/query.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>
#include <utility>

#include "indexing/query_parser.h"

namespace gatehouse::indexing {
namespace {

// Texts of the query are lower case already. Going back to the latest any_run is enough.
bool fits(std::string_view glob, std::string_view text) {
    std::size_t in_glob = 0, in_text = 0;
    std::size_t run = glob.npos, run_text = 0;
    while (in_text < text.size()) {
        const char wanted = in_glob < glob.size() ? glob[in_glob] : '\0';
        if (in_glob < glob.size() && wanted == any_run) {
            run = ++in_glob;
            run_text = in_text;
        } else if (in_glob < glob.size() && (wanted == any_one || wanted == lower(text[in_text]))) {
            ++in_glob;
            ++in_text;
        } else if (run != glob.npos) {
            in_glob = run;
            in_text = ++run_text;
        } else {
            return false;
        }
    }
    while (in_glob < glob.size() && glob[in_glob] == any_run) ++in_glob;
    return in_glob == glob.size();
}

// Calls `visit` with each word until it says true; whether it did.
template <class Visit>
bool any_word(std::string_view value, Visit visit) {
    std::size_t at = 0;
    while (at < value.size()) {
        if (is_blank(value[at])) {
            ++at;
            continue;
        }
        std::size_t end = at;
        while (end < value.size() && !is_blank(value[end])) ++end;
        if (visit(value.substr(at, end - at))) return true;
        at = end;
    }
    return false;
}

bool holds_phrase(const std::vector<std::string>& words, std::string_view value) {
    std::vector<std::string_view> there;
    any_word(value, [&](std::string_view word) {
        there.push_back(word);
        return false;
    });
    return !std::ranges::search(there, words, [](std::string_view word, const std::string& wanted) {
                return fits(wanted, word);
            }).empty();
}

int compare_texts(std::string_view value, std::string_view bound) {
    const std::size_t common = std::min(value.size(), bound.size());
    for (std::size_t i = 0; i < common; ++i) {
        const auto a = static_cast<unsigned char>(lower(value[i]));
        const auto b = static_cast<unsigned char>(bound[i]);
        if (a != b) return a < b ? -1 : 1;
    }
    return value.size() == bound.size() ? 0 : value.size() < bound.size() ? -1 : 1;
}

bool lies_between(const Test& test, std::string_view value) {
    const auto number = test.is_numeric() ? numeric_value(value) : std::nullopt;
    if (test.is_numeric() && !number) return false;
    const auto order = [&](const Bound& bound) {
        if (!number) return compare_texts(value, bound.text);
        return *number == *bound.number ? 0 : *number < *bound.number ? -1 : 1;
    };
    if (test.low) {
        const int at = order(*test.low);
        if (at < 0 || (at == 0 && !test.low->is_inclusive)) return false;
    }
    if (!test.high) return true;
    const int at = order(*test.high);
    return at < 0 || (at == 0 && test.high->is_inclusive);
}

bool passes(const Test& test, std::string_view value) {
    switch (test.kind) {
        case Test::Kind::Word:
            return any_word(value,
                            [&](std::string_view word) { return fits(test.words.front(), word); });
        case Test::Kind::Phrase: return holds_phrase(test.words, value);
        case Test::Kind::Exists: return true;
        case Test::Kind::Range: return lies_between(test, value);
        case Test::Kind::Geo: return false;  // places stand in shadows, which are not indexed
    }
    return false;
}

// Developer Guide, "Query syntax": a term without a field is looked for in the registry's. What is
// there of a version is a count, in which nobody looks for words.
bool is_meant(const Test& test, const Field& field) {
    if (!test.field.empty()) return field.name == test.field;
    return !field.name.starts_with(fields::connectivity) && field.name != fields::thing_version &&
           field.name != fields::group_version;
}

bool judge(const Expression& expression, std::span<const Field> fields) {
    const auto part_holds = [&](const Expression& part) { return judge(part, fields); };
    switch (expression.kind) {
        case Expression::Kind::All: return true;
        case Expression::Kind::And: return std::ranges::all_of(expression.parts, part_holds);
        case Expression::Kind::Or: return std::ranges::any_of(expression.parts, part_holds);
        case Expression::Kind::Not: return !judge(expression.parts.front(), fields);
        case Expression::Kind::Test: break;
    }
    const Test& test = expression.test;
    return std::ranges::any_of(fields, [&](const Field& field) {
        return is_meant(test, field) && passes(test, field.value);
    });
}

void name_fields_plainly(Expression& expression) {
    expression.test.field = std::string(plain_field_name(expression.test.field));
    for (Expression& part : expression.parts) name_fields_plainly(part);
}

// 20 is 20.0 where numbers are compared.
void compare_numbers(Expression& expression, const Query::IsNumber& is_number) {
    for (Expression& part : expression.parts) compare_numbers(part, is_number);
    Test& test = expression.test;
    if (test.kind != Test::Kind::Word || test.words.empty() || !is_number(test.field)) return;
    const auto number = numeric_value(test.words.front());
    if (!number) return;
    const Bound bound{.text = test.words.front(), .number = number, .is_inclusive = true};
    test = {.kind = Test::Kind::Range,
            .field = std::move(test.field),
            .words = {},
            .low = bound,
            .high = bound};
}

}  // namespace

std::optional<double> numeric_value(std::string_view text) {
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end || !std::isfinite(number)) return std::nullopt;
    return number;
}

Result<Query> Query::parse(std::string_view text, const IsNumber& is_number) {
    auto expression = parse_expression(text);
    if (!expression) return fail(std::move(expression.error()));
    name_fields_plainly(*expression);
    if (is_number) compare_numbers(*expression, is_number);
    return Query(std::move(*expression));
}

bool Query::matches(const Document& document) const {
    return judge(expression_, document.fields);
}

bool Query::finds_member(const Document& document) const {
    return judge(expression_, std::span(document.fields).first(document.own_fields));
}

}  // namespace gatehouse::indexing
