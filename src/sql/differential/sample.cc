#include "sql/differential/sample.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "sql/function.h"

namespace gatehouse::sql::plain {
namespace {

// From the loosest to the tightest, as SQL has them.
enum class Level : std::uint8_t { Or, And, Not, Comparison, Sum, Product, Minus, Whole };

// A piece of a statement, written twice.
struct Piece {
    std::string few;   // brackets only where they are needed
    std::string many;  // wherever they may be
    Level level = Level::Whole;

    Piece& add(std::string_view text) {
        few += text;
        many += text;
        return *this;
    }
    Piece& add(const Piece& piece, Level loosest = Level::Or) {
        few += piece.level < loosest ? "(" + piece.few + ")" : piece.few;
        many += piece.many;
        return *this;
    }
};

Piece words(std::string_view text) {
    return Piece().add(text);
}

struct OperatorText {
    std::string_view text;
    Level level;
};
constexpr std::array<OperatorText, 14> operators{{{" = ", Level::Comparison},
                                                  {" + ", Level::Sum},
                                                  {" - ", Level::Sum},
                                                  {" * ", Level::Product},
                                                  {" / ", Level::Product},
                                                  {" % ", Level::Product},
                                                  {" < ", Level::Comparison},
                                                  {" <= ", Level::Comparison},
                                                  {" > ", Level::Comparison},
                                                  {" >= ", Level::Comparison},
                                                  {" <> ", Level::Comparison},
                                                  {" != ", Level::Comparison},
                                                  {" AND ", Level::And},
                                                  {" or ", Level::Or}}};

constexpr std::array<std::string_view, 20> literal_numbers{
    "0",      "1",    "2",    "3",      "7",
    "10",     "2.5",  "10.0", "0.1",    "0.5",
    "1e3",    "1E-7", "1e2",  "100.5",  "1e999",
    "1e-999", "2.50", "1e34", "1e1000", "9999999999999999999999999999999999"};
constexpr std::array<std::string_view, 18> literal_texts{
    "'a'",   "\"b\"",  "'5'",   "'it''s'",  "\"\"\"\"", "''",   "'-2.5'",   "'true'", "\"FALSE\"",
    "'1E2'", "'1E+2'", "' 5 '", "'\u65e5'", "'abc'",    "'\\'", "\"x\ty\"", "'null'", "'YWJj'"};
constexpr std::array<std::string_view, 8> constants{"true",  "FALSE", "null", "NULL",
                                                    "False", "True",  "true", "Null"};
constexpr std::array<std::string_view, 12> types{"Int",      "String",  "Double",  "integer",
                                                 "TEXT",     "Decimal", "Boolean", "bool",
                                                 "Nvarchar", "NText",   "varchar", "Date"};
constexpr std::array<std::string_view, 8> patterns{"'a'",    "'a+|b'", "'(.)(.)'", "'[0-9]+'",
                                                   "'^.*$'", "''",     "'(?=a)'",  "'(a'"};
constexpr std::array<std::string_view, 6> properties{"'content_type'",   "'format_indicator'",
                                                     "'response_topic'", "'correlation_data'",
                                                     "'other'",          "\"content_type\""};
constexpr std::array<std::string_view, 4> schemes{"'base64'", "\"BASE64\"", "'proto'", "'hex'"};
constexpr std::array<std::string_view, 3> time_patterns{"'yyyy-MM-dd HH:mm'", "\"yyyy\"", "'z'"};

// What is the same whenever it is asked.
std::vector<const sql::Function*> functions_of(Version version) {
    std::vector<const sql::Function*> found;
    for (const auto& list :
         {text_functions(), math_functions(), collection_functions(), pattern_functions(),
          encoding_functions(), message_functions(), time_functions()}) {
        for (const sql::Function& each : list) {
            const bool is_by_chance = each.name == "rand" || each.name == "newuuid";
            if (each.since <= version && !is_by_chance) found.push_back(&each);
        }
    }
    return found;
}

const std::vector<const sql::Function*>& known_functions(Version version) {
    static const std::array known{functions_of(Version::V2015), functions_of(Version::V2016)};
    return known[version == Version::V2016 ? 1 : 0];
}

class Statements {
public:
    explicit Statements(Choices choices, Version version)
        : choices_(choices),
          has_new_(version == Version::V2016 || choices_.is_one_in(8)),
          has_names_(choices_.below(2) == 0) {}

    // Whether each member of the result has a name that does not come of the text.
    bool has_names() const { return has_names_; }

    Piece whole() {
        Piece made;
        for (std::size_t left = choices_.below(5); left > 2; --left) {
            made.add(variables_ == 0 ? "SET " : ", ").add(fmt::format("@v{} = ", variables_));
            made.add(expression(2));
            ++variables_;
        }
        if (variables_ > 0) made.add(" ");
        made.add(selection(4));
        if (!choices_.is_one_in(8)) made.add(" FROM 'a/b'");
        if (choices_.below(2) == 1) made.add(" WHERE ").add(expression(3));
        return made;
    }

private:
    Piece selection(int depth) {
        if (choices_.below(4) == 1) {
            Piece made = words("SELECT VALUE ");
            return choices_.is_one_in(12) ? made.add("*") : made.add(expression(depth));
        }
        Piece made = words(choices_.below(3) == 1 ? "select " : "SELECT ");
        Piece first = item(depth);
        // There, it would be the keyword.
        if (first.few.starts_with("value ")) first.few = first.many;
        made.add(first);
        for (std::size_t left = choices_.below(4); left > 0; --left) {
            made.add(", ").add(item(depth));
        }
        return made;
    }

    Piece item(int depth) {
        if (choices_.is_one_in(8)) return words(choices_.is_one_in(40) ? "* AS a" : "*");
        if (choices_.below(5) == 1) return path();
        Piece made = Piece().add(expression(depth));
        if (!has_names_ && choices_.below(2) == 0) return made;
        made.add(choices_.below(3) == 1 ? " as " : " AS ").add(choices_.one_of(sample_names));
        while (choices_.is_one_in(5)) made.add(".").add(choices_.one_of(sample_names));
        return made;
    }

    Piece path() {
        Piece made = words(choices_.one_of(sample_names));
        while (choices_.is_one_in(4)) made.add(".").add(choices_.one_of(sample_names));
        return made;
    }

    Piece leaf() {
        switch (choices_.below(12)) {
            case 4:
            case 5:
            case 6: return words(choices_.one_of(literal_numbers));
            case 7:
            case 8: return words(choices_.one_of(literal_texts));
            case 9: return words(choices_.one_of(constants));
            case 10:
                if (variables_ == 0) return path();
                return words(fmt::format(
                    "@v{}", choices_.is_one_in(30) ? variables_ : choices_.below(variables_)));
            case 11: return words(fmt::format("topic({})", choices_.below(5)));
            default: return path();
        }
    }

    Piece expression(int depth) {
        if (depth <= 0) return leaf();
        const std::size_t chosen = choices_.below(24);
        switch (chosen) {
            case 0:
            case 1:
            case 2:
            case 3: return leaf();
            case 4: return negated(depth, "-", Level::Minus);
            case 5: return negated(depth, "NOT ", Level::Not);
            case 6: return cases(depth);
            case 7:
            case 8: return cast(depth);
            case 9: return element(depth);
            case 10: return member(depth);
            case 11:
            case 12:
            case 13:
            case 14: return call(depth);
            case 15:
            case 16:
            case 17: return has_new_ ? literal_or_query(depth, chosen) : binary(depth);
            default: return binary(depth);
        }
    }

    Piece literal_or_query(int depth, std::size_t chosen) {
        if (chosen == 15) return object(depth);
        return chosen == 16 ? array(depth) : query(depth);
    }

    static Piece in_brackets(Piece piece, Level level) {
        piece.many = "(" + piece.many + ")";
        piece.level = level;
        return piece;
    }

    Piece binary(int depth) {
        const OperatorText& op = operators[choices_.below(operators.size())];
        Piece made;
        made.add(expression(depth - 1), op.level).add(op.text);
        // Of operators of one level, the left one is first.
        const auto tighter = static_cast<Level>(static_cast<int>(op.level) + 1);
        made.add(expression(depth - 1), tighter);
        return in_brackets(std::move(made), op.level);
    }

    Piece negated(int depth, std::string_view op, Level level) {
        return in_brackets(words(op).add(expression(depth - 1), level), level);
    }

    Piece cases(int depth) {
        Piece made = words("CASE ").add(expression(depth - 1));
        for (std::size_t left = 1 + choices_.below(3); left > 0; --left) {
            made.add(" WHEN ").add(expression(depth - 1));
            made.add(" THEN ").add(expression(depth - 1));
        }
        if (choices_.below(2) == 1) made.add(" ELSE ").add(expression(depth - 1));
        return made.add(" END");
    }

    Piece cast(int depth) {
        Piece made = words("cast(").add(expression(depth - 1)).add(" AS ");
        // The last are of the later version, and of none.
        const std::size_t count = choices_.is_one_in(40) ? types.size() : types.size() - 1;
        std::string_view type = types[choices_.below(count)];
        const bool is_new = type == "Decimal" || type == "Boolean" || type == "bool";
        if (is_new && !has_new_) type = "Double";
        return made.add(type).add(")");
    }

    Piece element(int depth) {
        Piece made = words("get(").add(expression(depth - 1)).add(", ");
        switch (choices_.below(4)) {
            case 0: made.add(fmt::format("{}", choices_.below(4))); break;
            case 1:
            case 2: made.add(fmt::format("'{}'", choices_.one_of(sample_names))); break;
            default: made.add(expression(depth - 1));
        }
        return made.add(")");
    }

    Piece member(int depth) {
        return Piece()
            .add(expression(depth - 1), Level::Whole)
            .add(".")
            .add(choices_.one_of(sample_names));
    }

    // Where * may be.
    Piece argument(int depth) {
        return choices_.is_one_in(12) ? words("*") : Piece().add(expression(depth));
    }

    Piece call(int depth) {
        if (choices_.is_one_in(200)) return words("nothing(a)");
        const auto& known = known_functions(has_new_ ? Version::V2016 : Version::V2015);
        const sql::Function& function = *known[choices_.below(known.size())];
        constexpr std::size_t several = 4;
        const std::size_t most =
            function.arguments_max == any_number ? several : function.arguments_max;
        std::size_t count =
            function.arguments_min + choices_.below(most - function.arguments_min + 1);
        if (choices_.is_one_in(40)) ++count;
        Piece made = words(function.name).add("(");
        for (std::size_t i = 0; i < count; ++i) {
            if (i > 0) made.add(", ");
            const auto fixed = fixed_argument(function.name, i);
            made.add(fixed ? words(*fixed) : argument(depth - 1));
        }
        return made.add(")");
    }

    // What stands there as such, or else makes little sense.
    std::optional<std::string_view> fixed_argument(std::string_view function, std::size_t at) {
        if (choices_.is_one_in(60)) return std::nullopt;
        const bool is_coding = function == "encode" || function == "decode";
        if (is_coding && at == 1)
            return schemes[choices_.is_one_in(30) ? 2 + choices_.below(2) : 0];
        if (function == "transform" && at == 0) return "'enrichArray'";
        if (function == "get_mqtt_property") return choices_.one_of(properties);
        if (function == "parse_time" && at == 0) return choices_.one_of(time_patterns);
        if (!function.starts_with("regexp_") || at != 1) return std::nullopt;
        return patterns[choices_.below(choices_.is_one_in(20) ? patterns.size()
                                                              : patterns.size() - 2)];
    }

    Piece object(int depth) {
        Piece made = words("{");
        for (std::size_t left = choices_.below(4); left > 0; --left) {
            made.add(fmt::format("'{}': ", choices_.one_of(sample_names)));
            made.add(argument(depth - 1)).add(left > 1 ? ", " : "");
        }
        return made.add("}");
    }

    Piece array(int depth) {
        Piece made = words("[");
        for (std::size_t left = choices_.below(4); left > 0; --left) {
            made.add(argument(depth - 1)).add(left > 1 ? ", " : "");
        }
        return made.add("]");
    }

    Piece query(int depth) {
        Piece made = words("(").add(selection(depth - 1)).add(" FROM ").add(source(depth - 1));
        if (choices_.below(2) == 1) made.add(" WHERE ").add(expression(depth - 1));
        return made.add(")");
    }

    Piece source(int depth) {
        switch (choices_.below(8)) {
            case 5: return array(depth);
            case 6: return depth > 0 ? query(depth) : path();
            case 7: return Piece().add(expression(depth), Level::Whole);
            default: return leaf();
        }
    }

    Choices choices_;
    const bool has_new_;
    const bool has_names_;
    std::size_t variables_ = 0;
};

}  // namespace

Sample sample_of(BytesView bytes) {
    Choices choices(bytes);
    const Version version = choices.below(3) == 1 ? Version::V2015 : Version::V2016;
    const std::string payload = sample_payload(choices.split_off(choices.below(256)));
    Statements statements(choices, version);
    Piece statement = statements.whole();
    std::string bracketed = statements.has_names() ? std::move(statement.many) : statement.few;
    return {version, std::move(statement.few), std::move(bracketed), payload};
}

}  // namespace gatehouse::sql::plain
