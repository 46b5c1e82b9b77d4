#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/json.h"
#include "base/tenant.h"
#include "base/uuid.h"
#include "rules/trial.h"
#include "server/client/session.h"
#include "server/commands/rule/commands.h"

namespace gatehouse::server {
namespace {

using rules::shown;
using rules::text_of_template;
using rules::Trial;
using rules::TrialInput;

constexpr std::string_view rule_test_about =
    "Runs the SQL of a topic rule for one message, and says whether it matches and what each part "
    "of it\n"
    "comes to. The exit status is 0 when the rule matches and 1 when it does not.";

std::vector<Flag> test_flags() {
    return {
        {"sql", "SQL", "The statement, or @FILE."},
        {"topic", "TOPIC", "Of the message."},
        {"payload", "TEXT", "Of the message, or @FILE; nothing unless given."},
        {"sql-version", "VERSION", "2016-03-23, which is the default here, or 2015-10-08."},
        {"client-id", "ID", "Who sent it: clientid()."},
        {"principal", "ID", "Whose it is: principal()."},
        {"source-ip", "ADDRESS", "Where it came from: sourceip()."},
        {"account", "ID", "The account (000000000000): accountid()."},
        {"user-property", "KEY=VALUE", "A user property of MQTT 5; repeat it."},
        {"content-type", "TYPE", "The content type of MQTT 5."},
        {"template", "TEXT", "A substitution template of an action; repeat it."},
        {"answer", "JSON",
         "What a function that asks a service (aws_lambda and the like) is to be answered, in the "
         "order in which they are asked; repeat it."},
        {"json", "", "The explanation as JSON."},
    };
}

std::unexpected<Error> wrong(std::string message) {
    return fail(ErrorKind::InvalidInput, std::move(message));
}

Result<void> read_answers(const Arguments& arguments, TrialInput& given) {
    for (const std::string& each : arguments.values("answer")) {
        auto value = sql::Value::parse(each, given.version);
        if (value.is_undefined()) {
            return wrong(fmt::format("--answer {}: it is no JSON", each.substr(0, 80)));
        }
        given.answers.push_back(std::move(value));
    }
    return {};
}

Result<void> read_user_properties(const Arguments& arguments, TrialInput& given) {
    for (const std::string& each : arguments.values("user-property")) {
        const auto equals = each.find('=');
        if (equals == each.npos) {
            return wrong(
                fmt::format("--user-property wants KEY=VALUE, not '{}'", each.substr(0, 80)));
        }
        given.user_properties.emplace_back(each.substr(0, equals), each.substr(equals + 1));
    }
    return {};
}

Result<TrialInput> message_of(const Arguments& arguments) {
    const auto statement = arguments.value("sql");
    if (!statement) return wrong("--sql SQL is missing: the statement, or @FILE");
    const auto topic = arguments.value("topic");
    if (!topic) return wrong("--topic TOPIC is missing: the message's");
    auto sql_text = text_or_file(*statement);
    if (!sql_text) return fail(std::move(sql_text.error()));
    auto payload = text_or_file(arguments.value("payload").value_or(""));
    if (!payload) return fail(std::move(payload.error()));
    TrialInput given{.sql = std::move(*sql_text),
                     .topic = *topic,
                     .payload = std::move(*payload),
                     .client_id = arguments.value("client-id").value_or(""),
                     .principal = arguments.value("principal").value_or(""),
                     .source_ip = arguments.value("source-ip").value_or(""),
                     .account = arguments.value("account").value_or(default_account),
                     .content_type = arguments.value("content-type").value_or(""),
                     .templates = arguments.values("template")};
    const auto version = sql::parse_version(arguments.value("sql-version").value_or("2016-03-23"));
    if (!version) return wrong("--sql-version wants 2016-03-23 or 2015-10-08");
    given.version = *version;
    SystemRandom random;
    given.trace_id = make_uuid(random);
    given.now = SystemClock().wall_now();
    if (auto read = read_answers(arguments, given); !read) return fail(std::move(read.error()));
    if (auto read = read_user_properties(arguments, given); !read) {
        return fail(std::move(read.error()));
    }
    return given;
}

void append_parts(std::string& out, std::string_view heading,
                  const std::vector<sql::Explained>& parts) {
    if (parts.empty()) return;
    std::size_t width = 0;
    for (const sql::Explained& part : parts) width = std::max(width, part.expression.size());
    constexpr std::size_t width_max = 60;
    width = std::min(width, width_max);
    out += fmt::format("{}\n", heading);
    for (const sql::Explained& part : parts) {
        out += fmt::format("  {:{}}  {}\n", part.expression, width, shown(part.value));
    }
}

std::string to_text(const Trial& trial, const TrialInput& given) {
    std::string out = verdict(trial, given) + "\n";
    if (trial.payload_problem) {
        out += fmt::format("the payload is no JSON ({}), so that names in it are Undefined\n",
                           trial.payload_problem->describe());
    }
    for (const std::string& warning : trial.warnings) out += fmt::format("warning: {}\n", warning);
    append_parts(out, "SET", trial.explanation.variables);
    append_parts(out, "WHERE", trial.explanation.condition);
    append_parts(out, "SELECT", trial.explanation.items);
    for (const auto& [text, filled] : trial.templates) {
        out += fmt::format("template {}\n  {}\n", text, text_of_template(filled));
    }
    if (trial.matches()) out += fmt::format("what actions get\n  {}\n", trial.explanation.payload);
    return out;
}

json::value to_value(const sql::Value& value) {
    if (value.is_undefined()) return nullptr;
    return parse_json(sql::to_json(value), "the value", {.depth_max = passing_depth_max})
        .value_or(json::value(sql::to_json(value)));
}

json::array to_array(const std::vector<sql::Explained>& parts) {
    json::array made;
    for (const sql::Explained& part : parts) {
        made.push_back(json::object{{"expression", part.expression},
                                    {"isUndefined", part.value.is_undefined()},
                                    {"value", to_value(part.value)}});
    }
    return made;
}

std::string to_json_text(const Trial& trial, const TrialInput& given) {
    json::object made{{"matches", trial.matches()},
                      {"verdict", verdict(trial, given)},
                      {"variables", to_array(trial.explanation.variables)},
                      {"condition", to_array(trial.explanation.condition)},
                      {"items", to_array(trial.explanation.items)}};
    if (trial.matches()) made["payload"] = trial.explanation.payload;
    json::array templates;
    for (const auto& [text, filled] : trial.templates) {
        templates.push_back(json::object{{"template", text},
                                         {"isUndefined", filled.undefined.has_value()},
                                         {"text", text_of_template(filled)}});
    }
    if (!templates.empty()) made["templates"] = std::move(templates);
    json::array warnings;
    for (const std::string& warning : trial.warnings) warnings.emplace_back(warning);
    if (!warnings.empty()) made["warnings"] = std::move(warnings);
    return gatehouse::to_text(made) + "\n";
}

}  // namespace

Exit run_rule_test(const Invocation& invocation) {
    const auto flags = test_flags();
    const auto arguments = read_arguments(invocation, {.about = rule_test_about, .flags = flags});
    if (!arguments) return arguments.error();
    const auto given = message_of(*arguments);
    if (!given) return report(invocation, given.error(), Exit::WrongUse);
    const auto trial = rules::try_out(*given);
    if (!trial) return report(invocation, trial.error(), Exit::WrongUse);
    print(invocation.out,
          arguments->has("json") ? to_json_text(*trial, *given) : to_text(*trial, *given));
    return trial->matches() ? Exit::Done : Exit::Failed;
}

}  // namespace gatehouse::server
