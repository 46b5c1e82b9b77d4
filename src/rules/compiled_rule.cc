#include "rules/compiled_rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "mqtt/topic.h"
#include "rules/action_lane.h"

namespace gatehouse::rules {
namespace {

using registry::Outcome;
using registry::Refusal;
using registry::refuse;

constexpr std::array<std::string_view, 1> answered_functions{"aws_lambda"};

std::string in_words(const Error& error) {
    if (error.place.line == 0) return error.message;
    return fmt::format("{} (line {}, column {})", error.message, error.place.line,
                       error.place.column);
}

// How filters stand in FROM.
// Source: AWS IoT Developer Guide, "FROM clause"; "Message broker and protocol limits and quotas".
std::optional<std::string> filter_problem(std::string_view filter) {
    if (mqtt::check_topic_filter(filter) != mqtt::TopicProblem::None) {
        return fmt::format("'{}' is no topic filter", filter);
    }
    if (filter.starts_with("$aws/rules/")) {
        return "topics of Basic Ingest lead to their rule without FROM";
    }
    if (filter.starts_with("$share/")) return "rules have no shared subscriptions";
    if (mqtt::broken_bound_of_filter(filter, mqtt::aws_topic_bounds) != mqtt::TopicBound::None) {
        return fmt::format("'{}' is over 256 bytes or 8 levels", filter);
    }
    return std::nullopt;
}

Outcome<sql::Program> compile_sql(const RulePayload& payload) {
    if (payload.sql.size() > rule_bytes_max) {
        return refuse(Refusal::InvalidRequest,
                      fmt::format("sql: it has over {} bytes", rule_bytes_max), "sql");
    }
    auto program = sql::Program::compile(payload.sql, payload.version, answered_functions);
    if (!program) return refuse(Refusal::SqlParse, in_words(program.error()), "sql");
    if (program->topic_filter()) {
        if (const auto problem = filter_problem(*program->topic_filter())) {
            return refuse(Refusal::SqlParse, "FROM: " + *problem, "sql");
        }
    }
    return std::move(*program);
}

Outcome<ActionSlot> compile_action(const ActionText& text, const std::string& path,
                                   sql::TemplateTerms terms, const CompileParts& parts) {
    const auto parsed = parse_json(text.view(), path, {.bytes_max = rule_bytes_max});
    if (!parsed) return refuse(Refusal::InvalidRequest, parsed.error().describe(), path);
    ActionTexts texts(std::move(terms));
    auto action = make_action(*parsed, path, texts, parts.actions);
    if (!action) {
        return refuse(Refusal::InvalidRequest, in_words(action.error()),
                      action.error().place.field);
    }
    ActionSlot slot{std::move(*action), std::move(texts).take(), nullptr};
    if (parts.lanes != nullptr) slot.lane = parts.lanes->make(slot.action, parts.order);
    return slot;
}

Outcome<void> check_sizes(const RulePayload& payload) {
    if (payload.actions.size() > actions_max) {
        return refuse(Refusal::InvalidRequest,
                      fmt::format("actions: a rule has at most {}", actions_max), "actions");
    }
    std::size_t bytes = payload.sql.size() + payload.description.size();
    for (const ActionText& action : payload.actions) bytes += action.view().size();
    if (payload.error_action) bytes += payload.error_action->view().size();
    if (bytes <= rule_bytes_max) return {};
    return refuse(
        Refusal::InvalidRequest,
        fmt::format("a rule has at most {} bytes, and this one has {}", rule_bytes_max, bytes),
        "topicRulePayload");
}

}  // namespace

std::vector<std::string> CompiledRule::role_arns() const {
    std::vector<std::string> arns;
    const auto add = [&](const ActionSlot& slot) {
        const std::string_view arn = slot.action->role_arn();
        if (!arn.empty() && std::ranges::find(arns, arn) == arns.end()) arns.emplace_back(arn);
    };
    for (const ActionSlot& slot : actions) add(slot);
    if (error_action) add(*error_action);
    return arns;
}

Outcome<RulePtr> compile_rule(const Tenant& tenant, const RuleName& name,
                              const RulePayload& payload, const CompileParts& parts) {
    if (auto checked = check_sizes(payload); !checked) return refuse(std::move(checked.error()));
    auto program = compile_sql(payload);
    if (!program) return refuse(std::move(program.error()));
    sql::TemplateTerms terms{
        .version = payload.version,
        .variable_names = {program->variable_names().begin(), program->variable_names().end()},
        .answered = answered_functions};
    CompileParts own = parts;
    own.actions.tenant = tenant;
    CompiledRule made{.facts = std::make_shared<const RuleFacts>(
                          RuleFacts{tenant, name.value(), rule_arn(tenant, name.view())}),
                      .payload = payload,
                      .program = std::move(*program),
                      .actions = {},
                      .error_action = {},
                      .order = parts.order,
                      .assurance = parts.assurance,
                      .counts = parts.counts ? parts.counts : std::make_shared<RuleCounts>()};
    for (std::size_t i = 0; i < payload.actions.size(); ++i) {
        auto slot = compile_action(payload.actions[i], fmt::format("actions[{}]", i), terms, own);
        if (!slot) return refuse(std::move(slot.error()));
        made.actions.push_back(std::move(*slot));
    }
    if (payload.error_action) {
        terms.is_of_error_action = true;
        auto slot = compile_action(*payload.error_action, "errorAction", terms, own);
        if (!slot) return refuse(std::move(slot.error()));
        made.error_action = std::move(*slot);
    }
    return std::make_shared<const CompiledRule>(std::move(made));
}

}  // namespace gatehouse::rules
