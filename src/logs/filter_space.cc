// Conditions on messages of fields with blanks between them: [ip, user, ..., status = 4*, bytes].
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "logs/filter_parts.h"

namespace gatehouse::logs::filter {
namespace {

constexpr std::size_t fields_max = 128;

// Operands joined by && within, || without: the field holds when all of one group hold.
struct Field {
    std::vector<std::vector<Operand>> any_of_all;

    bool holds(std::string_view text) const {
        if (any_of_all.empty()) return true;
        const auto number = parse_number(text);
        const auto one = [&](const Operand& operand) {
            return number ? operand.holds_for_number(*number, text) : operand.holds_for_text(text);
        };
        return std::ranges::any_of(any_of_all, [&](const std::vector<Operand>& group) {
            return std::ranges::all_of(group, one);
        });
    }
};

// Fields of a line: blank-separated, "…" and […] are one field each, without their marks.
// Empty when there are more than `most`.
std::optional<std::vector<std::string_view>> split(std::string_view line, std::size_t most) {
    std::vector<std::string_view> fields;
    std::size_t at = 0;
    while ((at = line.find_first_not_of(" \t\r\n", at)) != line.npos) {
        if (fields.size() == most) return std::nullopt;
        const char close = line[at] == '"' ? '"' : line[at] == '[' ? ']' : '\0';
        const std::size_t end = close == '\0' ? line.npos : line.find(close, at + 1);
        if (end != line.npos) {
            fields.push_back(line.substr(at + 1, end - at - 1));
            at = end + 1;
        } else {
            const std::size_t blank = std::min(line.find_first_of(" \t\r\n", at), line.size());
            fields.push_back(line.substr(at, blank - at));
            at = blank;
        }
    }
    return fields;
}

class SpaceMatcher final : public FilterPattern::Matcher {
public:
    bool matches(std::string_view message) const override {
        constexpr std::size_t line_fields_max = 4096;
        const std::size_t most = open ? line_fields_max : before.size();
        const auto fields = split(message, most);
        if (!fields || fields->size() < before.size() + after.size()) return false;
        if (!open && fields->size() != before.size()) return false;
        for (std::size_t i = 0; i < before.size(); ++i) {
            if (!before[i].holds((*fields)[i])) return false;
        }
        const std::size_t tail = fields->size() - after.size();
        for (std::size_t i = 0; i < after.size(); ++i) {
            if (!after[i].holds((*fields)[tail + i])) return false;
        }
        return true;
    }

    std::vector<Field> before;  // of "..."
    std::vector<Field> after;
    bool open = false;  // there is a "..."
};

class SpaceParser {
public:
    explicit SpaceParser(std::string_view pattern) : scanner_(pattern) {}

    MatcherResult parse() {
        auto matcher = std::make_unique<SpaceMatcher>();
        scanner_.skip_blanks();
        scanner_.take("[");
        do {
            scanner_.skip_blanks();
            if (scanner_.take("...")) {
                if (matcher->open) return scanner_.wrong("'...' stands at most once");
                matcher->open = true;
            } else {
                auto field = parse_field();
                if (!field) return fail(std::move(field.error()));
                (matcher->open ? matcher->after : matcher->before).push_back(std::move(*field));
            }
            if (matcher->before.size() + matcher->after.size() > fields_max) {
                return scanner_.wrong("there are too many fields");
            }
            scanner_.skip_blanks();
        } while (scanner_.take(","));
        if (!scanner_.take("]")) return scanner_.wrong("expected , or the closing ]");
        scanner_.skip_blanks();
        if (!scanner_.at_end()) return scanner_.wrong("there is text after the closing ]");
        return matcher;
    }

private:
    static constexpr std::string_view name_stops = " \t\r\n,]=!<>&|()\"%";

    // name, or name op value joined by && and ||.
    Result<Field> parse_field() {
        Field field;
        const bool parenthesis = scanner_.take("(");
        scanner_.skip_blanks();
        const std::string name(scanner_.take_until(name_stops));
        if (name.empty()) return scanner_.wrong("a field has no name");
        scanner_.skip_blanks();
        if (scanner_.peek() == ',' || scanner_.peek() == ']') return field;
        field.any_of_all.emplace_back();
        while (true) {
            if (auto added = parse_operand(field); !added) return fail(std::move(added.error()));
            scanner_.skip_blanks();
            if (scanner_.take("||")) {
                field.any_of_all.emplace_back();
            } else if (!scanner_.take("&&")) {
                break;
            }
            scanner_.skip_blanks();
            if (scanner_.take_until(name_stops) != name) {
                return scanner_.wrong(
                    fmt::format("a condition of field '{}' must name it again", name));
            }
        }
        if (parenthesis && !scanner_.take(")")) return scanner_.wrong("expected )");
        return field;
    }

    Result<void> parse_operand(Field& field) {
        scanner_.skip_blanks();
        const auto comparison = take_comparison(scanner_);
        if (!comparison) return fail(comparison.error());
        auto operand = Operand::take(scanner_, *comparison, ",]&|()");
        if (!operand) return fail(std::move(operand.error()));
        field.any_of_all.back().push_back(std::move(*operand));
        return {};
    }

    Scanner scanner_;
};

}  // namespace

MatcherResult parse_space_filter(std::string_view pattern) {
    return SpaceParser(pattern).parse();
}

}  // namespace gatehouse::logs::filter
