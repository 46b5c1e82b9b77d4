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
            .wanted = {},
            .services = {}};
}

// Each may use those before it. False: somebody has to be asked first.
bool set_variables(const Checked& checked, Run& run, std::vector<Value>& variables) {
    variables.reserve(checked.variables.size());
    for (const Shown& each : checked.variables) {
        variables.push_back(each.operation->run(run));
        run.variables = variables;
    }
    return !run.wanted;
}

bool holds(const Checked& checked, Run& run) {
    return !checked.where || truth_of(checked.where->run(run)) == true;
}

// What * stands for beside other items; of what is no JSON, the bytes are a member.
Value whole_of(const Run& run) {
    const std::string_view payload = run.surroundings.message.payload;
    if (payload.empty() || run.surroundings.message.document != nullptr) return run.root;
    return Value(Value::Members{{binary_payload_member, Value(to_base64(bytes_of(payload)))}});
}

std::string payload_of(const Selection& selection, Run& run) {
    if (selection.is_whole()) return std::string(run.surroundings.message.payload);
    const bool has_star =
        !selection.is_value &&
        std::ranges::any_of(selection.items, [](auto& item) { return item.operation == nullptr; });
    const Value result = selection.run(run, has_star ? whole_of(run) : run.root);
    Effort& effort = run.surroundings.effort;
    if (!effort.fits_result(result)) return {};
    std::string json = to_json(result);
    // Escapes come on top.
    effort.fits_result(json.size());
    return json;
}

// Undefined where it is too large.
Value shown_value(const Value& value, Run& run) {
    return run.surroundings.effort.fits_result(value) ? value.detached() : Value();
}

std::vector<Explained> explained(std::span<const Shown> shown, Run& run) {
    std::vector<Explained> made;
    for (const Shown& each : shown) {
        made.push_back({each.text, shown_value(each.operation->run(run), run)});
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

Result<Outcome> Program::run(const Message& message, Random& random, Effort& effort,
                             std::span<const Value> answers) const {
    const Surroundings surroundings{message, checked_->version, random, effort};
    Run run = begin(surroundings, answers);
    Outcome outcome;
    if (set_variables(*checked_, run, outcome.variables)) {
        outcome.matches = holds(*checked_, run);
        if (!run.wanted && outcome.matches) outcome.payload = payload_of(checked_->selection, run);
    }
    if (effort.is_spent()) return std::unexpected(effort.error());
    outcome.wanted = std::move(run.wanted);
    return outcome;
}

Result<Explanation> Program::explain(const Message& message, Random& random, Effort& effort,
                                     std::span<const Value> answers) const {
    const Surroundings surroundings{message, checked_->version, random, effort};
    Run run = begin(surroundings, answers);
    Explanation made;
    std::vector<Value> variables;
    set_variables(*checked_, run, variables);
    for (std::size_t i = 0; i < variables.size(); ++i) {
        made.variables.push_back(
            {"@" + checked_->variable_names[i], shown_value(variables[i], run)});
    }
    made.condition = explained(checked_->where_parts, run);
    made.matches = holds(*checked_, run);
    for (const Selection::Item& item : checked_->selection.items) {
        const Value value = item.operation ? item.operation->run(run) : run.root;
        made.items.push_back({item.shown, shown_value(value, run)});
    }
    if (made.matches) made.payload = payload_of(checked_->selection, run);
    if (effort.is_spent()) return std::unexpected(effort.error());
    made.wanted = std::move(run.wanted);
    return made;
}

}  // namespace gatehouse::sql
