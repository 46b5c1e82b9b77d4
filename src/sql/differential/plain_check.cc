#include "sql/differential/plain_check.h"

#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <set>

#include "sql/function.h"

namespace gatehouse::sql::plain {
namespace {

using syntax::Expression;

struct Refusal {
    ErrorKind kind = ErrorKind::InvalidInput;
};

// Throws a Refusal at the first thing that is wrong.
class Check {
public:
    explicit Check(Version version) : version_(version) {}

    void statement(const syntax::Statement& statement) {
        for (const auto& [name, expression] : statement.assignments) {
            one(expression);
            variables_.insert(name);
        }
        if (statement.query.where) one(*statement.query.where);
        items(statement.query);
    }

private:
    static void require(bool holds, ErrorKind kind = ErrorKind::InvalidInput) {
        if (!holds) throw Refusal{kind};
    }
    void require_new() const { require(version_ == Version::V2016); }

    void items(const syntax::Query& query) {
        for (const syntax::Item& item : query.items) {
            if (std::holds_alternative<syntax::Star>(item.expression.what)) {
                require(item.alias.empty());
            } else {
                one(item.expression);
            }
        }
    }

    void one(const Expression& expression) {
        std::visit([&](const auto& what) { kind(what); }, expression.what);
    }
    // Where * may stand.
    void one_or_star(const Expression& expression) {
        if (!std::holds_alternative<syntax::Star>(expression.what)) one(expression);
    }

    void kind(const syntax::Literal&) {}
    void kind(const syntax::Name&) {}
    void kind(const syntax::Variable& variable) { require(variables_.contains(variable.name)); }
    void kind(const syntax::Star&) { require(false); }
    void kind(const syntax::Member& member) { one(*member.of); }
    void kind(const syntax::Unary& unary) { one(*unary.what); }
    void kind(const syntax::Binary& binary) {
        one(*binary.left);
        one(*binary.right);
    }
    void kind(const syntax::Case& cases) {
        one(*cases.what);
        for (const auto& [wanted, result] : cases.arms) {
            one(*wanted);
            one(*result);
        }
        if (cases.otherwise) one(*cases.otherwise);
    }
    void kind(const syntax::ObjectLiteral& object) {
        require_new();
        for (const auto& [name, value] : object.members) one_or_star(*value);
    }
    void kind(const syntax::ArrayLiteral& array) {
        require_new();
        for (const Expression& item : array.items) one_or_star(item);
    }
    void kind(const syntax::Nested& nested) {
        require_new();
        one(*nested.query->source);
        items(*nested.query);
        if (nested.query->where) one(*nested.query->where);
    }
    void kind(const syntax::Cast& cast) {
        require(cast_type_of(cast.type).has_value());
        static const std::set<std::string> new_types{"decimal", "bool", "boolean"};
        if (new_types.contains(in_lower_case(cast.type))) require_new();
        one(*cast.what);
    }
    void kind(const syntax::Call& call) {
        const sql::Function* const function = sql::find_function(call.function);
        require(function != nullptr);
        if (function->since == Version::V2016) require_new();
        literals(in_lower_case(call.function), call.arguments);
        for (const Expression& argument : call.arguments) one_or_star(argument);
    }

    static std::optional<std::string> literal(const std::vector<Expression>& arguments,
                                              std::size_t at) {
        if (at >= arguments.size()) return std::nullopt;
        const auto* const found = std::get_if<syntax::Literal>(&arguments[at].what);
        if (found == nullptr || found->value.text() == nullptr) return std::nullopt;
        return std::string(found->value.text()->view());
    }

    // What has to be known before any message comes.
    static void literals(const std::string& name, const std::vector<Expression>& arguments) {
        if ((name == "transform" || name == "get_mqtt_property") && !arguments.empty()) {
            require(literal(arguments, 0).has_value());
        }
        if (name.starts_with("regexp_")) pattern(literal(arguments, 1));
        if ((name == "encode" || name == "decode") && arguments.size() > 1) {
            const auto scheme = literal(arguments, 1);
            require(scheme.has_value());
            require(in_lower_case(*scheme) != "proto", ErrorKind::Unsupported);
            require(in_lower_case(*scheme) == "base64");
        }
    }

    static void pattern(const std::optional<std::string>& text) {
        if (!text) return;
        const RE2 pattern(*text, RE2::Quiet);
        const bool is_missing = pattern.error_code() == RE2::ErrorBadPerlOp ||
                                pattern.error_code() == RE2::ErrorBadEscape;
        require(pattern.ok(), is_missing ? ErrorKind::Unsupported : ErrorKind::InvalidInput);
    }

    const Version version_;
    std::set<std::string> variables_;
};

}  // namespace

std::optional<ErrorKind> refusal_of(const syntax::Statement& statement, Version version) {
    try {
        Check(version).statement(statement);
        return std::nullopt;
    } catch (const Refusal& refusal) {
        return refusal.kind;
    }
}

std::optional<CastType> cast_type_of(std::string_view name) {
    static const std::map<std::string, CastType> types{
        {"string", CastType::String},   {"nvarchar", CastType::String},
        {"text", CastType::String},     {"ntext", CastType::String},
        {"varchar", CastType::String},  {"int", CastType::Int},
        {"integer", CastType::Int},     {"double", CastType::Decimal},
        {"decimal", CastType::Decimal}, {"bool", CastType::Boolean},
        {"boolean", CastType::Boolean}};
    const auto found = types.find(in_lower_case(name));
    return found == types.end() ? std::nullopt : std::optional(found->second);
}

std::string in_lower_case(std::string_view word) {
    std::string made(word);
    std::ranges::transform(made, made.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    });
    return made;
}

}  // namespace gatehouse::sql::plain
