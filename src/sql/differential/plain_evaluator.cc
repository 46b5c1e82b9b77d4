#include "sql/differential/plain_evaluator.h"

#include <map>

#include "base/encoding.h"
#include "sql/differential/plain_check.h"
#include "sql/differential/plain_functions.h"
#include "sql/function.h"
#include "sql/parser.h"

namespace gatehouse::sql::plain {
namespace {

using syntax::BinaryOperator;
using syntax::Expression;

Value calculated(BinaryOperator op, const Value& left, const Value& right) {
    if (op == BinaryOperator::Remainder) return rest_of_values(left, right);
    const Value a = number_of(left);
    const Value b = number_of(right);
    if (!is_number(a) || !is_number(b)) return {};
    const bool are_ints = a.kind == Kind::Int && b.kind == Kind::Int;
    const Kind kind = are_ints ? Kind::Int : Kind::Decimal;
    switch (op) {
        case BinaryOperator::Add: return of_number(kind, sum(a.number, b.number));
        case BinaryOperator::Subtract: return of_number(kind, sum(a.number, negative_of(b.number)));
        case BinaryOperator::Multiply: return of_number(kind, product(a.number, b.number));
        default:
            return of_number(
                kind, are_ints ? whole_quotient(a.number, b.number) : quotient(a.number, b.number));
    }
}

Value ordered(BinaryOperator op, const Value& left, const Value& right) {
    const Value a = number_of(left);
    const Value b = number_of(right);
    if (!is_number(a) || !is_number(b)) return {};
    const int order = compare(a.number, b.number);
    switch (op) {
        case BinaryOperator::Less: return of_truth(order < 0);
        case BinaryOperator::LessOrEqual: return of_truth(order <= 0);
        case BinaryOperator::Greater: return of_truth(order > 0);
        default: return of_truth(order >= 0);
    }
}

Value joined(BinaryOperator op, const Value& left, const Value& right) {
    const auto a = truth_of(left);
    const auto b = truth_of(right);
    if (!a || !b) return {};
    return of_truth(op == BinaryOperator::And ? *a && *b : *a || *b);
}

Value operated(BinaryOperator op, const Value& left, const Value& right) {
    switch (op) {
        case BinaryOperator::And:
        case BinaryOperator::Or: return joined(op, left, right);
        case BinaryOperator::Equal:
        case BinaryOperator::NotEqual: {
            const auto same = are_equal(left, right);
            return same ? of_truth(*same == (op == BinaryOperator::Equal)) : Value();
        }
        case BinaryOperator::Less:
        case BinaryOperator::LessOrEqual:
        case BinaryOperator::Greater:
        case BinaryOperator::GreaterOrEqual: return ordered(op, left, right);
        case BinaryOperator::Add:
            if (left.kind == Kind::String || right.kind == Kind::String) {
                const auto a = text_of(left);
                const auto b = text_of(right);
                return a && b ? of_text(*a + *b) : Value();
            }
            return calculated(op, left, right);
        default: return calculated(op, left, right);
    }
}

Value cast_to_number(const Value& value, CastType type, Version version) {
    if (value.kind == Kind::Boolean) {
        return of_number(type == CastType::Int ? Kind::Int : Kind::Decimal,
                         Number{.digits = value.truth ? 1 : 0});
    }
    const Value number = number_of(value);
    if (!is_number(number)) return {};
    if (type == CastType::Int) return of_number(Kind::Int, rounded(number.number, To::Floor));
    const bool is_int =
        number.kind == Kind::Int || (version == Version::V2016 && is_whole(number.number));
    return of_number(is_int ? Kind::Int : Kind::Decimal, number.number);
}

Value cast(const Value& value, CastType type, Version version) {
    switch (type) {
        case CastType::String: {
            const auto text = text_of(value);
            return text ? of_text(*text) : Value();
        }
        case CastType::Boolean: {
            if (is_number(value)) return of_truth(value.number.digits != 0);
            const auto truth = truth_of(value);
            return truth ? of_truth(*truth) : Value();
        }
        default: return cast_to_number(value, type, version);
    }
}

// Puts a value at the end of a path, with objects on the way.
void put_at(Members& members, const std::vector<std::string>& path, std::size_t at,
            const Value& value) {
    if (at + 1 == path.size()) return put(members, path[at], value);
    Members inner = each_once(member(of_members(members), path[at]));
    put_at(inner, path, at + 1, value);
    put(members, path[at], of_members(std::move(inner)));
}

bool is_star(const Expression& expression) {
    return std::holds_alternative<syntax::Star>(expression.what);
}

class Evaluation {
public:
    Evaluation(std::string_view sql, Version version, const Message& message)
        : sql_(sql), version_(version), message_(message) {}

    Outcome run(const syntax::Statement& statement) {
        const auto json = read_json(message_.payload, version_);
        if (json) root_ = *json;
        Outcome outcome;
        for (const auto& [name, expression] : statement.assignments) {
            const Value value = of(expression);
            outcome.variables.push_back(described(value));
            variables_[name] = value;
        }
        const syntax::Query& query = statement.query;
        for (const syntax::Item& item : query.items) {
            const bool is_whole = is_star(item.expression);
            outcome.items.push_back(described(is_whole ? root_ : of(item.expression)));
        }
        outcome.matches = !query.where || truth_of(of(*query.where)) == true;
        if (!outcome.matches) return outcome;
        if (query.items.size() == 1 && is_star(query.items[0].expression)) {
            outcome.payload = message_.payload;
            return outcome;
        }
        Value whole = root_;
        if (!json && !message_.payload.empty()) {
            whole = of_members({{"payload", of_text(to_base64(bytes_of(message_.payload)))}});
        }
        outcome.payload = write_json(selected(query, whole));
        return outcome;
    }

private:
    std::string key_text(const Expression& expression) const {
        return std::string(sql_.substr(expression.begin, expression.end - expression.begin));
    }

    // `whole` is what * stands for.
    Value selected(const syntax::Query& query, const Value& whole) {
        const auto value_of = [&](const syntax::Item& item) {
            return is_star(item.expression) ? whole : of(item.expression);
        };
        const bool is_one = query.items.size() == 1;
        if (query.is_value || (is_one && is_star(query.items[0].expression))) {
            return value_of(query.items[0]);
        }
        Members made;
        for (const syntax::Item& item : query.items) {
            if (is_star(item.expression)) {
                for (const auto& [name, value] : each_once(whole)) put(made, name, value);
                continue;
            }
            const Value value = of(item.expression);
            if (value.kind != Kind::Undefined) put_at(made, path_of(item), 0, value);
        }
        return of_members(std::move(made));
    }

    std::vector<std::string> path_of(const syntax::Item& item) const {
        if (!item.alias.empty()) return item.alias;
        const auto& what = item.expression.what;
        if (const auto* name = std::get_if<syntax::Name>(&what)) return {name->name};
        if (const auto* of_one = std::get_if<syntax::Member>(&what)) return {of_one->name};
        return {key_text(item.expression)};
    }

    Value of(const Expression& expression) {
        return std::visit([&](const auto& what) { return kind(what); }, expression.what);
    }

    Value kind(const syntax::Literal& literal) const {
        Value value = from_sql(literal.value);
        if (is_number(value) && version_ == Version::V2016 && is_whole(value.number)) {
            value.kind = Kind::Int;
        }
        return value;
    }
    Value kind(const syntax::Name& name) const { return member(root_, name.name); }
    Value kind(const syntax::Variable& variable) const { return variables_.at(variable.name); }
    Value kind(const syntax::Star&) const { return root_; }
    Value kind(const syntax::Member& one) { return member(of(*one.of), one.name); }
    Value kind(const syntax::Cast& what) {
        return cast(of(*what.what), cast_type_of(what.type).value(), version_);
    }
    Value kind(const syntax::Unary& unary) {
        const Value value = of(*unary.what);
        if (unary.op == syntax::Unary::Operator::Not) {
            const auto truth = truth_of(value);
            return truth ? of_truth(!*truth) : Value();
        }
        const Value number = number_of(value);
        return is_number(number) ? of_number(number.kind, negative_of(number.number)) : Value();
    }
    Value kind(const syntax::Binary& binary) {
        const Value left = of(*binary.left);
        return operated(binary.op, left, of(*binary.right));
    }
    Value kind(const syntax::Case& cases) {
        const Value value = of(*cases.what);
        if (value.kind == Kind::Undefined) return {};
        for (const auto& [wanted, result] : cases.arms) {
            if (are_equal(value, of(*wanted)) == true) return of(*result);
        }
        return cases.otherwise ? of(*cases.otherwise) : Value();
    }
    Value kind(const syntax::ObjectLiteral& object) {
        Members made;
        for (const auto& [name, expression] : object.members) {
            const Value value = of(*expression);
            if (value.kind != Kind::Undefined) put(made, name, value);
        }
        return of_members(std::move(made));
    }
    Value kind(const syntax::ArrayLiteral& array) {
        std::vector<Value> made;
        for (const Expression& item : array.items) {
            const Value value = of(item);
            if (value.kind != Kind::Undefined) made.push_back(value);
        }
        return of_items(std::move(made));
    }

    Value kind(const syntax::Nested& nested) {
        const Value source = of(*nested.query->source);
        if (source.kind == Kind::Object) return of_element(*nested.query, source);
        if (source.kind != Kind::Array) return {};
        std::vector<Value> made;
        for (const Value& element : source.items) {
            const Value value = of_element(*nested.query, element);
            if (value.kind != Kind::Undefined) made.push_back(value);
        }
        return of_items(std::move(made));
    }
    // Undefined: the condition does not hold.
    Value of_element(const syntax::Query& query, const Value& element) {
        const Value outer = root_;
        root_ = element;
        ++nesting_;
        Value value;
        if (!query.where || truth_of(of(*query.where)) == true) value = selected(query, element);
        --nesting_;
        root_ = outer;
        return value;
    }

    Value kind(const syntax::Call& call) {
        const sql::Function& known = *sql::find_function(call.function);
        const std::size_t count = call.arguments.size();
        const bool has_end = known.arguments_max != any_number;
        if (count < known.arguments_min || (has_end && count > known.arguments_max)) return {};
        const std::string name = in_lower_case(call.function);
        if (name == "encode" && nesting_ == 0 && is_star(call.arguments[0])) {
            return of_text(to_base64(bytes_of(message_.payload)));
        }
        if (name == "sql_version") {
            return of_text(version_ == Version::V2016 ? "2016-03-23" : "2015-10-08");
        }
        std::vector<Value> arguments;
        for (const Expression& each : call.arguments) arguments.push_back(of(each));
        if (name == "concat" && count == 0) return {};
        if (const Function own = find_function(name)) return own(message_, arguments);
        return called(known, arguments);
    }

    // One that is not written out here.
    Value called(const sql::Function& known, const std::vector<Value>& values) {
        std::vector<sql::Value> arguments;
        for (const Value& value : values) arguments.push_back(to_sql(value));
        SeededRandom random(1);
        Effort effort(message_.payload.size());
        const Surroundings surroundings{message_, version_, random, effort};
        return from_sql(known.call(surroundings, arguments));
    }

    const std::string_view sql_;
    const Version version_;
    const Message& message_;
    Value root_;
    std::map<std::string, Value> variables_;
    int nesting_ = 0;
};

}  // namespace

Outcome evaluate(std::string_view sql, Version version, const Message& message) {
    const auto statement = parse_statement(sql);
    if (!statement) return {.refused = statement.error().kind};
    if (const auto refused = refusal_of(*statement, version)) return {.refused = refused};
    return Evaluation(sql, version, message).run(*statement);
}

}  // namespace gatehouse::sql::plain
