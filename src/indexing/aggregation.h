// Numbers about the values of one field in many documents.
//
// Source: AWS IoT Developer Guide, "Querying for aggregate data". Values that are not of the
// field's type are left out. Deliberate difference: counts of different values are exact.
//
// Threads: pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "indexing/document.h"

namespace gatehouse::indexing {

enum class FieldType : std::uint8_t { Number, String, Boolean };

struct Statistics {
    std::size_t count = 0;
    // Nothing but the count is known of texts.
    struct Numbers {
        double average = 0;
        double sum = 0;
        double minimum = 0;
        double maximum = 0;
        double sum_of_squares = 0;
        double variance = 0;
        double deviation = 0;
    };
    std::optional<Numbers> numbers;
};

struct Percentile {
    double percent = 0;
    double value = 0;
};

struct Buckets {
    std::size_t total = 0;  // documents, those without a value, too
    struct Bucket {
        std::string key;
        std::size_t count = 0;
    };
    std::vector<Bucket> buckets;  // the fullest first
};

// Collects what documents hold of one field.
class Aggregation {
public:
    Aggregation(std::string field, FieldType type) : field_(std::move(field)), type_(type) {}

    FieldType type() const { return type_; }
    void add(const Document& document);

    Statistics statistics() const;
    std::size_t different_values() const { return counts_.size(); }
    // Between two values, in proportion. Requires: not of texts. Empty: there are no values.
    std::vector<Percentile> percentiles(const std::vector<double>& percents) const;
    Buckets buckets(std::size_t most) const;

private:
    void add_value(std::string_view value);

    std::string field_;
    FieldType type_;
    std::size_t documents_ = 0;
    std::size_t count_ = 0;  // values
    std::vector<double> numbers_;
    std::unordered_map<std::string, std::size_t> counts_;  // by value
};

}  // namespace gatehouse::indexing
