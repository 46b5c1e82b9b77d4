#include "rules/trial.h"

#include <fmt/format.h>

#include "base/random.h"
#include "mqtt/topic.h"
#include "sql/document.h"
#include "sql/effort.h"
#include "sql/message.h"

namespace gatehouse::rules {
namespace {

std::unexpected<Error> wrong(std::string message) {
    return fail(ErrorKind::InvalidInput, std::move(message));
}

sql::Message message_of(const TrialInput& input, const sql::Document* document) {
    sql::Message made{.topic = input.topic,
                      .payload = input.payload,
                      .document = document,
                      .account = input.account,
                      .now = input.now,
                      .client_id = input.client_id,
                      .principal = input.principal,
                      .source_ip = input.source_ip,
                      .trace_id = input.trace_id,
                      .user_properties = input.user_properties};
    if (!input.content_type.empty()) made.content_type = input.content_type;
    return made;
}

std::string call_text(const sql::ServiceCall& call) {
    std::string text = call.function + "(";
    for (std::size_t i = 0; i < call.arguments.size(); ++i) {
        text += fmt::format("{}{}", i == 0 ? "" : ", ", shown(call.arguments[i]));
    }
    return text + ")";
}

Result<void> fill_templates(Trial& trial, const TrialInput& input, const sql::Program& program,
                            const sql::Message& message, Random& random) {
    sql::Effort effort(input.payload.size());
    const auto outcome = program.run(message, random, effort, input.answers);
    if (!outcome) return fail(outcome.error());
    const auto names = program.variable_names();
    for (const std::string& text : input.templates) {
        const auto made = sql::Template::compile(
            text, {.version = input.version, .variable_names = {names.begin(), names.end()}});
        if (!made) {
            return fail(made.error().kind,
                        fmt::format("template {}: {}", text, made.error().describe()));
        }
        auto filled = made->fill(message, outcome->variables, random, effort);
        if (!filled) {
            return fail(filled.error().kind,
                        fmt::format("template {}: {}", text, filled.error().message));
        }
        trial.templates.emplace_back(text, std::move(*filled));
    }
    return {};
}

}  // namespace

std::string shown(const sql::Value& value) {
    return value.is_undefined() ? "Undefined" : sql::to_json(value);
}

Result<Trial> try_out(const TrialInput& input) {
    if (mqtt::check_topic_name(input.topic) != mqtt::TopicProblem::None) {
        return wrong(
            fmt::format("topic {}: no topic holds + or #, or nothing", input.topic.substr(0, 80)));
    }
    const auto program = sql::Program::compile(input.sql, input.version);
    if (!program) return fail(program.error());
    Trial trial{.filter = program->topic_filter()};
    if (trial.filter) {
        if (mqtt::check_topic_filter(*trial.filter, mqtt::SharedSyntax::Plain) !=
            mqtt::TopicProblem::None) {
            return wrong(fmt::format("FROM '{}' is no topic filter", *trial.filter));
        }
        trial.is_on_topic =
            mqtt::matches(*trial.filter, input.topic, mqtt::MultiLevel::ChildrenOnly);
    }
    for (const Error& each : program->warnings()) trial.warnings.push_back(each.describe());
    sql::Document document;
    const auto parsed = document.parse(input.payload);
    if (!parsed && !input.payload.empty()) trial.payload_problem = parsed.error();
    const sql::Message message = message_of(input, parsed ? &document : nullptr);
    SystemRandom random;
    sql::Effort effort(input.payload.size());
    auto explanation = program->explain(message, random, effort, input.answers);
    if (!explanation) return fail(std::move(explanation.error()));
    trial.explanation = std::move(*explanation);
    if (auto filled = fill_templates(trial, input, *program, message, random); !filled) {
        return fail(std::move(filled.error()));
    }
    return trial;
}

std::string verdict(const Trial& trial, const TrialInput& input) {
    if (!trial.is_on_topic) {
        return fmt::format("no match: topic '{}' is not one of FROM '{}'", input.topic,
                           *trial.filter);
    }
    if (trial.explanation.wanted) {
        return fmt::format("unknown: {} is asked of a service; its answer has to be given",
                           call_text(*trial.explanation.wanted));
    }
    return trial.explanation.matches ? "match" : "no match: WHERE is not true";
}

std::string text_of_template(const sql::Filled& filled) {
    if (filled.wanted) return fmt::format("asks a service: {}", call_text(*filled.wanted));
    if (filled.undefined) return fmt::format("fails: {} is Undefined", *filled.undefined);
    return filled.text;
}

}  // namespace gatehouse::rules
