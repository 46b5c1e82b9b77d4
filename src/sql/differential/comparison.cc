#include "sql/differential/comparison.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "sql/differential/plain_evaluator.h"
#include "sql/differential/plain_value.h"
#include "sql/program.h"

namespace gatehouse::sql::plain {
namespace {

const std::array<std::pair<std::string, std::string>, 3> user_properties{
    {{"a", "1"}, {"b", ""}, {"a", "x"}}};

Message message_with(const std::string& payload, const Document* document) {
    return {.topic = "a/b//c",
            .payload = payload,
            .document = document,
            .account = "123456789012",
            .now = WallTime(std::chrono::milliseconds(1'600'000'000'123)),
            .client_id = "lamp",
            .principal = "f00d",
            .source_ip = "192.0.2.1",
            .content_type = "text/plain",
            .is_utf8 = true,
            .correlation_data = "\x01\x02",
            .user_properties = user_properties};
}

std::string in_words(const std::optional<ErrorKind>& refused) {
    return refused ? std::string(name_of(*refused)) : "accepted";
}

std::string shown(bool matches, const std::string& payload) {
    return matches ? payload : "no match";
}

// Program's side of one sample.
class Compiled {
public:
    Compiled(const Sample& sample, const Program& program, const Document* document)
        : program_(program), message_(message_with(sample.payload, document)) {}

    Result<sql::Outcome> run() const {
        SeededRandom random(1);
        Effort effort(message_.payload.size());
        return program_.run(message_, random, effort);
    }
    Result<Explanation> explain() const {
        SeededRandom random(1);
        Effort effort(message_.payload.size());
        return program_.explain(message_, random, effort);
    }

private:
    const Program& program_;
    const Message message_;
};

std::optional<std::string> value_difference(std::string_view what, const sql::Value& value,
                                            const std::string& wanted) {
    const std::string made = described(from_sql(value));
    if (made == wanted) return std::nullopt;
    return fmt::format("{} is {}\n and has to be {}", what, made, wanted);
}

std::optional<std::string> run_difference(const Outcome& plain, const sql::Outcome& outcome) {
    for (std::size_t i = 0; i < outcome.variables.size(); ++i) {
        auto found = value_difference("a variable", outcome.variables[i], plain.variables.at(i));
        if (found) return found;
    }
    const std::string made = shown(outcome.matches, outcome.payload);
    const std::string wanted = shown(plain.matches, plain.payload);
    if (made == wanted) return std::nullopt;
    return fmt::format("comes to {}\n and has to come to {}", made, wanted);
}

std::optional<std::string> explanation_difference(const Outcome& plain,
                                                  const Explanation& explanation) {
    for (std::size_t i = 0; i < explanation.items.size(); ++i) {
        const auto& [expression, value] = explanation.items[i];
        // It is not told from the bytes that came.
        if (expression == "*") continue;
        if (auto found = value_difference(expression, value, plain.items.at(i))) return found;
    }
    const std::string made = shown(explanation.matches, explanation.payload);
    const std::string wanted = shown(plain.matches, plain.payload);
    if (made == wanted) return std::nullopt;
    return fmt::format("is explained as {}\n and has to be as {}", made, wanted);
}

Comparison compare_runs(const Sample& sample, const Outcome& plain, const Program& program,
                        const Document* document) {
    Comparison made{.matches = plain.matches};
    const Compiled compiled(sample, program, document);
    const auto outcome = compiled.run();
    if (!outcome) {
        made.is_too_much = true;
        if (outcome.error().kind != ErrorKind::LimitExceeded) made.difference = "fails";
        return made;
    }
    made.difference = run_difference(plain, *outcome);
    if (made.difference) return made;
    if (const auto explanation = compiled.explain()) {
        made.difference = explanation_difference(plain, *explanation);
    }
    return made;
}

Comparison compare_both(const Sample& sample) {
    const auto program = Program::compile(sample.sql, sample.version);
    const Message message = message_with(sample.payload, nullptr);
    const Outcome plain = evaluate(sample.bracketed, sample.version, message);
    const auto refused = program ? std::nullopt : std::optional<ErrorKind>(program.error().kind);
    if (refused != plain.refused) {
        return {.difference = fmt::format("is {} and has to be {}: {}", in_words(refused),
                                          in_words(plain.refused),
                                          program ? "" : program.error().describe())};
    }
    if (!program) return {.is_refused = true};
    Document document;
    const bool is_json = document.parse(sample.payload).has_value();
    Comparison made = compare_runs(sample, plain, *program, is_json ? &document : nullptr);
    if (made.difference || made.is_too_much || !is_json || program->reads_payload()) return made;
    // A payload that is not read might as well be no JSON.
    return compare_runs(sample, plain, *program, nullptr);
}

}  // namespace

Comparison compare(const Sample& sample) {
    Comparison made = compare_both(sample);
    if (made.difference) {
        made.difference =
            fmt::format("version {}\n{}\nor {}\nfor {}\n{}\n", name_of(sample.version), sample.sql,
                        sample.bracketed, sample.payload, *made.difference);
    }
    return made;
}

}  // namespace gatehouse::sql::plain
