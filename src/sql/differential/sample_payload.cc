#include <fmt/format.h>

#include "sql/differential/sample.h"

namespace gatehouse::sql::plain {
namespace {

constexpr std::array<std::string_view, 28> numbers{"0",
                                                   "1",
                                                   "-1",
                                                   "2",
                                                   "5",
                                                   "10.0",
                                                   "2.5",
                                                   "-2.5",
                                                   "0.5",
                                                   "-0",
                                                   "-0.0",
                                                   "1.50",
                                                   "1e3",
                                                   "1E-7",
                                                   "0.1",
                                                   "1e-999",
                                                   "9.99e999",
                                                   "1e1000",
                                                   "1e-1100",
                                                   "12345678901234567890",
                                                   "9007199254740993",
                                                   "0.30000000000000000000000000000000001",
                                                   "9999999999999999999999999999999999",
                                                   "12345678901234567890123456789012345678",
                                                   "3333333333333333333333333333333333",
                                                   "1.5e40",
                                                   "100",
                                                   "-7.25"};
constexpr std::array<std::string_view, 20> texts{"",
                                                 "a",
                                                 "b",
                                                 "true",
                                                 "False",
                                                 "5",
                                                 "-2.5",
                                                 "1E5",
                                                 "1E+5",
                                                 ".5",
                                                 " 5",
                                                 "abc",
                                                 "a b\\t",
                                                 "\\u00e9",
                                                 "\u65e5\u672c",
                                                 "\\ud83d\\ude00",
                                                 "\\\"",
                                                 "\\ud800",
                                                 "\\n\\/\\b",
                                                 "c3RhcnQ="};
constexpr std::array<std::string_view, 6> blanks{"", "", "", " ", "\n", "\t\r\n "};
constexpr std::array<std::string_view, 4> odd_names{"na-me", "", "1", "with blank"};
constexpr std::array<std::string_view, 8> no_json{
    "", "no json", "{\"a\":1", "[1,]", "{\"a\":01}", "\"\\x\"", "\xff bytes", "{\"a\":1}}"};

class Json {
public:
    explicit Json(Choices choices) : choices_(choices) {}

    std::string whole() {
        constexpr int depth = 4;
        switch (choices_.below(16)) {
            case 12: return array(depth);
            case 13: return value(1);
            case 14: return std::string(choices_.one_of(no_json));
            default: return object(depth);
        }
    }

private:
    // Often one of a few, so that some are equal.
    std::string number() {
        constexpr std::size_t few = 4;
        const std::span<const std::string_view> all(numbers);
        return std::string(choices_.one_of(choices_.below(2) == 0 ? all.first(few) : all));
    }

    std::string value_for(Wanted wanted, int depth) {
        if (choices_.below(4) == 3) wanted = Wanted::Any;
        switch (wanted) {
            case Wanted::Number: return number();
            case Wanted::Text: return fmt::format("\"{}\"", choices_.one_of(texts));
            case Wanted::Truth: return choices_.below(2) == 0 ? "true" : "false";
            case Wanted::Array: return depth > 0 ? array(depth) : "[]";
            case Wanted::Object: return depth > 0 ? object(depth) : "{}";
            case Wanted::Any: break;
        }
        return value(depth);
    }

    std::string blank() { return std::string(choices_.one_of(blanks)); }

    std::string value(int depth) {
        switch (choices_.below(depth > 0 ? 16 : 9)) {
            case 0:
            case 1:
            case 2: return number();
            case 3: return fmt::format("{}", static_cast<int>(choices_.below(256)) - 128);
            case 4:
            case 5: return fmt::format("\"{}\"", choices_.one_of(texts));
            case 6: return "true";
            case 7: return "false";
            case 8: return "null";
            case 9:
            case 10:
            case 11:
            case 12: return array(depth);
            default: return object(depth);
        }
    }

    std::string array(int depth) {
        std::string made = "[" + blank();
        // Often alike, as the readings of a device are.
        const Wanted wanted = choices_.below(2) == 0 ? Wanted::Object : Wanted::Any;
        for (std::size_t left = choices_.below(5); left > 0; --left) {
            made += value_for(wanted, depth - 1) + blank() + (left > 1 ? "," + blank() : "");
        }
        return made + "]";
    }

    std::string object(int depth) {
        std::string made = "{" + blank();
        for (std::size_t left = choices_.below(8); left > 0; --left) {
            const std::string_view name =
                choices_.is_one_in(12) ? choices_.one_of(odd_names) : choices_.one_of(sample_names);
            made += fmt::format("\"{}\"{}:{}", name, blank(), blank());
            made += value_for(wanted_of(name), depth - 1);
            made += blank() + (left > 1 ? "," + blank() : "");
        }
        return made + "}";
    }

    Choices choices_;
};

}  // namespace

std::span<const std::string_view> names_for(Wanted wanted) {
    const std::span<const std::string_view> all(sample_names);
    switch (wanted) {
        case Wanted::Array: return all.subspan(0, 2);
        case Wanted::Object: return all.subspan(2, 2);
        case Wanted::Number: return all.subspan(4, 4);
        case Wanted::Text: return all.subspan(8, 3);
        case Wanted::Truth: return all.subspan(11);
        case Wanted::Any: break;
    }
    return all;
}

Wanted wanted_of(std::string_view name) {
    for (const Wanted wanted :
         {Wanted::Array, Wanted::Object, Wanted::Number, Wanted::Text, Wanted::Truth}) {
        if (std::ranges::count(names_for(wanted), name) > 0) return wanted;
    }
    return Wanted::Any;
}

std::string sample_payload(Choices choices) {
    return Json(choices).whole();
}

}  // namespace gatehouse::sql::plain
