// A topic rule's statement, tried with a message that nobody published: whether it matches, and
// what each part of it and each template comes to. Nothing is asked of a service, and nothing is
// done.
//
// Threads: any; a trial takes as long as an evaluation may (sql/effort.h).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "sql/program.h"
#include "sql/template.h"
#include "sql/value.h"
#include "sql/version.h"

namespace gatehouse::rules {

struct TrialInput {
    std::string sql;
    sql::Version version = sql::Version::V2016;
    std::string topic;
    std::string payload;
    std::string client_id;
    std::string principal;
    std::string source_ip;
    std::string account;
    std::string content_type;  // empty: none
    std::string trace_id;
    WallTime now{};
    std::vector<std::pair<std::string, std::string>> user_properties;
    // What services answer, in the order in which they are asked.
    std::vector<sql::Value> answers;
    std::vector<std::string> templates;
};

struct Trial {
    std::optional<std::string> filter;
    bool is_on_topic = true;  // the filter of FROM matches
    sql::Explanation explanation;
    std::vector<std::string> warnings;
    std::vector<std::pair<std::string, sql::Filled>> templates;
    std::optional<Error> payload_problem;  // why it is no JSON

    bool matches() const { return is_on_topic && explanation.matches && !explanation.wanted; }
};

// InvalidInput, Unsupported: the topic, the statement (with line and column) or a template is
// wrong. TooLarge, LimitExceeded: it does too much.
Result<Trial> try_out(const TrialInput& input);

// "match", "no match: WHERE is not true" …
std::string verdict(const Trial& trial, const TrialInput& input);
// What it was filled to, or why it was not.
std::string text_of_template(const sql::Filled& filled);
// A value, as a reader may see it: JSON, or Undefined.
std::string shown(const sql::Value& value);

}  // namespace gatehouse::rules
