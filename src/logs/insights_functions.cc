// What expressions of Insights queries are worth.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "logs/insights_parts.h"

namespace gatehouse::logs::insights {
namespace {

constexpr std::size_t text_bytes_max = 1024 * 1024;

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != text.npos;
}

Value arithmetic(Operator what, const Value& a, const Value& b) {
    const auto x = a.number();
    const auto y = b.number();
    if (!x || !y) return {};
    double result = 0;
    switch (what) {
        case Operator::Add: result = *x + *y; break;
        case Operator::Subtract: result = *x - *y; break;
        case Operator::Multiply: result = *x * *y; break;
        case Operator::Divide: result = *x / *y; break;
        case Operator::Remainder: result = std::fmod(*x, *y); break;
        case Operator::Power: result = std::pow(*x, *y); break;
        default: return {};
    }
    return std::isfinite(result) ? Value(result) : Value();
}

bool compares(Operator what, const Value& a, const Value& b) {
    if (a.is_absent() || b.is_absent()) return false;
    switch (what) {
        case Operator::Equal: return Value::equal(a, b);
        case Operator::NotEqual: return !Value::equal(a, b);
        case Operator::Less: return Value::compare(a, b) < 0;
        case Operator::LessOrEqual: return Value::compare(a, b) <= 0;
        case Operator::Greater: return Value::compare(a, b) > 0;
        case Operator::GreaterOrEqual: return Value::compare(a, b) >= 0;
        default: return false;
    }
}

bool matches(const Expression& like, const Value& value) {
    if (value.is_absent()) return false;
    const std::string text = value.text();
    const bool is_in =
        like.regex ? RE2::PartialMatch(text, *like.regex) : contains(text, like.text);
    return is_in != (like.what == Operator::MatchesNot);
}

Value one_argument(std::string_view name, const Value& of) {
    const std::string text = of.text();
    if (name == "ispresent") return Value::truth(!of.is_absent());
    if (name == "isempty") return Value::truth(text.empty());
    if (name == "isblank") return Value::truth(text.find_first_not_of(" \t\r\n") == text.npos);
    if (of.is_absent()) return {};
    if (name == "strlen") return Value(static_cast<double>(text.size()));
    if (name == "tolower" || name == "toupper") {
        std::string changed = text;
        const bool up = name == "toupper";
        for (char& c : changed) {
            if (up && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
            if (!up && c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
        }
        return Value(changed);
    }
    if (name.ends_with("trim")) {
        const auto begin =
            name == "rtrim" ? 0 : std::min(text.find_first_not_of(" \t\r\n"), text.size());
        const auto end = name == "ltrim" ? text.size() : text.find_last_not_of(" \t\r\n") + 1;
        return Value(end > begin ? text.substr(begin, end - begin) : std::string());
    }
    const auto number = of.number();
    if (!number) return {};
    if (name == "abs") return Value(std::abs(*number));
    if (name == "ceil") return Value(std::ceil(*number));
    if (name == "floor") return Value(std::floor(*number));
    if (name == "sqrt" && *number >= 0) return Value(std::sqrt(*number));
    if (name == "log" && *number > 0) return Value(std::log(*number));
    if (name == "tomillis") return Value(*number);
    if (name == "frommillis") return Value::time(static_cast<std::int64_t>(*number));
    return {};
}

// The beginning of the period in which a time lies, or of the next.
Value rounded(const Value& time, const Value& period, bool up) {
    const auto ms = time.number();
    const auto length = period_ms(period.text());
    if (!ms || !length) return {};
    const auto whole = static_cast<std::int64_t>(*ms);
    std::int64_t rest = whole % *length;
    if (rest < 0) rest += *length;
    const std::int64_t begin = whole - rest;
    return Value::time(up && rest != 0 ? begin + *length : begin);
}

Value substring(const std::vector<Value>& arguments) {
    const std::string text = arguments[0].text();
    const auto begin = arguments[1].number();
    const auto length = arguments.size() > 2 ? arguments[2].number()
                                             : std::optional(static_cast<double>(text.size()));
    if (!begin || !length || *begin < 0 || *length < 0) return {};
    const auto size = static_cast<double>(text.size());
    const auto from = static_cast<std::size_t>(std::min(*begin, size));
    return Value(text.substr(from, static_cast<std::size_t>(std::min(*length, size))));
}

Value replaced(const std::vector<Value>& arguments) {
    const std::string text = arguments[0].text(), from = arguments[1].text();
    if (from.empty()) return arguments[0];
    std::string result;
    std::size_t at = 0;
    for (auto next = text.find(from); next != text.npos && result.size() < text_bytes_max;
         next = text.find(from, at)) {
        result += text.substr(at, next - at) + arguments[2].text();
        at = next + from.size();
    }
    return Value(result + text.substr(at));
}

Value joined(const std::vector<Value>& arguments) {
    std::string text;
    for (const Value& one : arguments) text += one.text();
    return Value(text.substr(0, text_bytes_max));
}

Value most(const std::vector<Value>& arguments, int sign) {
    Value best;
    for (const Value& one : arguments) {
        if (one.is_absent()) continue;
        if (best.is_absent() || Value::compare(one, best) * sign > 0) best = one;
    }
    return best;
}

struct Known {
    std::string_view name;
    std::size_t min = 1;
    std::size_t max = 1;
};
constexpr std::size_t any = std::numeric_limits<std::size_t>::max();
constexpr std::array known{Known{"ispresent"},
                           Known{"isempty"},
                           Known{"isblank"},
                           Known{"strlen"},
                           Known{"tolower"},
                           Known{"toupper"},
                           Known{"trim"},
                           Known{"ltrim"},
                           Known{"rtrim"},
                           Known{"abs"},
                           Known{"ceil"},
                           Known{"floor"},
                           Known{"sqrt"},
                           Known{"log"},
                           Known{"tomillis"},
                           Known{"frommillis"},
                           Known{"bin"},
                           Known{"datefloor", 2, 2},
                           Known{"dateceil", 2, 2},
                           Known{"strcontains", 2, 2},
                           Known{"coalesce", 1, any},
                           Known{"concat", 1, any},
                           Known{"greatest", 1, any},
                           Known{"least", 1, any},
                           Known{"substr", 2, 3},
                           Known{"replace", 3, 3}};

}  // namespace

bool is_function(std::string_view name, std::size_t arguments) {
    return std::ranges::any_of(known, [&](const Known& one) {
        return one.name == name && arguments >= one.min && arguments <= one.max;
    });
}

// Source: "Functions in CloudWatch Logs Insights": each unit has one word and several spellings.
std::optional<std::int64_t> period_ms(std::string_view text) {
    double count = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), count);
    const std::string_view unit(parsed.ptr, static_cast<std::size_t>(text.end() - parsed.ptr));
    constexpr std::array<std::pair<std::string_view, std::int64_t>, 20> units{
        {{"ms", 1},
         {"msec", 1},
         {"millisecond", 1},
         {"s", 1000},
         {"sec", 1000},
         {"second", 1000},
         {"m", 60'000},
         {"min", 60'000},
         {"minute", 60'000},
         {"h", 3'600'000},
         {"hr", 3'600'000},
         {"hour", 3'600'000},
         {"d", 86'400'000},
         {"day", 86'400'000},
         {"w", 604'800'000},
         {"week", 604'800'000},
         {"mo", 2'629'800'000},
         {"mon", 2'629'800'000},
         {"y", 31'557'600'000},
         {"yr", 31'557'600'000}}};
    for (const auto& [name, ms] : units) {
        const bool is_it =
            unit == name || (unit.starts_with(name) && unit.substr(name.size()) == "s");
        const double length = count * static_cast<double>(ms);
        if (is_it && length >= 1 && length < 1e15) return static_cast<std::int64_t>(length);
    }
    return std::nullopt;
}

Value call_function(std::string_view name, const std::vector<Value>& arguments, const Row& row) {
    if (name == "bin") {
        if (!row.record()) return {};
        return rounded(Value::time(row.record()->timestamp), arguments[0], false);
    }
    if (name == "datefloor") return rounded(arguments[0], arguments[1], false);
    if (name == "dateceil") return rounded(arguments[0], arguments[1], true);
    if (name == "strcontains") {
        return Value(contains(arguments[0].text(), arguments[1].text()) ? 1.0 : 0.0);
    }
    if (name == "substr") return substring(arguments);
    if (name == "replace") return replaced(arguments);
    if (name == "concat") return joined(arguments);
    if (name == "greatest") return most(arguments, 1);
    if (name == "least") return most(arguments, -1);
    if (name == "coalesce") {
        const auto first = std::ranges::find_if_not(arguments, &Value::is_absent);
        return first == arguments.end() ? Value() : *first;
    }
    return one_argument(name, arguments[0]);
}

Value evaluate(const Expression& expression, const Row& row, RecordFields* fields) {
    const auto operand = [&](std::size_t i) { return evaluate(*expression.of[i], row, fields); };
    const auto is_true = [&](const ExpressionPointer& one) {
        return evaluate(*one, row, fields).is_true();
    };
    switch (expression.what) {
        case Operator::Constant: return expression.value;
        case Operator::Field: return row.field(expression.text, fields);
        case Operator::Or: return Value::truth(std::ranges::any_of(expression.of, is_true));
        case Operator::And: return Value::truth(std::ranges::all_of(expression.of, is_true));
        case Operator::Not: return Value::truth(!operand(0).is_true());
        case Operator::Contains:
        case Operator::Matches:
        case Operator::MatchesNot: return Value::truth(matches(expression, operand(0)));
        case Operator::In:
        case Operator::NotIn: {
            const Value value = operand(0);
            const bool is_in = std::any_of(
                std::next(expression.of.begin()), expression.of.end(),
                [&](const auto& one) { return Value::equal(value, evaluate(*one, row, fields)); });
            return Value::truth(!value.is_absent() && is_in == (expression.what == Operator::In));
        }
        case Operator::Negate: return arithmetic(Operator::Subtract, Value(0.0), operand(0));
        case Operator::Call: {
            std::vector<Value> arguments;
            for (std::size_t i = 0; i < expression.of.size(); ++i) arguments.push_back(operand(i));
            return call_function(expression.text, arguments, row);
        }
        case Operator::Equal:
        case Operator::NotEqual:
        case Operator::Less:
        case Operator::LessOrEqual:
        case Operator::Greater:
        case Operator::GreaterOrEqual:
            return Value::truth(compares(expression.what, operand(0), operand(1)));
        default: return arithmetic(expression.what, operand(0), operand(1));
    }
}

Value Row::field(const std::string& name, RecordFields* fields) const {
    const auto made = made_.find(name);
    if (made != made_.end()) return made->second;
    return fields == nullptr ? Value() : fields->field(name);
}

std::size_t Row::bytes() const {
    std::size_t bytes = sizeof(Row) + (record_ ? record_->message.size() + 256 : 0);
    for (const auto& [name, value] : made_) bytes += name.size() + value.text().size() + 128;
    return bytes;
}

}  // namespace gatehouse::logs::insights
