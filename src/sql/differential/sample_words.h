// What statements that are made by chance are made of. For sample.cc only.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "sql/differential/sample.h"

namespace gatehouse::sql::plain {

// From the loosest to the tightest, as SQL has them.
enum class Level : std::uint8_t { Or, And, Not, Comparison, Sum, Product, Minus, Whole };

struct OperatorText {
    std::string_view text;
    Level level;
};
inline constexpr std::array<OperatorText, 5> arithmetic{{{" + ", Level::Sum},
                                                         {" - ", Level::Sum},
                                                         {" * ", Level::Product},
                                                         {" / ", Level::Product},
                                                         {" % ", Level::Product}}};
inline constexpr std::array<OperatorText, 7> comparisons{{{" = ", Level::Comparison},
                                                          {" < ", Level::Comparison},
                                                          {" <= ", Level::Comparison},
                                                          {" > ", Level::Comparison},
                                                          {" >= ", Level::Comparison},
                                                          {" <> ", Level::Comparison},
                                                          {" != ", Level::Comparison}}};
inline constexpr std::array<OperatorText, 2> logic{{{" AND ", Level::And}, {" or ", Level::Or}}};

inline constexpr std::array<std::string_view, 20> literal_numbers{
    "0",      "1",    "2",    "3",      "7",
    "10",     "2.5",  "10.0", "0.1",    "0.5",
    "1e3",    "1E-7", "1e2",  "100.5",  "1e999",
    "1e-999", "2.50", "1e34", "1e1000", "9999999999999999999999999999999999"};
// Of arrays and texts: also what has to be converted first.
inline constexpr std::array<std::string_view, 10> indexes{"0",   "1",     "2",    "'1'", "'-0.5'",
                                                          "0.5", "'1.9'", "-0.4", "1.5", "1e20"};
inline constexpr std::array<std::string_view, 18> literal_texts{
    "'a'",   "\"b\"",  "'5'",   "'it''s'",  "\"\"\"\"", "''",   "'-2.5'",   "'true'", "\"FALSE\"",
    "'1E2'", "'1E+2'", "' 5 '", "'\u65e5'", "'abc'",    "'\\'", "\"x\ty\"", "'null'", "'YWJj'"};
inline constexpr std::array<std::string_view, 8> constants{"true",  "FALSE", "null", "NULL",
                                                           "False", "True",  "true", "Null"};
inline constexpr std::array<std::string_view, 12> types{"Int",      "String",  "Double",  "integer",
                                                        "TEXT",     "Decimal", "Boolean", "bool",
                                                        "Nvarchar", "NText",   "varchar", "Date"};
inline constexpr std::array<std::string_view, 8> patterns{
    "'a'", "'a+|b'", "'(.)(.)'", "'[0-9]+'", "'^.*$'", "''", "'(?=a)'", "'(a'"};
inline constexpr std::array<std::string_view, 6> properties{
    "'content_type'", "'format_indicator'", "'response_topic'", "'correlation_data'",
    "'other'",        "\"content_type\""};
inline constexpr std::array<std::string_view, 4> schemes{"'base64'", "\"BASE64\"", "'proto'",
                                                         "'hex'"};
inline constexpr std::array<std::string_view, 3> time_patterns{"'yyyy-MM-dd HH:mm'", "\"yyyy\"",
                                                               "'z'"};

// A function, what it makes, and of what: a letter for each argument.
struct Signature {
    std::string_view name;
    Wanted makes;
    // n number, t text, a array, o object, ? anything; as such: r pattern, s scheme, e mode
    std::string_view arguments;
};
inline constexpr std::array<Signature, 44> signatures{{
    {"abs", Wanted::Number, "n"},
    {"ceil", Wanted::Number, "n"},
    {"floor", Wanted::Number, "n"},
    {"round", Wanted::Number, "n"},
    {"sign", Wanted::Number, "n"},
    {"mod", Wanted::Number, "nn"},
    {"remainder", Wanted::Number, "nn"},
    {"trunc", Wanted::Number, "nn"},
    {"power", Wanted::Number, "nn"},
    {"sqrt", Wanted::Number, "n"},
    {"bitand", Wanted::Number, "nn"},
    {"bitor", Wanted::Number, "nn"},
    {"bitxor", Wanted::Number, "nn"},
    {"bitnot", Wanted::Number, "n"},
    {"nanvl", Wanted::Number, "nn"},
    {"Length", Wanted::Number, "t"},
    {"numbytes", Wanted::Number, "t"},
    {"indexof", Wanted::Number, "tt"},
    {"concat", Wanted::Text, "tt"},
    {"CONCAT", Wanted::Text, "tnt"},
    {"lower", Wanted::Text, "t"},
    {"upper", Wanted::Text, "t"},
    {"lpad", Wanted::Text, "tn"},
    {"rpad", Wanted::Text, "tn"},
    {"ltrim", Wanted::Text, "t"},
    {"rtrim", Wanted::Text, "t"},
    {"trim", Wanted::Text, "t"},
    {"replace", Wanted::Text, "ttt"},
    {"substring", Wanted::Text, "tn"},
    {"Substring", Wanted::Text, "tnn"},
    {"chr", Wanted::Text, "n"},
    {"get", Wanted::Text, "tn"},
    {"md5", Wanted::Text, "t"},
    {"regexp_replace", Wanted::Text, "trt"},
    {"regexp_substr", Wanted::Text, "tr"},
    {"encode", Wanted::Text, "ts"},
    {"endswith", Wanted::Truth, "tt"},
    {"startswith", Wanted::Truth, "tt"},
    {"isNull", Wanted::Truth, "?"},
    {"isUndefined", Wanted::Truth, "?"},
    {"regexp_matches", Wanted::Truth, "tr"},
    {"concat", Wanted::Array, "a?"},
    {"transform", Wanted::Array, "eoa"},
    {"get", Wanted::Object, "an"},
}};

}  // namespace gatehouse::sql::plain
