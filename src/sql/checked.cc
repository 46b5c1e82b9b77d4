#include "sql/checked.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/suggestion.h"
#include "sql/function_arn.h"
#include "sql/lexer.h"
#include "sql/parser.h"

namespace gatehouse::sql {
namespace {

using syntax::Expression;

struct Service {
    std::string_view name;
    std::array<std::uint8_t, 2> arguments;  // least and most
    std::uint8_t literal;                   // the argument that has to be one; 0: none
    Version since;
};
constexpr std::array<Service, 6> services{{
    {"aws_lambda", {2, 2}, 1, Version::V2015},
    {"get_dynamodb", {4, 6}, 0, Version::V2016},
    {"get_registry_data", {3, 3}, 1, Version::V2016},
    {"get_secret", {3, 4}, 0, Version::V2016},
    {"get_thing_shadow", {2, 3}, 0, Version::V2016},
    {"machinelearning_predict", {3, 3}, 0, Version::V2015},
}};

const Service* find_service(std::string_view name) {
    const auto found = std::ranges::find_if(
        services, [&](const Service& each) { return is_same_word(each.name, name); });
    return found == services.end() ? nullptr : &*found;
}

std::string count_in_words(std::size_t least, std::size_t most) {
    const std::string_view unit = most == 1 ? "argument" : "arguments";
    if (most == any_number) return "any number of arguments";
    if (least == most) return fmt::format("{} {}", most == 0 ? "no" : std::to_string(most), unit);
    return fmt::format("{} to {} arguments", least, most);
}

using Checking = Result<OperationPtr>;

class Checker {
public:
    Checker(std::string_view text, Version version) : text_(text), version_(version) {}

    std::vector<std::string> variables;
    bool allows_services = true;
    AnsweredFunctions answered;
    std::size_t service_count = 0;
    bool reads_payload = false;
    std::vector<Error> warnings;

    std::string shown(const Expression& expression) const {
        return std::string(text_.substr(expression.begin, expression.end - expression.begin));
    }

    Checking check(const Expression& expression) {
        return std::visit([&](const auto& what) { return check_one(what, expression); },
                          expression.what);
    }

    Result<Selection> select(const syntax::Query& query) {
        Selection made{.is_value = query.is_value, .items = {}};
        for (const syntax::Item& item : query.items) {
            if (std::holds_alternative<syntax::Star>(item.expression.what)) {
                if (!item.alias.empty()) {
                    return wrong(item.expression, "* has no name; write {'name': *} for one");
                }
                made.items.push_back({nullptr, {}, "*"});
                if (query.items.size() > 1 || nesting_ > 0) reads_payload = true;
                continue;
            }
            auto operation = check(item.expression);
            if (!operation) return fail(std::move(operation.error()));
            made.items.push_back({std::move(*operation), path_of(item), shown(item.expression)});
        }
        return made;
    }

private:
    std::unexpected<Error> wrong(const Expression& at, std::string message,
                                 ErrorKind kind = ErrorKind::InvalidInput) const {
        return fail(kind, std::move(message), place_in(text_, at.begin));
    }
    void warn(const Expression& at, std::string message) {
        warnings.push_back(
            {ErrorKind::InvalidInput, std::move(message), place_in(text_, at.begin)});
    }
    Result<void> require_version(const Expression& at, Version since, std::string_view what) const {
        if (version_ >= since) return {};
        return wrong(at, fmt::format("{} needs awsIotSqlVersion {}", what, name_of(since)));
    }

    std::vector<std::string> path_of(const syntax::Item& item) const {
        if (!item.alias.empty()) return item.alias;
        if (const auto* name = std::get_if<syntax::Name>(&item.expression.what)) {
            return {name->name};
        }
        if (const auto* member = std::get_if<syntax::Member>(&item.expression.what)) {
            return {member->name};
        }
        return {shown(item.expression)};
    }

    Checking check_one(const syntax::Literal& literal, const Expression&) {
        const Number* const number = literal.value.number();
        if (number != nullptr && version_ == Version::V2016 && number->value.is_whole()) {
            return constant(Value::whole(number->value));
        }
        return constant(literal.value);
    }

    Checking check_one(const syntax::Name& name, const Expression&) {
        reads_payload = true;
        return member_path({name.name});
    }

    Checking check_one(const syntax::Variable& variable_name, const Expression& at) {
        const auto found = std::ranges::find(variables, variable_name.name);
        if (found == variables.end()) {
            return wrong(at, fmt::format("@{} is not set before", variable_name.name));
        }
        return variable(static_cast<std::size_t>(found - variables.begin()));
    }

    Checking check_one(const syntax::Star&, const Expression& at) {
        return wrong(at,
                     "* stands for the whole payload: alone behind SELECT, as an argument of a "
                     "function, or as a member of a literal");
    }

    // Where * may stand.
    Checking check_with_star(const Expression& expression) {
        if (!std::holds_alternative<syntax::Star>(expression.what)) return check(expression);
        reads_payload = true;
        return whole_payload();
    }

    // Names alone, one in the other: looked up in one go.
    static bool collect_path(const Expression& expression, std::vector<std::string>& names) {
        if (const auto* name = std::get_if<syntax::Name>(&expression.what)) {
            names.push_back(name->name);
            return true;
        }
        const auto* member = std::get_if<syntax::Member>(&expression.what);
        if (member == nullptr || !collect_path(*member->of, names)) return false;
        names.push_back(member->name);
        return true;
    }

    Checking check_one(const syntax::Member& member, const Expression& expression) {
        std::vector<std::string> names;
        if (collect_path(expression, names)) {
            reads_payload = true;
            return member_path(std::move(names));
        }
        auto of = check(*member.of);
        if (!of) return of;
        return member_of(std::move(*of), member.name);
    }

    Result<std::vector<OperationPtr>> check_all(const std::vector<Expression>& expressions) {
        std::vector<OperationPtr> made;
        for (const Expression& each : expressions) {
            auto operation = check_with_star(each);
            if (!operation) return fail(std::move(operation.error()));
            made.push_back(std::move(*operation));
        }
        return made;
    }

    Checking check_one(const syntax::Call& what, const Expression& at) {
        if (const Service* const service = find_service(what.function)) {
            return check_service(*service, what, at);
        }
        const Function* const function = find_function(what.function);
        if (function == nullptr) return unknown_function(what, at);
        if (auto known = require_version(at, function->since, function->name); !known) {
            return fail(std::move(known.error()));
        }
        if (auto checked = check_literals(*function, what, at); !checked) {
            return fail(std::move(checked.error()));
        }
        const std::size_t count = what.arguments.size();
        const bool fits =
            count >= function->arguments_min &&
            (count <= function->arguments_max || function->arguments_max == any_number);
        const bool read_before = reads_payload;
        auto arguments = check_all(what.arguments);
        if (!arguments) return fail(std::move(arguments.error()));
        if (!fits) {
            reads_payload = read_before;
            warn(at, fmt::format("{} takes {}; with {} it is Undefined", function->name,
                                 count_in_words(function->arguments_min, function->arguments_max),
                                 count));
            return constant(Value());
        }
        const bool encodes_all = function->name == "encode" && nesting_ == 0 &&
                                 std::holds_alternative<syntax::Star>(what.arguments[0].what);
        if (encodes_all) {
            arguments->front() = payload_bytes();
            reads_payload = read_before;
        }
        return call(*function, std::move(*arguments));
    }

    std::unexpected<Error> unknown_function(const syntax::Call& what, const Expression& at) const {
        const auto meant = nearest_function(what.function);
        return wrong(at, meant ? fmt::format("there is no function {}; did you mean {}?",
                                             what.function, *meant)
                               : fmt::format("there is no function {}", what.function));
    }

    static const Text* literal_text(const Expression& expression) {
        const auto* literal = std::get_if<syntax::Literal>(&expression.what);
        return literal == nullptr ? nullptr : literal->value.text();
    }

    Result<void> check_literals(const Function& function, const syntax::Call& what,
                                const Expression& at) const {
        if (function.literal != 0 && what.arguments.size() >= function.literal) {
            const Expression& argument = what.arguments[function.literal - 1U];
            if (literal_text(argument) == nullptr) {
                return wrong(argument, fmt::format("argument {} of {} has to be a text as such",
                                                   function.literal, function.name));
            }
        }
        if (function.name.starts_with("regexp_") && what.arguments.size() > 1) {
            return check_pattern(what.arguments[1]);
        }
        const bool is_coding = function.name == "encode" || function.name == "decode";
        return is_coding && what.arguments.size() > 1 ? check_scheme(function, what, at)
                                                      : Result<void>();
    }

    Result<void> check_scheme(const Function& function, const syntax::Call& what,
                              const Expression& at) const {
        const std::string_view scheme = literal_text(what.arguments[1])->view();
        if (is_same_word(scheme, "base64")) return {};
        if (is_same_word(scheme, "proto")) {
            return wrong(at, "decoding of Protobuf is not done here", ErrorKind::Unsupported);
        }
        return wrong(what.arguments[1],
                     fmt::format("{} knows 'base64', and no '{}'", function.name, scheme));
    }

    Result<void> check_pattern(const Expression& argument) const {
        const Text* const text = literal_text(argument);
        if (text == nullptr) return {};
        RE2::Options options;
        options.set_log_errors(false);
        const RE2 pattern(std::string(text->view()), options);
        if (pattern.ok()) return {};
        const bool is_missing = pattern.error_code() == RE2::ErrorBadPerlOp ||
                                pattern.error_code() == RE2::ErrorBadEscape;
        if (!is_missing) {
            return wrong(argument,
                         fmt::format("the regular expression is wrong: {}", pattern.error()));
        }
        return wrong(argument,
                     fmt::format("'{}' is not done here: regular expressions are RE2's, without "
                                 "look-around and references to groups",
                                 pattern.error_arg()),
                     ErrorKind::Unsupported);
    }

    Checking check_service(const Service& service, const syntax::Call& what, const Expression& at) {
        if (auto known = require_version(at, service.since, service.name); !known) {
            return fail(std::move(known.error()));
        }
        if (!allows_services) {
            return wrong(at, fmt::format("{} cannot be used in an error action", service.name));
        }
        if (answered && std::ranges::find(*answered, service.name) == answered->end()) {
            return wrong(at, fmt::format("{} is not done here", service.name),
                         ErrorKind::Unsupported);
        }
        if (nesting_ > 0) {
            return wrong(at, fmt::format("{} cannot be used in a nested query", service.name));
        }
        const auto [least, most] = service.arguments;
        const std::size_t count = what.arguments.size();
        if (count < least || count > most) {
            return wrong(at, fmt::format("{} takes {}, and has {}", service.name,
                                         count_in_words(least, most), count));
        }
        if (service.literal != 0 && literal_text(what.arguments[service.literal - 1U]) == nullptr) {
            return wrong(what.arguments[service.literal - 1U],
                         fmt::format("argument {} of {} has to be a text as such", service.literal,
                                     service.name));
        }
        // Whoever only tries a statement may call it anything.
        if (answered && service.name == "aws_lambda" &&
            !is_function_arn(literal_text(what.arguments.front())->view())) {
            return wrong(what.arguments.front(),
                         "argument 1 of aws_lambda has to be the ARN of a function "
                         "(arn:aws:lambda:REGION:ACCOUNT:function:NAME)");
        }
        if (auto counted = count_databases(service, at); !counted) {
            return fail(std::move(counted.error()));
        }
        auto arguments = check_all(what.arguments);
        if (!arguments) return fail(std::move(arguments.error()));
        const auto [numbered, is_new] = numbers_.try_emplace(at.begin, service_count);
        if (is_new) ++service_count;
        return call_service(numbered->second, std::string(service.name), std::move(*arguments));
    }

    Result<void> count_databases(const Service& service, const Expression& at) {
        if (service.name != "get_dynamodb") return {};
        if (database_at_ && *database_at_ != at.begin) {
            return wrong(at, "a statement has at most one get_dynamodb");
        }
        database_at_ = at.begin;
        return {};
    }

    Checking check_one(const syntax::Cast& what, const Expression& at) {
        const CastName* const type = find_cast(what.type);
        if (type == nullptr) {
            return wrong(at, fmt::format("there is no type {}: there are String, Int, Decimal and "
                                         "Boolean",
                                         what.type));
        }
        if (auto known = require_version(at, type->since, fmt::format("the type {}", type->name));
            !known) {
            return fail(std::move(known.error()));
        }
        auto inner = check(*what.what);
        if (!inner) return inner;
        return cast_to(std::move(*inner), type->type);
    }

    Checking check_one(const syntax::Unary& what, const Expression&) {
        auto inner = check(*what.what);
        if (!inner) return inner;
        return unary(what.op, std::move(*inner));
    }

    Checking check_one(const syntax::Binary& what, const Expression&) {
        auto left = check(*what.left);
        if (!left) return left;
        auto right = check(*what.right);
        if (!right) return right;
        return binary(what.op, std::move(*left), std::move(*right));
    }

    Checking check_one(const syntax::Case& what, const Expression&) {
        auto compared = check(*what.what);
        if (!compared) return compared;
        std::vector<std::pair<OperationPtr, OperationPtr>> arms;
        for (const auto& [wanted, result] : what.arms) {
            auto first = check(*wanted);
            if (!first) return first;
            auto second = check(*result);
            if (!second) return second;
            arms.emplace_back(std::move(*first), std::move(*second));
        }
        if (!what.otherwise) return case_of(std::move(*compared), std::move(arms), nullptr);
        auto otherwise = check(*what.otherwise);
        if (!otherwise) return otherwise;
        return case_of(std::move(*compared), std::move(arms), std::move(*otherwise));
    }

    Checking check_one(const syntax::ObjectLiteral& what, const Expression& at) {
        if (auto known = require_version(at, Version::V2016, "an object in the SQL"); !known) {
            return fail(std::move(known.error()));
        }
        std::vector<std::pair<std::string, OperationPtr>> members;
        for (const auto& [name, expression] : what.members) {
            auto value = check_with_star(*expression);
            if (!value) return value;
            members.emplace_back(name, std::move(*value));
        }
        return make_object(std::move(members));
    }

    Checking check_one(const syntax::ArrayLiteral& what, const Expression& at) {
        if (auto known = require_version(at, Version::V2016, "an array in the SQL"); !known) {
            return fail(std::move(known.error()));
        }
        auto items = check_all(what.items);
        if (!items) return fail(std::move(items.error()));
        return make_array(std::move(*items));
    }

    Checking check_one(const syntax::Nested& what, const Expression& at) {
        if (auto known = require_version(at, Version::V2016, "a nested query"); !known) {
            return fail(std::move(known.error()));
        }
        auto source = check(*what.query->source);
        if (!source) return source;
        ++nesting_;
        auto selection = select(*what.query);
        OperationPtr where;
        if (selection && what.query->where) {
            auto condition = check(*what.query->where);
            if (!condition) return condition;
            where = std::move(*condition);
        }
        --nesting_;
        if (!selection) return fail(std::move(selection.error()));
        return nested_query(std::move(*source), std::move(where), std::move(*selection));
    }

    const std::string_view text_;
    const Version version_;
    std::size_t nesting_ = 0;
    std::map<std::size_t, std::size_t> numbers_;  // of service calls, by where they stand
    std::optional<std::size_t> database_at_;
};

// The condition, and what its operators join, down to what is not a comparison.
void collect_parts(const Expression& condition, std::vector<const Expression*>& parts) {
    if (std::holds_alternative<syntax::Literal>(condition.what)) return;
    parts.push_back(&condition);
    if (const auto* both = std::get_if<syntax::Binary>(&condition.what)) {
        collect_parts(*both->left, parts);
        collect_parts(*both->right, parts);
    } else if (const auto* one = std::get_if<syntax::Unary>(&condition.what)) {
        collect_parts(*one->what, parts);
    }
}

Result<void> check_where(Checker& checker, const syntax::Query& query, Checked& made) {
    if (!query.where) return {};
    auto condition = checker.check(*query.where);
    if (!condition) return fail(std::move(condition.error()));
    made.where = std::move(*condition);
    const std::size_t warned = checker.warnings.size();
    std::vector<const Expression*> parts;
    collect_parts(*query.where, parts);
    for (const Expression* const part : parts) {
        auto operation = checker.check(*part);
        if (!operation) return fail(std::move(operation.error()));
        made.where_parts.push_back({checker.shown(*part), std::move(*operation)});
    }
    checker.warnings.resize(warned);
    return {};
}

}  // namespace

Result<Checked> check_statement(std::string_view sql, Version version, AnsweredFunctions answered) {
    const auto statement = parse_statement(sql);
    if (!statement) return fail(statement.error());
    Checker checker(sql, version);
    checker.answered = answered;
    Checked made;
    made.version = version;
    made.topic_filter = statement->topic_filter;
    for (const auto& [name, expression] : statement->assignments) {
        auto operation = checker.check(expression);
        if (!operation) return fail(std::move(operation.error()));
        made.variables.push_back({checker.shown(expression), std::move(*operation)});
        checker.variables.push_back(name);
    }
    if (auto checked = check_where(checker, statement->query, made); !checked) {
        return fail(std::move(checked.error()));
    }
    auto selection = checker.select(statement->query);
    if (!selection) return fail(std::move(selection.error()));
    made.selection = std::move(*selection);
    made.variable_names = std::move(checker.variables);
    made.reads_payload = checker.reads_payload;
    made.warnings = std::move(checker.warnings);
    return made;
}

Result<CheckedExpression> check_expression(std::string_view text, std::size_t& at,
                                           const ExpressionTerms& terms) {
    const auto expression = parse_expression(text, at);
    if (!expression) return fail(expression.error());
    Checker checker(text, terms.version);
    checker.variables = terms.variable_names;
    checker.allows_services = terms.allows_services;
    checker.answered = terms.answered;
    checker.service_count = terms.first_service;
    auto operation = checker.check(*expression);
    if (!operation) return fail(std::move(operation.error()));
    return CheckedExpression{std::move(*operation), checker.service_count - terms.first_service,
                             checker.reads_payload};
}

}  // namespace gatehouse::sql
