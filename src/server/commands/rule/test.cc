#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/json.h"
#include "base/tenant.h"
#include "base/uuid.h"
#include "mqtt/topic.h"
#include "server/client/session.h"
#include "server/commands/rule/commands.h"
#include "sql/program.h"
#include "sql/template.h"

namespace gatehouse::server {
namespace {

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

// The message of the flags, and all that it refers to.
struct GivenMessage {
    std::string sql;
    sql::Version version = sql::Version::V2016;
    std::string topic;
    std::string payload;
    std::string client_id;
    std::string principal;
    std::string source_ip;
    std::string account;
    std::string content_type;
    std::string trace_id;
    std::vector<std::pair<std::string, std::string>> user_properties;
    std::vector<sql::Value> answers;
    std::vector<std::string> templates;

    sql::Message message(const sql::Document* document) const {
        sql::Message made{.topic = topic,
                          .payload = payload,
                          .document = document,
                          .account = account,
                          .now = SystemClock().wall_now(),
                          .client_id = client_id,
                          .principal = principal,
                          .source_ip = source_ip,
                          .trace_id = trace_id,
                          .user_properties = user_properties};
        if (!content_type.empty()) made.content_type = content_type;
        return made;
    }
};

Result<void> read_answers(const Arguments& arguments, GivenMessage& given) {
    for (const std::string& each : arguments.values("answer")) {
        auto value = sql::Value::parse(each, given.version);
        if (value.is_undefined()) {
            return wrong(fmt::format("--answer {}: it is no JSON", each.substr(0, 80)));
        }
        given.answers.push_back(std::move(value));
    }
    return {};
}

Result<void> read_user_properties(const Arguments& arguments, GivenMessage& given) {
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

Result<GivenMessage> message_of(const Arguments& arguments) {
    const auto statement = arguments.value("sql");
    if (!statement) return wrong("--sql SQL is missing: the statement, or @FILE");
    const auto topic = arguments.value("topic");
    if (!topic) return wrong("--topic TOPIC is missing: the message's");
    if (mqtt::check_topic_name(*topic) != mqtt::TopicProblem::None) {
        return wrong(
            fmt::format("--topic {}: no topic holds + or #, or nothing", topic->substr(0, 80)));
    }
    auto sql_text = text_or_file(*statement);
    if (!sql_text) return fail(std::move(sql_text.error()));
    auto payload = text_or_file(arguments.value("payload").value_or(""));
    if (!payload) return fail(std::move(payload.error()));
    GivenMessage given{.sql = std::move(*sql_text),
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
    if (auto read = read_answers(arguments, given); !read) return fail(std::move(read.error()));
    if (auto read = read_user_properties(arguments, given); !read) {
        return fail(std::move(read.error()));
    }
    return given;
}

struct Tested {
    std::optional<std::string> filter;
    bool is_on_topic = true;  // the filter of FROM matches
    sql::Explanation explanation;
    std::vector<std::string> warnings;
    std::vector<std::pair<std::string, sql::Filled>> templates;
    std::optional<Error> payload_problem;  // why it is no JSON

    bool matches() const { return is_on_topic && explanation.matches && !explanation.wanted; }
};

Result<Tested> test(const GivenMessage& given) {
    const auto program = sql::Program::compile(given.sql, given.version);
    if (!program) return fail(program.error());
    Tested tested{.filter = program->topic_filter()};
    if (tested.filter) {
        if (mqtt::check_topic_filter(*tested.filter, mqtt::SharedSyntax::Plain) !=
            mqtt::TopicProblem::None) {
            return wrong(fmt::format("FROM '{}' is no topic filter", *tested.filter));
        }
        tested.is_on_topic =
            mqtt::matches(*tested.filter, given.topic, mqtt::MultiLevel::ChildrenOnly);
    }
    for (const Error& each : program->warnings()) tested.warnings.push_back(each.describe());
    sql::Document document;
    const auto parsed = document.parse(given.payload);
    if (!parsed && !given.payload.empty()) tested.payload_problem = parsed.error();
    const sql::Message message = given.message(parsed ? &document : nullptr);
    SystemRandom random;
    const auto new_effort = [&] { return sql::Effort(given.payload.size()); };
    sql::Effort explaining = new_effort();
    auto explanation = program->explain(message, random, explaining, given.answers);
    if (!explanation) return fail(std::move(explanation.error()));
    tested.explanation = std::move(*explanation);
    sql::Effort running = new_effort();
    const auto outcome = program->run(message, random, running, given.answers);
    if (!outcome) return fail(outcome.error());
    const auto names = program->variable_names();
    for (const std::string& text : given.templates) {
        const auto made = sql::Template::compile(
            text, {.version = given.version, .variable_names = {names.begin(), names.end()}});
        if (!made) {
            return fail(made.error().kind,
                        fmt::format("--template {}: {}", text, made.error().describe()));
        }
        auto filled = made->fill(message, outcome->variables, random, running);
        if (!filled) {
            return fail(filled.error().kind,
                        fmt::format("--template {}: {}", text, filled.error().message));
        }
        tested.templates.emplace_back(text, std::move(*filled));
    }
    return tested;
}

std::string shown(const sql::Value& value) {
    return value.is_undefined() ? "Undefined" : sql::to_json(value);
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

std::string call_text(const sql::ServiceCall& call) {
    std::string text = call.function + "(";
    for (std::size_t i = 0; i < call.arguments.size(); ++i) {
        text += fmt::format("{}{}", i == 0 ? "" : ", ", shown(call.arguments[i]));
    }
    return text + ")";
}

std::string verdict(const Tested& tested, const GivenMessage& given) {
    if (!tested.is_on_topic) {
        return fmt::format("no match: topic '{}' is not one of FROM '{}'", given.topic,
                           *tested.filter);
    }
    if (tested.explanation.wanted) {
        return fmt::format("unknown: {} is asked of a service; give its answer with --answer JSON",
                           call_text(*tested.explanation.wanted));
    }
    return tested.explanation.matches ? "match" : "no match: WHERE is not true";
}

std::string template_text(const sql::Filled& filled) {
    if (filled.wanted) return fmt::format("asks a service: {}", call_text(*filled.wanted));
    if (filled.undefined) return fmt::format("fails: {} is Undefined", *filled.undefined);
    return filled.text;
}

std::string to_text(const Tested& tested, const GivenMessage& given) {
    std::string out = verdict(tested, given) + "\n";
    if (tested.payload_problem) {
        out += fmt::format("the payload is no JSON ({}), so that names in it are Undefined\n",
                           tested.payload_problem->describe());
    }
    for (const std::string& warning : tested.warnings) out += fmt::format("warning: {}\n", warning);
    append_parts(out, "SET", tested.explanation.variables);
    append_parts(out, "WHERE", tested.explanation.condition);
    append_parts(out, "SELECT", tested.explanation.items);
    for (const auto& [text, filled] : tested.templates) {
        out += fmt::format("template {}\n  {}\n", text, template_text(filled));
    }
    if (tested.matches())
        out += fmt::format("what actions get\n  {}\n", tested.explanation.payload);
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

std::string to_json_text(const Tested& tested, const GivenMessage& given) {
    json::object made{{"matches", tested.matches()},
                      {"verdict", verdict(tested, given)},
                      {"variables", to_array(tested.explanation.variables)},
                      {"condition", to_array(tested.explanation.condition)},
                      {"items", to_array(tested.explanation.items)}};
    if (tested.matches()) made["payload"] = tested.explanation.payload;
    json::array templates;
    for (const auto& [text, filled] : tested.templates) {
        templates.push_back(json::object{{"template", text},
                                         {"isUndefined", filled.undefined.has_value()},
                                         {"text", template_text(filled)}});
    }
    if (!templates.empty()) made["templates"] = std::move(templates);
    json::array warnings;
    for (const std::string& warning : tested.warnings) warnings.emplace_back(warning);
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
    const auto tested = test(*given);
    if (!tested) return report(invocation, tested.error(), Exit::WrongUse);
    print(invocation.out,
          arguments->has("json") ? to_json_text(*tested, *given) : to_text(*tested, *given));
    return tested->matches() ? Exit::Done : Exit::Failed;
}

}  // namespace gatehouse::server
