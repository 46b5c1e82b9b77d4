// A statement of AWS IoT SQL, checked and ready to run for each message.
//
//     auto program = Program::compile("SELECT * FROM 'a/#' WHERE temperature > 50",
//                                     Version::V2016);
//     Effort effort(message.payload.size());
//     auto outcome = program->run(message, random, effort);
//     if (outcome && outcome->matches) forward(outcome->payload);
//
// Pure: what needs a service (aws_lambda(…) and the like) is asked of the caller.
//
// Source: AWS IoT Developer Guide, "AWS IoT SQL reference".
//
// Threads: any; compile once, run everywhere.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "sql/effort.h"
#include "sql/message.h"
#include "sql/value.h"
#include "sql/version.h"

namespace gatehouse::sql {

// A function of a statement that somebody else has to answer.
struct ServiceCall {
    std::size_t number = 0;  // among those that the evaluation came to
    std::string function;    // "aws_lambda"
    std::vector<Value> arguments;
};

struct Outcome {
    // Answer it, add the answer to those that run() got, and run again; nothing else counts.
    std::optional<ServiceCall> wanted;
    bool matches = false;  // the condition holds
    // What actions get: JSON, or what came, byte for byte.
    std::string payload;
    std::vector<Value> variables;  // of SET, in order; for templates
};

// One value of a statement for one message.
struct Explained {
    std::string expression;
    Value value;
};
struct Explanation {
    std::optional<ServiceCall> wanted;
    std::vector<Explained> variables;
    std::vector<Explained> condition;  // WHERE, and what stands on both sides of its operators
    bool matches = false;
    std::vector<Explained> items;  // of SELECT
    std::string payload;
};

struct Checked;

class Program {
public:
    // InvalidInput with line and column; Unsupported: a regular expression that RE2 has not, a
    // function that is not done here; TooLarge.
    static Result<Program> compile(std::string_view sql, Version version,
                                   AnsweredFunctions answered = std::nullopt);
    Program(Program&&) noexcept;
    Program& operator=(Program&&) noexcept;
    ~Program();

    Version version() const;
    // None: the rule is reached by Basic Ingest alone.
    const std::optional<std::string>& topic_filter() const;
    std::span<const std::string> variable_names() const;
    // Whether it looks into the payload, so that it has to be parsed.
    bool reads_payload() const;
    // What is strange about it, and no error: "lpad takes 2 arguments, so that this is Undefined".
    std::span<const Error> warnings() const;

    // `answers`: of the service calls that earlier runs wanted, by number. LimitExceeded: it does
    // more than `effort` allows, or its result is too large.
    Result<Outcome> run(const Message& message, Random& random, Effort& effort,
                        std::span<const Value> answers = {}) const;
    // For people; takes about three times as much of `effort`.
    Result<Explanation> explain(const Message& message, Random& random, Effort& effort,
                                std::span<const Value> answers = {}) const;

private:
    explicit Program(std::unique_ptr<const Checked> checked);

    std::unique_ptr<const Checked> checked_;
};

}  // namespace gatehouse::sql
