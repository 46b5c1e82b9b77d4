#include "policy/compiled_policies.h"

#include <algorithm>
#include <optional>

#include "base/arn.h"

namespace gatehouse::policy {

// What of a statement is needed to file it under its actions.
struct CompiledPolicies::Bound {
    const Statement* statement = nullptr;
    IndexedStatement indexed;
    std::vector<Glob> globs;

    bool operator==(const Bound&) const = default;
};

CompiledPolicies::CompiledPolicies(std::vector<PolicySource> sources, const Variables& variables,
                                   const Tenant& tenant)
    : sources_(std::move(sources)),
      variables_(variables_used(sources_, variables)),
      tenant_(tenant) {
    for (std::size_t type = 0; type < arn_heads_.size(); ++type) {
        const auto name = name_of(static_cast<ResourceType>(type));
        if (name != "*") arn_heads_[type] = make_arn(tenant_, "iot", std::string(name) + "/");
    }
    std::vector<Bound> bound;
    std::uint32_t number = 0;
    for (const PolicySource& source : sources_) {
        for (const Statement& statement : source.document->statements) {
            const std::uint32_t own_number = number++;
            auto conditions = bind_conditions(statement, variables_);
            if (!conditions) continue;
            Bound& each = bound.emplace_back();
            each.statement = &statement;
            each.indexed = {own_number, statement.effect == Effect::Deny, !conditions->empty()};
            for (const Pattern& resource : statement.resources) {
                each.globs.push_back(resolve(resource, variables_));
            }
            if (!conditions->empty()) conditions_.push_back({own_number, std::move(*conditions)});
        }
    }

    struct Built {
        ResourceType type;
        std::vector<Bound*> statements;
    };
    std::vector<Built> built;  // beside indexes_
    for (std::size_t i = 0; i < indexed_action_count; ++i) {
        const auto action = static_cast<Action>(i);
        Built wanted{resource_type_of(action), {}};
        for (Bound& each : bound) {
            if (statement_names_action(*each.statement, name_of(action))) {
                wanted.statements.push_back(&each);
            }
        }
        index_of_action_[i] = no_index;
        if (wanted.statements.empty()) continue;
        const auto same = std::ranges::find_if(built, [&](const Built& other) {
            return other.type == wanted.type && other.statements == wanted.statements;
        });
        index_of_action_[i] = static_cast<std::uint8_t>(same - built.begin());
        if (same != built.end()) continue;
        indexes_.push_back(
            build_index(arn_heads_[static_cast<std::size_t>(wanted.type)], wanted.statements));
        built.push_back(std::move(wanted));
    }
    indexes_.shrink_to_fit();

    others_ = StatementSet(sources_, variables_, [](const Statement& statement) {
        return std::ranges::any_of(
            action_names().subspan(indexed_action_count),
            [&](std::string_view action) { return statement_names_action(statement, action); });
    });
}

CompiledPolicies::ActionIndex CompiledPolicies::build_index(
    std::string_view arn_head, const std::vector<Bound*>& statements) const {
    ActionIndex index;
    std::vector<ResourceIndex::Pattern> patterns;
    const auto add = [&](const Bound& each, std::vector<ResourceIndex::Pattern>& list) {
        for (const Glob& glob : each.globs) {
            for (Glob& rest : after(glob, arn_head)) {
                list.push_back({std::move(rest), each.indexed});
            }
        }
    };
    for (const Bound* each : statements) {
        index.denies = index.denies || each->indexed.denies;
        if (each->statement->resource_listing == Listing::These) {
            add(*each, patterns);
            continue;
        }
        std::vector<ResourceIndex::Pattern> excluded;
        add(*each, excluded);
        index.all_but.push_back({each->indexed, ResourceIndex(std::move(excluded))});
    }
    index.resources = ResourceIndex(std::move(patterns));
    return index;
}

bool CompiledPolicies::conditions_hold(std::uint32_t statement,
                                       RequestContext context) const noexcept {
    const auto found = std::ranges::lower_bound(conditions_, statement, {}, &Conditions::statement);
    return found != conditions_.end() &&
           std::ranges::all_of(found->conditions, [&](const Condition& condition) {
               return condition.holds_in(context);
           });
}

Decision CompiledPolicies::decide(Action action, std::string_view name,
                                  RequestContext context) const noexcept {
    const auto number = static_cast<std::size_t>(action);
    if (number >= indexed_action_count) {
        const ResourceType type = resource_type_of(action);
        const JoinedText resource =
            type == ResourceType::Everything
                ? JoinedText{"*", ""}
                : JoinedText{arn_heads_[static_cast<std::size_t>(type)], name};
        return others_.decide(name_of(action), resource, context, {});
    }
    if (index_of_action_[number] == no_index) return {};

    const ActionIndex& index = indexes_[index_of_action_[number]];
    Decision decision;
    const auto wanted = [&](IndexedStatement statement) {
        return statement.denies || decision.outcome == Outcome::DeniedByDefault;
    };
    const auto apply = [&](IndexedStatement statement) {
        if (!wanted(statement)) return false;
        if (statement.conditional && !conditions_hold(statement.number, context)) return false;
        decision = {statement.denies ? Outcome::DeniedExplicitly : Outcome::Allowed,
                    statement.number};
        return statement.denies || !index.denies;
    };
    if (index.resources.visit(name, wanted, apply)) return decision;
    for (const AllBut& each : index.all_but) {
        if (wanted(each.statement) && !each.excluded.contains(name) && apply(each.statement)) break;
    }
    return decision;
}

std::string CompiledPolicies::arn_of(Action action, std::string_view name) const {
    const ResourceType type = resource_type_of(action);
    if (type == ResourceType::Everything) return "*";
    return arn_heads_[static_cast<std::size_t>(type)] + std::string(name);
}

Explanation CompiledPolicies::explain(Action action, std::string_view name,
                                      RequestContext context) const {
    const std::string arn = arn_of(action, name);
    return explain(Request{name_of(action), arn, context, {}});
}

Explanation CompiledPolicies::explain(const Request& request) const {
    return policy::explain(sources_, variables_, request);
}

std::size_t CompiledPolicies::memory_bytes() const {
    std::size_t bytes = sizeof(*this) + others_.memory_bytes();
    for (const ActionIndex& index : indexes_) {
        bytes += sizeof(index) + index.resources.memory_bytes();
        for (const AllBut& each : index.all_but) bytes += each.excluded.memory_bytes();
    }
    for (const Variable& variable : variables_.all()) {
        bytes += sizeof(variable) + variable.absent_because.capacity();
    }
    for (const std::string& head : arn_heads_) bytes += head.capacity();
    return bytes;
}

std::shared_ptr<const CompiledPolicies> compile(std::vector<PolicySource> sources,
                                                const Variables& variables, const Tenant& tenant) {
    return std::make_shared<const CompiledPolicies>(std::move(sources), variables, tenant);
}

RequestPolicies::RequestPolicies(std::vector<PolicySource> sources, const Variables& variables)
    : sources_(std::move(sources)), variables_(variables), statements_(sources_, variables_) {}

Decision RequestPolicies::decide(const Request& request) const noexcept {
    return statements_.decide(request.action, {request.resource, ""}, request.context,
                              request.principal);
}

Explanation RequestPolicies::explain(const Request& request) const {
    return policy::explain(sources_, variables_, request);
}

std::shared_ptr<const RequestPolicies> compile_for_requests(std::vector<PolicySource> sources,
                                                            const Variables& variables) {
    return std::make_shared<const RequestPolicies>(std::move(sources), variables);
}

}  // namespace gatehouse::policy
