#include "indexing/aggregation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "indexing/query.h"
#include "indexing/query_expression.h"

namespace gatehouse::indexing {
namespace {

// Queries, too, ignore the case of letters.
bool is_word(std::string_view value, std::string_view word) {
    return std::ranges::equal(value, word, {}, lower);
}

std::optional<double> number_in(std::string_view value, FieldType type) {
    if (type == FieldType::Number) return numeric_value(value);
    if (is_word(value, "true")) return 1;
    if (is_word(value, "false")) return 0;
    return std::nullopt;
}

// One text for each value: 5 and 5.0 are the same number.
std::string key_of(double number, FieldType type) {
    if (type == FieldType::Boolean) return number == 0 ? "false" : "true";
    return fmt::format("{}", number);
}

}  // namespace

void Aggregation::add(const Document& document) {
    ++documents_;
    for (const Field& field : document.fields) {
        if (field.name == field_) add_value(field.value);
    }
}

void Aggregation::add_value(std::string_view value) {
    std::string key(value);
    if (type_ != FieldType::String) {
        const auto number = number_in(value, type_);
        if (!number) return;
        numbers_.push_back(*number);
        key = key_of(*number, type_);
    }
    ++count_;
    ++counts_[std::move(key)];
}

Statistics Aggregation::statistics() const {
    Statistics result{.count = count_, .numbers = std::nullopt};
    if (type_ == FieldType::String || numbers_.empty()) return result;
    Statistics::Numbers numbers{.minimum = numbers_.front(), .maximum = numbers_.front()};
    for (const double number : numbers_) {
        numbers.sum += number;
        numbers.sum_of_squares += number * number;
        numbers.minimum = std::min(numbers.minimum, number);
        numbers.maximum = std::max(numbers.maximum, number);
    }
    const auto count = static_cast<double>(numbers_.size());
    numbers.average = numbers.sum / count;
    // From the differences: what is left of two large sums would be no variance.
    for (const double number : numbers_) {
        numbers.variance += (number - numbers.average) * (number - numbers.average) / count;
    }
    numbers.deviation = std::sqrt(numbers.variance);
    result.numbers = numbers;
    return result;
}

std::vector<Percentile> Aggregation::percentiles(const std::vector<double>& percents) const {
    std::vector<Percentile> result;
    if (numbers_.empty()) return result;
    std::vector<double> sorted = numbers_;
    std::ranges::sort(sorted);
    for (const double percent : percents) {
        const double place = percent / 100 * static_cast<double>(sorted.size() - 1);
        const auto below = static_cast<std::size_t>(place);
        const std::size_t above = std::min(below + 1, sorted.size() - 1);
        const double share = place - static_cast<double>(below);
        result.push_back({percent, sorted[below] + (sorted[above] - sorted[below]) * share});
    }
    return result;
}

Buckets Aggregation::buckets(std::size_t most) const {
    Buckets result{.total = documents_, .buckets = {}};
    for (const auto& [key, count] : counts_) result.buckets.push_back({key, count});
    std::ranges::sort(result.buckets, [](const auto& a, const auto& b) {
        return std::pair(b.count, std::string_view(a.key)) <
               std::pair(a.count, std::string_view(b.key));
    });
    if (result.buckets.size() > most) result.buckets.resize(most);
    return result;
}

}  // namespace gatehouse::indexing
