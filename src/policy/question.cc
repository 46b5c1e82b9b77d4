#include "policy/question.h"

#include <fmt/format.h>

#include "base/arn.h"
#include "base/suggestion.h"
#include "policy/compiled_policies.h"

namespace gatehouse::policy {
namespace {

Result<void> check_action(const Question& question) {
    const std::string_view name = question.action;
    const auto action = action_named(name);
    if (!action && name.starts_with("iot:")) {
        const auto nearest = nearest_name(name, action_names());
        return fail(ErrorKind::InvalidInput,
                    fmt::format("'{}' is not an action of devices{}", name,
                                nearest ? fmt::format("; did you mean {}?", *nearest) : ""));
    }
    if (!name.contains(':')) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("'{}' is not an action; write service:Action, for example "
                                "iot:Publish",
                                name));
    }
    const std::string_view resource = question.resource;
    if (!action || resource == "*" || resource.starts_with("arn:")) return {};
    const std::string_view type = name_of(resource_type_of(*action));
    if (resource.starts_with(std::string(type) + "/")) return {};
    return fail(ErrorKind::InvalidInput,
                fmt::format("{} is checked against {}, not '{}'", name_of(*action),
                            type == "*" ? "*" : fmt::format("{}/NAME", type), resource));
}

}  // namespace

Result<Explanation> ask(const Question& question) {
    if (auto checked = check_action(question); !checked) return fail(std::move(checked.error()));
    std::vector<std::vector<std::string_view>> values;
    for (const Variable& each : question.context) {
        values.emplace_back(each.values.begin(), each.values.end());
    }
    std::vector<ContextEntry> context;
    for (std::size_t i = 0; i < values.size(); ++i) {
        context.push_back({question.context[i].name, values[i]});
    }
    const bool whole = question.resource == "*" || question.resource.starts_with("arn:");
    const std::string arn =
        whole ? question.resource : make_arn(question.tenant, "iot", question.resource);
    Request request{question.action, arn, context, {}};

    const auto policies = compile(question.sources, question.variables, question.tenant);
    // The device gateway asks for names of its own tenant; what it would get must be the same.
    Decision decision;
    const auto action = action_named(question.action);
    const std::string head = action ? policies->arn_of(*action, "") : "";
    if (action && arn.starts_with(head)) {
        decision = policies->decide(*action, std::string_view(arn).substr(head.size()), context);
    } else {
        decision = compile_for_requests(question.sources, question.variables)->decide(request);
    }
    request.at = decision.at;
    Explanation explanation = policies->explain(request);
    if (decision.outcome != explanation.outcome) {
        return fail(ErrorKind::Internal,
                    fmt::format("the decision is {} and its explanation says {}: {}",
                                name_of(decision.outcome), name_of(explanation.outcome),
                                explanation.sentence));
    }
    return explanation;
}

}  // namespace gatehouse::policy
