// Conditions on messages that are JSON: { $.eventType = "Connect" && $.sourcePort > 1024 }.
#include <algorithm>
#include <charconv>
#include <variant>
#include <vector>

#include "base/json.h"
#include "logs/filter_parts.h"

namespace gatehouse::logs::filter {
namespace {

struct EveryElement {};
using Step = std::variant<std::string, std::size_t, EveryElement>;
using Selector = std::vector<Step>;

enum class State : std::uint8_t { Null, True, False, Missing, Present };

// One condition on what a selector finds.
struct Condition {
    Selector selector;
    std::variant<State, Operand> test;
};

struct Expression;
using Expressions = std::vector<Expression>;
struct AllOf {
    Expressions parts;
};
struct AnyOf {
    Expressions parts;
};
struct Expression {
    std::variant<Condition, AllOf, AnyOf> node;
};

bool holds_for_scalar(const Operand& operand, const json::value& value) {
    switch (value.kind()) {
        case json::kind::string: return operand.holds_for_text(value.get_string());
        case json::kind::int64:
            return operand.holds_for_number(static_cast<long double>(value.get_int64()),
                                            to_text(value));
        case json::kind::uint64:
            return operand.holds_for_number(static_cast<long double>(value.get_uint64()),
                                            to_text(value));
        case json::kind::double_:
            return operand.holds_for_number(value.get_double(), to_text(value));
        case json::kind::bool_: return operand.holds_for_text(value.get_bool() ? "true" : "false");
        default: return false;  // null, objects and arrays compare with nothing
    }
}

bool holds(const std::variant<State, Operand>& test, const json::value& value) {
    if (const auto* operand = std::get_if<Operand>(&test)) return holds_for_scalar(*operand, value);
    switch (std::get<State>(test)) {
        case State::Null: return value.is_null();
        case State::True: return value.is_bool() && value.get_bool();
        case State::False: return value.is_bool() && !value.get_bool();
        case State::Present: return true;
        case State::Missing: break;
    }
    return false;
}

// Whether any value that the rest of the selector finds satisfies the test.
bool any_found(const Condition& condition, std::size_t step, const json::value& value) {
    if (step == condition.selector.size()) return holds(condition.test, value);
    const Step& next = condition.selector[step];
    if (const auto* name = std::get_if<std::string>(&next)) {
        const auto* object = value.if_object();
        const auto* member = object == nullptr ? nullptr : object->if_contains(*name);
        return member != nullptr && any_found(condition, step + 1, *member);
    }
    const auto* array = value.if_array();
    if (array == nullptr) return false;
    if (const auto* index = std::get_if<std::size_t>(&next)) {
        return *index < array->size() && any_found(condition, step + 1, (*array)[*index]);
    }
    return std::ranges::any_of(*array, [&](const json::value& element) {
        return any_found(condition, step + 1, element);
    });
}

bool evaluate(const Condition& condition, const json::value& message) {
    const auto* state = std::get_if<State>(&condition.test);
    if (state != nullptr && *state == State::Missing) {
        return !any_found({condition.selector, State::Present}, 0, message);
    }
    return any_found(condition, 0, message);
}

bool evaluate(const Expression& expression, const json::value& message) {
    const auto holds_here = [&](const Expression& part) { return evaluate(part, message); };
    if (const auto* all = std::get_if<AllOf>(&expression.node)) {
        return std::ranges::all_of(all->parts, holds_here);
    }
    if (const auto* any = std::get_if<AnyOf>(&expression.node)) {
        return std::ranges::any_of(any->parts, holds_here);
    }
    return evaluate(std::get<Condition>(expression.node), message);
}

class JsonMatcher final : public FilterPattern::Matcher {
public:
    explicit JsonMatcher(Expression expression) : expression_(std::move(expression)) {}

    bool matches(std::string_view message) const override {
        const std::size_t first = message.find_first_not_of(" \t\r\n");
        if (first == message.npos || (message[first] != '{' && message[first] != '[')) return false;
        const auto parsed = parse_json(message, "the message", {.depth_max = passing_depth_max});
        return parsed && evaluate(expression_, *parsed);
    }

private:
    Expression expression_;
};

class JsonParser {
public:
    explicit JsonParser(std::string_view pattern) : scanner_(pattern) {}

    MatcherResult parse() {
        scanner_.skip_blanks();
        scanner_.take("{");
        auto expression = parse_any(0);
        if (!expression) return fail(std::move(expression.error()));
        scanner_.skip_blanks();
        if (!scanner_.take("}")) return scanner_.wrong("expected &&, || or the closing }");
        scanner_.skip_blanks();
        if (!scanner_.at_end()) return scanner_.wrong("there is text after the closing }");
        return std::make_unique<const JsonMatcher>(std::move(*expression));
    }

private:
    // a || b: binds weaker than &&.
    Result<Expression> parse_any(std::size_t depth) {
        return parse_list<AnyOf>("||", depth, &JsonParser::parse_all);
    }
    Result<Expression> parse_all(std::size_t depth) {
        return parse_list<AllOf>("&&", depth, &JsonParser::parse_one);
    }

    template <class Node>
    Result<Expression> parse_list(std::string_view between, std::size_t depth,
                                  Result<Expression> (JsonParser::*parse_part)(std::size_t)) {
        Node list;
        do {
            auto part = (this->*parse_part)(depth);
            if (!part) return part;
            list.parts.push_back(std::move(*part));
            scanner_.skip_blanks();
        } while (scanner_.take(between));
        if (list.parts.size() == 1) return std::move(list.parts.front());
        return Expression{std::move(list)};
    }

    Result<Expression> parse_one(std::size_t depth) {
        scanner_.skip_blanks();
        if (scanner_.take("(")) {
            if (depth >= nesting_max) return scanner_.wrong("the parentheses are nested too deep");
            auto inner = parse_any(depth + 1);
            if (!inner) return inner;
            scanner_.skip_blanks();
            if (!scanner_.take(")")) return scanner_.wrong("expected )");
            return inner;
        }
        auto condition = parse_condition();
        if (!condition) return fail(std::move(condition.error()));
        return Expression{std::move(*condition)};
    }

    Result<Condition> parse_condition() {
        auto selector = parse_selector();
        if (!selector) return fail(std::move(selector.error()));
        scanner_.skip_blanks();
        if (const auto state = take_state()) return Condition{std::move(*selector), *state};
        const auto comparison = take_comparison(scanner_);
        if (!comparison) return fail(comparison.error());
        auto operand = Operand::take(scanner_, *comparison, "&|(){}");
        if (!operand) return fail(std::move(operand.error()));
        return Condition{std::move(*selector), std::move(*operand)};
    }

    std::optional<State> take_state() {
        if (scanner_.take_word("IS")) {
            scanner_.skip_blanks();
            if (scanner_.take_word("NULL")) return State::Null;
            if (scanner_.take_word("TRUE")) return State::True;
            if (scanner_.take_word("FALSE")) return State::False;
            return std::nullopt;
        }
        if (scanner_.take_word("NOT")) {
            scanner_.skip_blanks();
            if (scanner_.take_word("EXISTS")) return State::Missing;
            return std::nullopt;
        }
        if (scanner_.take_word("EXISTS")) return State::Present;
        return std::nullopt;
    }

    Result<Selector> parse_selector() {
        if (!scanner_.take("$")) return scanner_.wrong("expected a selector such as $.eventType");
        Selector selector;
        while (true) {
            if (selector.size() > nesting_max) return scanner_.wrong("the selector is too deep");
            if (scanner_.take(".")) {
                const auto name = scanner_.take_until(" \t\r\n.[]=!<>&|(){}\"%,");
                if (name.empty()) return scanner_.wrong("a member name is missing after '.'");
                selector.emplace_back(std::string(name));
            } else if (scanner_.take("[")) {
                auto step = parse_bracket();
                if (!step) return fail(std::move(step.error()));
                selector.push_back(std::move(*step));
            } else {
                return selector;
            }
        }
    }

    Result<Step> parse_bracket() {
        Step step = EveryElement{};
        if (scanner_.peek() == '"') {
            auto name = scanner_.take_quoted();
            if (!name) return fail(std::move(name.error()));
            step = std::move(*name);
        } else if (!scanner_.take("*")) {
            const auto digits = scanner_.take_until("]");
            std::size_t index = 0;
            const char* end = digits.data() + digits.size();
            const auto read = std::from_chars(digits.data(), end, index);
            if (digits.empty() || read.ec != std::errc() || read.ptr != end) {
                return scanner_.wrong("expected a number, * or a quoted name between [ and ]");
            }
            step = index;
        }
        if (!scanner_.take("]")) return scanner_.wrong("expected ]");
        return step;
    }

    Scanner scanner_;
};

}  // namespace

MatcherResult parse_json_filter(std::string_view pattern) {
    return JsonParser(pattern).parse();
}

}  // namespace gatehouse::logs::filter
