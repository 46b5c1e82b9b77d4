#include "sql/program.h"

#include <algorithm>

#include "base/encoding.h"
#include "sql/checked.h"

namespace gatehouse::sql {
namespace {

constexpr const char* binary_payload_member = "payload";

Value root_of(const Message& message, Version version) {
    return message.document == nullptr ? Value() : Value::at(*message.document, 0, version);
}

Run begin(const Surroundings& surroundings, std::span<const Value> answers) {
    return {.surroundings = surroundings,
            .root = root_of(surroundings.message, surroundings.version),
            .variables = {},
            .answers = answers,
            .wanted = {}};
}

bool set_variables(const Checked& checked, Run& run) {
    for (const Shown& each : checked.variables) run.variables.push_back(each.operation->run(run));
    return !run.wanted;
}

bool holds(const Checked& checked, Run& run) {
    return !checked.where || truth_of(checked.where->run(run)) == true;
}

// SELECT *, … of what is no JSON object: what else is selected, beside the bytes.
void add_binary_payload(Run& run) {
    const std::string_view payload = run.surroundings.message.payload;
    if (payload.empty() || run.surroundings.message.document != nullptr) return;
    run.root = Value(Value::Members{{binary_payload_member, Value(to_base64(bytes_of(payload)))}});
}

std::string payload_of(const Selection& selection, Run& run) {
    if (selection.is_whole()) return std::string(run.surroundings.message.payload);
    const bool has_star =
        !selection.is_value &&
        std::ranges::any_of(selection.items, [](auto& item) { return item.operation == nullptr; });
    if (has_star) add_binary_payload(run);
    return to_json(selection.run(run));
}

std::vector<Explained> explained(std::span<const Shown> shown, Run& run) {
    std::vector<Explained> made;
    for (const Shown& each : shown) {
        made.push_back({each.text, each.operation->run(run).detached()});
    }
    return made;
}

}  // namespace

Program::Program(std::unique_ptr<const Checked> checked) : checked_(std::move(checked)) {}
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;
Program::~Program() = default;

Result<Program> Program::compile(std::string_view sql, Version version,
                                 AnsweredFunctions answered) {
    auto checked = check_statement(sql, version, answered);
    if (!checked) return fail(std::move(checked.error()));
    return Program(std::make_unique<const Checked>(std::move(*checked)));
}

Version Program::version() const {
    return checked_->version;
}
const std::optional<std::string>& Program::topic_filter() const {
    return checked_->topic_filter;
}
std::span<const std::string> Program::variable_names() const {
    return checked_->variable_names;
}
bool Program::reads_payload() const {
    return checked_->reads_payload;
}
std::span<const Error> Program::warnings() const {
    return checked_->warnings;
}

Outcome Program::run(const Message& message, Random& random, std::span<const Value> answers) const {
    const Surroundings surroundings{message, checked_->version, random};
    Run run = begin(surroundings, answers);
    Outcome outcome;
    if (set_variables(*checked_, run)) {
        outcome.matches = holds(*checked_, run);
        if (!run.wanted && outcome.matches) outcome.payload = payload_of(checked_->selection, run);
    }
    outcome.wanted = std::move(run.wanted);
    outcome.variables = std::move(run.variables);
    return outcome;
}

Explanation Program::explain(const Message& message, Random& random,
                             std::span<const Value> answers) const {
    const Surroundings surroundings{message, checked_->version, random};
    Run run = begin(surroundings, answers);
    Explanation made;
    set_variables(*checked_, run);
    for (std::size_t i = 0; i < run.variables.size(); ++i) {
        made.variables.push_back({"@" + checked_->variable_names[i], run.variables[i].detached()});
    }
    made.condition = explained(checked_->where_parts, run);
    made.matches = holds(*checked_, run);
    for (const Selection::Item& item : checked_->selection.items) {
        const Value value = item.operation ? item.operation->run(run) : run.root;
        made.items.push_back({item.shown, value.detached()});
    }
    if (made.matches) made.payload = payload_of(checked_->selection, run);
    made.wanted = std::move(run.wanted);
    return made;
}

}  // namespace gatehouse::sql
