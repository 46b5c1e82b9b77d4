// Groups of stats. For insights_*.cc only.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "logs/insights_parts.h"

namespace gatehouse::logs::insights {

// One aggregate of one group.
class Accumulator {
public:
    void add(const AggregateCall& column, const Scope& scope);
    // Call once: sorts what pct took.
    Value take_value(const AggregateCall& column);
    // What it holds in memory.
    std::size_t bytes() const;

private:
    void add_text(std::string text);
    void add_number(const AggregateCall& column, double number);
    void add_at(const AggregateCall& column, Value value, std::int64_t at);

    std::uint64_t count_ = 0;
    double sum_ = 0;
    double squares_ = 0;  // of the distance from the mean so far
    double mean_ = 0;
    Value picked_;  // min, max, earliest, …
    std::int64_t picked_at_ = 0;
    std::vector<double> numbers_;  // of pct
    std::set<std::string> texts_;  // of count_distinct
    std::size_t texts_bytes_ = 0;
};

}  // namespace gatehouse::logs::insights
