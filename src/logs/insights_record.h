// A log event as an Insights query sees it: fields with @, and those that its message holds.
//
// Source: Amazon CloudWatch Logs User Guide, "Supported logs and discovered fields".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "logs/insights_value.h"

namespace gatehouse::logs::insights {

struct Record {
    std::int64_t timestamp = 0;
    std::int64_t ingested = 0;
    std::string message;
    std::string stream;
    std::string log;      // "ACCOUNT:GROUP"
    std::string pointer;  // by which the record is found again
};

// Reads the message when a field of it is first asked for.
//
// Threads: one at a time. The record outlives it.
class RecordFields {
public:
    explicit RecordFields(const Record& record) : record_(record) {}
    // "@timestamp", "clientId", "a.b.0".
    Value field(std::string_view name);
    const Record& record() const { return record_; }

private:
    Value own_field(std::string_view name) const;

    const Record& record_;
    bool is_read_ = false;
    std::optional<json::value> body_;
};

}  // namespace gatehouse::logs::insights
