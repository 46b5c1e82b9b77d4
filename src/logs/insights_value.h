// A value of a CloudWatch Logs Insights query: nothing, a number, a truth, a text or a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/json.h"

namespace gatehouse::logs::insights {

class Value {
public:
    Value() = default;  // absent
    explicit Value(std::string text) : what_(std::move(text)) {}
    explicit Value(double number) : what_(number) {}
    static Value truth(bool is_true);
    // A number that results show as a time.
    static Value time(std::int64_t ms);
    static Value of(const json::value& value);

    bool is_absent() const { return std::holds_alternative<std::monostate>(what_); }
    bool is_text() const { return std::holds_alternative<std::string>(what_); }
    // What filter keeps: a truth, a number that is not 0.
    bool is_true() const;
    // Texts count as the number they spell; a truth is 1 or 0.
    std::optional<double> number() const;
    // As a result shows it; empty when absent.
    std::string text() const;
    // Of text; other values need none.
    std::size_t bytes() const;

    // Absent values, then numbers and texts that spell one by size, then texts by their bytes.
    static int compare(const Value& a, const Value& b);
    // = of the language: nothing equals an absent value.
    static bool equal(const Value& a, const Value& b);

private:
    struct Time {
        std::int64_t ms = 0;
    };
    std::variant<std::monostate, double, bool, std::string, Time> what_;
};

// "2026-01-31 12:00:00.000", as results show times; milliseconds since 1970.
std::string time_text(std::int64_t ms);

}  // namespace gatehouse::logs::insights
