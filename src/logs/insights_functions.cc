// What expressions of Insights queries are worth.
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "logs/insights_parts.h"

namespace gatehouse::logs::insights {
namespace {

// Times that have a year of four digits, in milliseconds.
constexpr double time_max = 253'402'300'799'999;

bool is_time(double ms) {
    return ms >= -time_max && ms <= time_max;
}

bool contains(std::string_view text, std::string_view part) {
    return find_in(text, part) != text.npos;
}

// A text that stays within its bound.
class BoundedText {
public:
    // False when it is full; what does not fit is left out.
    bool add(std::string_view part) {
        text_ += part.substr(0, text_bytes_max - text_.size());
        return text_.size() < text_bytes_max;
    }
    Value take() { return Value(std::move(text_)); }

private:
    std::string text_;
};

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

bool matches(const Expression& like, const Value& value, Effort& effort) {
    if (value.is_absent()) return false;
    const std::string text = value.text();
    const bool is_in = like.regex
                           ? RE2::PartialMatch(matched_part(text, *like.regex, effort), *like.regex)
                           : contains(text, like.text);
    return is_in != (like.what == Operator::MatchesNot);
}

bool begins_character(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

Value one_argument(std::string_view name, const Value& of) {
    const std::string text = of.text();
    if (name == "ispresent") return Value::truth(!of.is_absent());
    if (name == "isempty") return Value::truth(text.empty());
    if (name == "isblank") return Value::truth(text.find_first_not_of(" \t\r\n") == text.npos);
    if (of.is_absent()) return {};
    if (name == "strlen")
        return Value(static_cast<double>(std::ranges::count_if(text, begins_character)));
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
    if (name == "frommillis" && is_time(*number)) {
        return Value::time(static_cast<std::int64_t>(*number));
    }
    return {};
}

// The beginning of the period in which a time lies, or of the next.
Value rounded(const Value& time, const Value& period, bool up) {
    const auto ms = time.number();
    const auto length = period_ms(period.text());
    if (!ms || !length || !is_time(*ms)) return {};
    const auto whole = static_cast<std::int64_t>(*ms);
    std::int64_t rest = whole % *length;
    if (rest < 0) rest += *length;
    const std::int64_t begin = whole - rest;
    return Value::time(up && rest != 0 ? begin + *length : begin);
}

// Where the character of that number begins, or the text ends.
std::size_t offset_of(std::string_view text, double character, std::size_t from = 0) {
    for (; from < text.size(); ++from) {
        if (!begins_character(text[from])) continue;
        if (character < 1) return from;
        --character;
    }
    return text.size();
}

Value substring(const std::vector<Value>& arguments) {
    const std::string text = arguments[0].text();
    const auto begin = arguments[1].number();
    const auto length = arguments.size() > 2 ? arguments[2].number()
                                             : std::optional(static_cast<double>(text.size()));
    if (!begin || !length || *begin < 0 || *length < 0) return {};
    const std::size_t from = offset_of(text, *begin);
    return Value(text.substr(from, offset_of(text, *length, from) - from));
}

Value replaced(const std::vector<Value>& arguments) {
    const std::string text = arguments[0].text(), from = arguments[1].text();
    if (from.empty()) return arguments[0];
    const std::string to = arguments[2].text();
    BoundedText result;
    std::size_t at = 0;
    for (auto next = find_in(text, from); next != text.npos; next = find_in(text, from, at)) {
        result.add(std::string_view(text).substr(at, next - at));
        if (!result.add(to)) return result.take();
        at = next + from.size();
    }
    result.add(std::string_view(text).substr(at));
    return result.take();
}

// An address by its bytes: 4 or 16, and none for what is no address.
std::string address_bytes(const std::string& text) {
    in_addr four{};
    if (inet_pton(AF_INET, text.c_str(), &four) == 1) {
        return {reinterpret_cast<const char*>(&four), sizeof(four)};
    }
    in6_addr six{};
    if (inet_pton(AF_INET6, text.c_str(), &six) == 1) {
        return {reinterpret_cast<const char*>(&six), sizeof(six)};
    }
    return {};
}

// `family`: "v4", "v6", or empty for either.
bool is_of_family(std::string_view family, const std::string& bytes) {
    if (family.empty()) return !bytes.empty();
    return bytes.size() == (family == "v4" ? sizeof(in_addr) : sizeof(in6_addr));
}

bool is_address(std::string_view family, const Value& value) {
    return is_of_family(family, address_bytes(value.text()));
}

// `subnet` is "192.0.2.0/24"; with another family, or no subnet at all, nothing is in it.
bool is_in_subnet(std::string_view family, const Value& value, std::string_view subnet) {
    const std::string bytes = address_bytes(value.text());
    const auto slash = subnet.find('/');
    if (slash == subnet.npos || !is_of_family(family, bytes)) return false;
    const std::string net = address_bytes(std::string(subnet.substr(0, slash)));
    const std::string_view digits = subnet.substr(slash + 1);
    std::size_t bits = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    const bool is_count = parsed.ec == std::errc{} && parsed.ptr == digits.data() + digits.size();
    if (!is_count || net.size() != bytes.size() || bits > net.size() * 8) return false;
    if (!bytes.starts_with(net.substr(0, bits / 8))) return false;
    if (bits % 8 == 0) return true;
    const auto differing = static_cast<unsigned char>(bytes[bits / 8] ^ net[bits / 8]);
    return differing >> (8 - bits % 8) == 0;
}

Value joined(const Expression& call, const Scope& scope) {
    BoundedText text;
    for (const ExpressionPointer& one : call.of) {
        if (!text.add(evaluate(*one, scope).text())) break;
    }
    return text.take();
}

Value most(const Expression& call, const Scope& scope, int sign) {
    Value best;
    for (const ExpressionPointer& one : call.of) {
        Value value = evaluate(*one, scope);
        if (value.is_absent()) continue;
        if (best.is_absent() || Value::compare(value, best) * sign > 0) best = std::move(value);
    }
    return best;
}

Value first_present(const Expression& call, const Scope& scope) {
    for (const ExpressionPointer& one : call.of) {
        if (Value value = evaluate(*one, scope); !value.is_absent()) return value;
    }
    return {};
}

Value called(const Expression& call, const Scope& scope) {
    if (call.text == "concat") return joined(call, scope);
    if (call.text == "greatest") return most(call, scope, 1);
    if (call.text == "least") return most(call, scope, -1);
    if (call.text == "coalesce") return first_present(call, scope);
    std::vector<Value> arguments;
    for (const ExpressionPointer& one : call.of) arguments.push_back(evaluate(*one, scope));
    return call_function(call.text, arguments, scope);
}

// Text that was made or copied is charged.
Value charged(Value value, Effort& effort) {
    return effort.spend(value.bytes()) ? std::move(value) : Value();
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
                           Known{"now", 0, 0},
                           Known{"isvalidip"},
                           Known{"isvalidipv4"},
                           Known{"isvalidipv6"},
                           Known{"isipinsubnet", 2, 2},
                           Known{"isipv4insubnet", 2, 2},
                           Known{"isipv6insubnet", 2, 2},
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

Value call_function(std::string_view name, const std::vector<Value>& arguments,
                    const Scope& scope) {
    if (name == "bin") {
        if (!scope.row.record()) return {};
        return rounded(Value::time(scope.row.record()->timestamp), arguments[0], false);
    }
    if (name == "now") return Value(static_cast<double>(scope.now_seconds));
    if (name.starts_with("isvalidip")) {
        return Value::truth(is_address(name.substr(std::size("isvalidip") - 1), arguments[0]));
    }
    if (name.ends_with("insubnet")) {
        const std::string_view family = name.substr(std::size("isip") - 1);
        return Value::truth(is_in_subnet(family.substr(0, family.find("insubnet")), arguments[0],
                                         arguments[1].text()));
    }
    if (name == "datefloor") return rounded(arguments[0], arguments[1], false);
    if (name == "dateceil") return rounded(arguments[0], arguments[1], true);
    if (name == "strcontains") {
        return Value(contains(arguments[0].text(), arguments[1].text()) ? 1.0 : 0.0);
    }
    if (name == "substr") return substring(arguments);
    if (name == "replace") return replaced(arguments);
    return one_argument(name, arguments[0]);
}

std::size_t find_in(std::string_view text, std::string_view part, std::size_t at) {
    if (at > text.size()) return text.npos;
    if (part.empty()) return at;
    const void* const place = memmem(text.data() + at, text.size() - at, part.data(), part.size());
    if (place == nullptr) return text.npos;
    return static_cast<std::size_t>(static_cast<const char*>(place) - text.data());
}

std::string_view matched_part(const std::string& text, const RE2& regex, Effort& effort) {
    const std::string_view part = std::string_view(text).substr(0, matched_bytes_max);
    // The worst of RE2: each step at each byte, and a copy of the groups with it.
    const auto steps = static_cast<std::uint64_t>(regex.ProgramSize());
    const auto groups = static_cast<std::uint64_t>(regex.NumberOfCapturingGroups());
    return effort.spend(part.size() * steps * (1 + groups / 8)) ? part : std::string_view();
}

Value evaluate_kept(const Expression& expression, const Scope& scope) {
    Value value = evaluate(expression, scope);
    return scope.effort.hold(value.bytes()) ? std::move(value) : Value();
}

Value evaluate(const Expression& expression, const Scope& scope) {
    if (scope.effort.is_spent()) return {};
    const auto operand = [&](std::size_t i) { return evaluate(*expression.of[i], scope); };
    const auto is_true = [&](const ExpressionPointer& one) {
        return evaluate(*one, scope).is_true();
    };
    switch (expression.what) {
        case Operator::Constant: return expression.value;
        case Operator::Field:
            return charged(scope.row.field(expression.text, scope.fields), scope.effort);
        case Operator::Or: return Value::truth(std::ranges::any_of(expression.of, is_true));
        case Operator::And: return Value::truth(std::ranges::all_of(expression.of, is_true));
        case Operator::Not: return Value::truth(!operand(0).is_true());
        case Operator::Contains:
        case Operator::Matches:
        case Operator::MatchesNot:
            return Value::truth(matches(expression, operand(0), scope.effort));
        case Operator::In:
        case Operator::NotIn: {
            const Value value = operand(0);
            const bool is_in = std::any_of(
                std::next(expression.of.begin()), expression.of.end(),
                [&](const auto& one) { return Value::equal(value, evaluate(*one, scope)); });
            return Value::truth(!value.is_absent() && is_in == (expression.what == Operator::In));
        }
        case Operator::Negate: return arithmetic(Operator::Subtract, Value(0.0), operand(0));
        case Operator::Call: return charged(called(expression, scope), scope.effort);
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
    for (const auto& [name, value] : made_) bytes += name.size() + value.bytes() + 128;
    return bytes;
}

}  // namespace gatehouse::logs::insights
