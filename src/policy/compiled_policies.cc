#include "policy/compiled_policies.h"

#include <algorithm>
#include <optional>

#include "base/arn.h"

namespace gatehouse::policy {
namespace {

// The text that a name must hold for a pattern that begins with a `*` of the region or account to
// run into it: what follows the `*`, if a ':' is in it. Empty for other patterns.
std::string needed_to_overrun(GlobView rest) {
    if (rest.empty() || rest.front() != any_run) return "";
    std::string literal;
    for (const GlobUnit unit : rest.subspan(1)) {
        if (unit > 255) break;
        literal += static_cast<char>(unit);
    }
    return literal.contains(':') ? literal : "";
}

// What names need for either of two such patterns; each has a ':'.
std::string needed_by_both(std::string a, std::string_view b) {
    const auto [end, other] = std::ranges::mismatch(a, b);
    a.erase(end, a.end());
    return a.contains(':') ? a : ":";
}

// "topic/".
std::string_view name_with_slash(ResourceType type) {
    switch (type) {
        case ResourceType::Client: return "client/";
        case ResourceType::Topic: return "topic/";
        case ResourceType::TopicFilter: return "topicfilter/";
        case ResourceType::Thing: return "thing/";
        case ResourceType::RoleAlias: return "rolealias/";
        case ResourceType::Everything: return "";
    }
    return "";
}

}  // namespace

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
      tenant_(tenant),
      arn_head_(make_arn(tenant, "iot", "")) {
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
        indexes_.push_back(build_index(arn_of(action, ""), wanted.statements));
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
    // Returns whether one of the statement's patterns may overrun.
    const auto add = [&](const Bound& each, std::vector<ResourceIndex::Pattern>& list) {
        bool overruns = false;
        for (const Glob& glob : each.globs) {
            for (Glob& rest : after(glob, arn_head)) {
                const std::string needs = needed_to_overrun(rest);
                if (needs.empty()) {
                    list.push_back({std::move(rest), each.indexed});
                    continue;
                }
                index.overrun_needs = index.overrun_needs.empty()
                                          ? needs
                                          : needed_by_both(index.overrun_needs, needs);
                overruns = true;
            }
        }
        return overruns;
    };
    for (const Bound* each : statements) {
        index.denies = index.denies || each->indexed.denies;
        if (each->statement->resource_listing == Listing::These) {
            if (add(*each, patterns)) index.overruns.push_back({each->indexed, each->statement});
            continue;
        }
        std::vector<ResourceIndex::Pattern> excluded;
        const bool overruns = add(*each, excluded);
        index.all_but.push_back({each->indexed, ResourceIndex(std::move(excluded)),
                                 overruns ? each->statement : nullptr});
    }
    index.overruns.shrink_to_fit();
    index.resources = ResourceIndex(std::move(patterns));
    return index;
}

JoinedText CompiledPolicies::resource_of(Action action, std::string_view name) const noexcept {
    const ResourceType type = resource_type_of(action);
    if (type == ResourceType::Everything) return {"*", "", ""};
    return {arn_head_, name_with_slash(type), name};
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
        return others_.decide(name_of(action), resource_of(action, name), context, {}, variables_);
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
    const bool may_overrun = !index.overrun_needs.empty() && name.contains(index.overrun_needs);
    const auto lists = [&](const Statement* statement) {
        return statement_lists_resource(*statement, variables_, resource_of(action, name));
    };
    for (const AllBut& each : index.all_but) {
        if (!wanted(each.statement) || each.excluded.contains(name)) continue;
        if (may_overrun && each.overruns != nullptr && lists(each.overruns)) continue;
        if (apply(each.statement)) return decision;
    }
    if (!may_overrun) return decision;
    for (const Overrun& each : index.overruns) {
        if (wanted(each.statement) && lists(each.source) && apply(each.statement)) break;
    }
    return decision;
}

std::string CompiledPolicies::arn_of(Action action, std::string_view name) const {
    const JoinedText resource = resource_of(action, name);
    return std::string(resource.head).append(resource.middle).append(resource.tail);
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
        bytes += sizeof(index) + index.resources.memory_bytes() +
                 index.overruns.capacity() * sizeof(Overrun);
        for (const AllBut& each : index.all_but) bytes += each.excluded.memory_bytes();
    }
    for (const Variable& variable : variables_.all()) {
        bytes += sizeof(variable) + variable.absent_because.capacity();
    }
    return bytes + arn_head_.capacity() + sources_.capacity() * sizeof(PolicySource);
}

std::shared_ptr<const CompiledPolicies> compile(std::vector<PolicySource> sources,
                                                const Variables& variables, const Tenant& tenant) {
    return std::make_shared<const CompiledPolicies>(std::move(sources), variables, tenant);
}

RequestPolicies::RequestPolicies(std::vector<PolicySource> sources, const Variables& variables)
    : sources_(std::move(sources)), variables_(variables), statements_(sources_, variables_) {}

Decision RequestPolicies::decide(const Request& request) const noexcept {
    return statements_.decide(request.action, {request.resource, "", ""}, request.context,
                              request.principal, variables_);
}

Explanation RequestPolicies::explain(const Request& request) const {
    return policy::explain(sources_, variables_, request);
}

std::shared_ptr<const RequestPolicies> compile_for_requests(std::vector<PolicySource> sources,
                                                            const Variables& variables) {
    return std::make_shared<const RequestPolicies>(std::move(sources), variables);
}

}  // namespace gatehouse::policy
