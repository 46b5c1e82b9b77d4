#include "logs/insights_stats.h"

#include <algorithm>
#include <cmath>

namespace gatehouse::logs::insights {
namespace {

constexpr std::size_t set_entry_bytes = 80;  // beside the text

}  // namespace

void Accumulator::add(const AggregateCall& column, const Scope& scope) {
    if (!column.of) {
        ++count_;
        return;
    }
    Value value = evaluate(*column.of, scope);
    if (value.is_absent()) return;
    const std::int64_t at = scope.row.record() ? scope.row.record()->timestamp : 0;
    switch (column.what) {
        case Aggregate::Count: ++count_; return;
        case Aggregate::CountDistinct: add_text(value.text()); return;
        case Aggregate::Sum:
        case Aggregate::Average:
        case Aggregate::Percentile:
        case Aggregate::Deviation:
            if (const auto number = value.number()) add_number(column, *number);
            return;
        default: add_at(column, std::move(value), at); return;
    }
}

void Accumulator::add_text(std::string text) {
    const auto [at, is_new] = texts_.insert(std::move(text));
    if (is_new) texts_bytes_ += at->size() + set_entry_bytes;
}

void Accumulator::add_number(const AggregateCall& column, double number) {
    ++count_;
    sum_ += number;
    const double distance = number - mean_;
    mean_ += distance / static_cast<double>(count_);
    squares_ += distance * (number - mean_);
    if (column.what == Aggregate::Percentile) numbers_.push_back(number);
}

void Accumulator::add_at(const AggregateCall& column, Value value, std::int64_t at) {
    const bool is_first = count_++ == 0;
    const auto better = [&] {
        switch (column.what) {
            case Aggregate::Least: return Value::compare(value, picked_) < 0;
            case Aggregate::Greatest: return Value::compare(value, picked_) > 0;
            case Aggregate::SortsFirst: return value.text() < picked_.text();
            case Aggregate::SortsLast: return value.text() > picked_.text();
            case Aggregate::Earliest: return at <= picked_at_;
            case Aggregate::Latest: return at > picked_at_;
            default: return false;
        }
    };
    if (!is_first && !better()) return;
    picked_ = std::move(value);
    picked_at_ = at;
}

Value Accumulator::take_value(const AggregateCall& column) {
    const auto count = static_cast<double>(count_);
    switch (column.what) {
        case Aggregate::Count: return Value(count);
        case Aggregate::CountDistinct: return Value(static_cast<double>(texts_.size()));
        case Aggregate::Sum: return count_ == 0 ? Value() : Value(sum_);
        case Aggregate::Average: return count_ == 0 ? Value() : Value(sum_ / count);
        case Aggregate::Deviation:
            return count_ == 0 ? Value() : Value(std::sqrt(squares_ / count));
        case Aggregate::Percentile: break;
        default: return picked_;
    }
    if (numbers_.empty()) return {};
    std::ranges::sort(numbers_);
    // The smallest number that so many of a hundred do not exceed.
    const double rank = std::ceil(column.percentile / 100 * count);
    return Value(numbers_[static_cast<std::size_t>(std::max(rank, 1.0)) - 1]);
}

std::size_t Accumulator::bytes() const {
    return sizeof(Accumulator) + numbers_.capacity() * sizeof(double) + picked_.bytes() +
           texts_bytes_;
}

}  // namespace gatehouse::logs::insights
