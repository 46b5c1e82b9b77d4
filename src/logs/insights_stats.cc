#include "logs/insights_stats.h"

#include <algorithm>
#include <cmath>

namespace gatehouse::logs::insights {

void Accumulator::add(const AggregateColumn& column, const Row& row, RecordFields* fields) {
    if (!column.of) {
        ++count_;
        return;
    }
    Value value = evaluate(*column.of, row, fields);
    if (value.is_absent()) return;
    const std::int64_t at = row.record() ? row.record()->timestamp : 0;
    switch (column.what) {
        case Aggregate::Count: ++count_; return;
        case Aggregate::CountDistinct: texts_.insert(value.text()); return;
        case Aggregate::Sum:
        case Aggregate::Average:
        case Aggregate::Percentile:
        case Aggregate::Deviation:
            if (const auto number = value.number()) add_number(column, *number);
            return;
        default: add_at(column, std::move(value), at); return;
    }
}

void Accumulator::add_number(const AggregateColumn& column, double number) {
    ++count_;
    sum_ += number;
    const double distance = number - mean_;
    mean_ += distance / static_cast<double>(count_);
    squares_ += distance * (number - mean_);
    if (column.what == Aggregate::Percentile) numbers_.push_back(number);
}

void Accumulator::add_at(const AggregateColumn& column, Value value, std::int64_t at) {
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

Value Accumulator::value(const AggregateColumn& column) const {
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
    std::vector<double> sorted = numbers_;
    std::ranges::sort(sorted);
    // The smallest number that so many of a hundred do not exceed.
    const double rank = std::ceil(column.percentile / 100 * count);
    return Value(sorted[static_cast<std::size_t>(std::max(rank, 1.0)) - 1]);
}

std::size_t Accumulator::bytes() const {
    std::size_t bytes = sizeof(Accumulator) + numbers_.size() * sizeof(double);
    for (const std::string& text : texts_) bytes += text.size() + 64;
    return bytes;
}

}  // namespace gatehouse::logs::insights
