// The filter pattern language of CloudWatch Logs: terms, JSON conditions, space-delimited
// fields.
//
// Source: Amazon CloudWatch Logs User Guide, "Filter pattern syntax".
//
// Threads: a pattern is immutable; any thread may match with it.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"

namespace gatehouse::logs {

class FilterPattern {
public:
    // At most 1024 bytes, nested at most 32 deep, with at most two regular expressions.
    // ErrorKind::InvalidInput with the column of the mistake.
    static Result<FilterPattern> parse(std::string_view pattern);

    // The pattern that every message matches; what "" parses to.
    FilterPattern();
    ~FilterPattern();
    FilterPattern(FilterPattern&&) noexcept;
    FilterPattern& operator=(FilterPattern&&) noexcept;

    bool matches_everything() const { return matcher_ == nullptr; }
    bool matches(std::string_view message) const;

    class Matcher;

private:
    explicit FilterPattern(std::unique_ptr<const Matcher> matcher);
    std::unique_ptr<const Matcher> matcher_;
};

}  // namespace gatehouse::logs
