#include "sql/differential/sample.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "sql/differential/sample_words.h"
#include "sql/function.h"

namespace gatehouse::sql::plain {
namespace {

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
            made.add(expression(2, anything()));
            ++variables_;
        }
        if (variables_ > 0) made.add(" ");
        made.add(selection(4));
        if (!choices_.is_one_in(8)) made.add(" FROM 'a/b'");
        if (choices_.below(2) == 1) made.add(" WHERE ").add(expression(3, Wanted::Truth));
        return made;
    }

private:
    Piece selection(int depth) {
        if (choices_.below(4) == 1) {
            Piece made = words("SELECT VALUE ");
            return choices_.is_one_in(12) ? made.add("*") : made.add(expression(depth, anything()));
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
        Piece made = Piece().add(expression(depth, anything()));
        if (!has_names_ && choices_.below(2) == 0) return made;
        made.add(choices_.below(3) == 1 ? " as " : " AS ").add(choices_.one_of(sample_names));
        while (choices_.is_one_in(5)) made.add(".").add(choices_.one_of(sample_names));
        return made;
    }

    Wanted anything() {
        constexpr std::size_t kinds = 6;
        return static_cast<Wanted>(choices_.below(kinds));
    }

    Piece path(Wanted wanted = Wanted::Any) {
        if (wanted != Wanted::Any && choices_.below(4) != 3) {
            Piece name = words(choices_.one_of(names_for(wanted)));
            if (choices_.below(4) != 3) return name;
            return words(choices_.one_of(names_for(Wanted::Object))).add(".").add(name);
        }
        Piece made = words(choices_.one_of(sample_names));
        while (choices_.is_one_in(4)) made.add(".").add(choices_.one_of(sample_names));
        return made;
    }

    // Often one of a few, so that some are equal.
    Piece number() {
        constexpr std::size_t few = 4;
        const std::span<const std::string_view> all(literal_numbers);
        return words(choices_.one_of(choices_.below(2) == 0 ? all.first(few) : all));
    }

    Piece leaf() {
        switch (choices_.below(12)) {
            case 4:
            case 5:
            case 6: return number();
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

    Piece leaf_for(Wanted wanted) {
        const std::size_t chosen = choices_.below(8);
        if (chosen == 7) return leaf();
        if (chosen < 4) return path(wanted);
        switch (wanted) {
            case Wanted::Number: return number();
            case Wanted::Text: return words(choices_.one_of(literal_texts));
            case Wanted::Truth: return words(choices_.one_of(constants));
            default: return path(wanted);
        }
    }

    // Mostly of that kind.
    Piece expression(int depth, Wanted wanted = Wanted::Any) {
        if (wanted == Wanted::Any || choices_.is_one_in(10)) return any_expression(depth);
        if (depth <= 0) return leaf_for(wanted);
        switch (choices_.below(10)) {
            case 0:
            case 1: return leaf_for(wanted);
            case 2: return cases(depth, wanted);
            case 3: return element(depth);
            case 4:
            case 5: return call_for(depth, wanted);
            default: return made_for(depth, wanted);
        }
    }

    // By an operator or a literal.
    Piece made_for(int depth, Wanted wanted) {
        const std::size_t chosen = choices_.below(6);
        switch (wanted) {
            case Wanted::Number:
                if (chosen == 0) return negated(depth, "-", Level::Minus, wanted);
                if (chosen == 1) return cast(depth);
                return joined(depth, arithmetic[choices_.below(arithmetic.size())], wanted);
            case Wanted::Text:
                if (chosen == 1) return cast(depth);
                return joined(depth, arithmetic[0], wanted);
            case Wanted::Truth:
                if (chosen == 0) return negated(depth, "NOT ", Level::Not, wanted);
                if (chosen < 3) return joined(depth, logic[choices_.below(logic.size())], wanted);
                return joined(depth, comparisons[choices_.below(comparisons.size())],
                              chosen == 3 ? anything() : Wanted::Number);
            case Wanted::Array:
                if (!has_new_) return leaf_for(wanted);
                return chosen < 2 ? array(depth) : query(depth, wanted);
            default:
                if (!has_new_) return leaf_for(wanted);
                return chosen < 3 ? object(depth) : query(depth, wanted);
        }
    }

    Piece call_for(int depth, Wanted wanted) {
        std::vector<const Signature*> fitting;
        for (const Signature& each : signatures) {
            const bool is_there =
                has_new_ || sql::find_function(each.name)->since <= Version::V2015;
            if (each.makes == wanted && is_there) fitting.push_back(&each);
        }
        if (fitting.empty()) return leaf_for(wanted);
        const Signature& signature = *fitting[choices_.below(fitting.size())];
        Piece made = words(signature.name).add("(");
        for (std::size_t i = 0; i < signature.arguments.size(); ++i) {
            if (i > 0) made.add(", ");
            made.add(argument_for(depth - 1, signature.arguments[i]));
        }
        return made.add(")");
    }

    Piece argument_for(int depth, char letter) {
        switch (letter) {
            case 'n': return Piece().add(expression(depth, Wanted::Number));
            case 't': return Piece().add(expression(depth, Wanted::Text));
            case 'a': return Piece().add(expression(depth, Wanted::Array));
            case 'o': return Piece().add(expression(depth, Wanted::Object));
            case 'r': return words(patterns[choices_.below(patterns.size() - 2)]);
            case 's': return words(schemes[choices_.below(2)]);
            case 'e': return words("'enrichArray'");
            default: return argument(depth);
        }
    }

    Piece any_expression(int depth) {
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
        switch (choices_.below(4)) {
            case 0: return joined(depth, logic[choices_.below(logic.size())], Wanted::Any);
            case 1:
                return joined(depth, comparisons[choices_.below(comparisons.size())], Wanted::Any);
            default:
                return joined(depth, arithmetic[choices_.below(arithmetic.size())], Wanted::Any);
        }
    }

    Piece joined(int depth, const OperatorText& op, Wanted sides) {
        Piece made;
        made.add(expression(depth - 1, sides), op.level).add(op.text);
        // Of operators of one level, the left one is first.
        const auto tighter = static_cast<Level>(static_cast<int>(op.level) + 1);
        made.add(expression(depth - 1, sides), tighter);
        return in_brackets(std::move(made), op.level);
    }

    Piece negated(int depth, std::string_view op, Level level, Wanted wanted = Wanted::Any) {
        return in_brackets(words(op).add(expression(depth - 1, wanted), level), level);
    }

    Piece cases(int depth, Wanted wanted = Wanted::Any) {
        const Wanted compared = anything();
        Piece made = words("CASE ").add(expression(depth - 1, compared));
        for (std::size_t left = 1 + choices_.below(3); left > 0; --left) {
            made.add(" WHEN ").add(expression(depth - 1, compared));
            made.add(" THEN ").add(expression(depth - 1, wanted));
        }
        if (choices_.below(2) == 1) made.add(" ELSE ").add(expression(depth - 1, wanted));
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
        Piece made = words("get(");
        switch (choices_.below(3)) {
            case 0:
                made.add(expression(depth - 1, Wanted::Array));
                made.add(", ").add(choices_.one_of(indexes));
                break;
            case 1:
                made.add(expression(depth - 1, Wanted::Object));
                made.add(fmt::format(", '{}'", choices_.one_of(sample_names)));
                break;
            default: made.add(expression(depth - 1)).add(", ").add(expression(depth - 1));
        }
        return made.add(")");
    }

    Piece member(int depth) {
        return Piece()
            .add(expression(depth - 1, Wanted::Object), Level::Whole)
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

    Piece query(int depth, Wanted from = Wanted::Array) {
        Piece made = words("(").add(selection(depth - 1)).add(" FROM ");
        made.add(expression(depth - 1, from), Level::Whole);
        if (choices_.below(2) == 1) made.add(" WHERE ").add(expression(depth - 1, Wanted::Truth));
        return made.add(")");
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
