// What rules do, as events in the log.
//
// Source: AWS IoT Developer Guide, "Rules engine log entries" (CloudWatch AWS IoT log entries).
//
// Threads: any.
#pragma once

#include <string_view>

#include "logs/event_sink.h"
#include "logs/level.h"
#include "rules/action.h"
#include "rules/execution.h"
#include "rules/message.h"

namespace gatehouse::rules {

class RuleReports {
public:
    // Both must outlive it.
    RuleReports(logs::EventSink& events, const logs::LevelResolver& levels)
        : events_(events), levels_(levels) {}

    void matched(const Message& message, std::string_view rule) const;
    void starting(const Message& message, std::string_view rule, std::string_view action) const;
    void executed(const Job& job, const Action& action, const Result<Done>& how) const;
    // What failed before its action could begin.
    void failed(const Message& message, std::string_view rule, const ActionFailure& failure) const;
    // A function that a statement asked.
    void function_executed(const Message& message, std::string_view rule,
                           std::string_view function_arn, const Result<std::string>& how) const;
    void not_found(const Message& message, std::string_view rule) const;
    void throttled(const Message& message, std::string_view why) const;

private:
    bool keeps(const Message& message, logs::EventType type, logs::Status status) const;
    // With what all of them have in common.
    void record(const Message& message, logs::Event event) const;

    logs::EventSink& events_;
    const logs::LevelResolver& levels_;
};

}  // namespace gatehouse::rules
