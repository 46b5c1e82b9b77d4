#include "policy/policy_index.h"

#include <algorithm>
#include <optional>
#include <span>

#include "base/arn.h"

namespace gatehouse::policy {
namespace {

// The text that a name must hold for a pattern that begins with a `*` of the region or account to
// run into it: what follows the `*`, if a ':' is in it. Empty for other patterns; nothing if that
// depends on what stands in a slot.
std::optional<std::string> needed_to_overrun(GlobView rest) {
    if (rest.empty() || rest.front() != any_run) return "";
    std::string literal;
    bool ends_at_slot = false;
    for (const GlobUnit unit : rest.subspan(1)) {
        ends_at_slot = unit >= first_slot;
        if (unit > 255) break;
        literal += static_cast<char>(unit);
    }
    if (literal.contains(':')) return literal;
    if (ends_at_slot) return std::nullopt;
    return "";
}

// What names need for either of two such patterns; each has a ':'.
std::string needed_by_both(std::string a, std::string_view b) {
    const auto [end, other] = std::ranges::mismatch(a, b);
    a.erase(end, a.end());
    return a.contains(':') ? a : ":";
}

// The variables of the resources, each once.
std::vector<std::string> variables_of_resources(std::span<const PolicySource> sources) {
    std::vector<std::string> names;
    for (const PolicySource& source : sources) {
        for (const Statement& statement : source.document->statements) {
            for (const Pattern& resource : statement.resources) {
                for (const std::string_view name : resource.variables()) {
                    if (std::ranges::find(names, name) == names.end()) names.emplace_back(name);
                }
            }
        }
    }
    return names;
}

bool may_be_left_open(std::span<const PolicySource> sources) {
    std::size_t patterns = 0;
    for (const PolicySource& source : sources) {
        for (const Statement& statement : source.document->statements) {
            if (!statement.conditions.empty()) return false;
            patterns += static_cast<std::size_t>(std::ranges::count_if(
                statement.resources,
                [](const Pattern& resource) { return !resource.variables().empty(); }));
        }
    }
    return patterns <= PolicyIndex::open_patterns_max;
}

}  // namespace

// What of a statement is needed to file it under its actions.
struct PolicyIndex::Bound {
    const Statement* statement = nullptr;
    IndexedStatement indexed;
    std::vector<Glob> globs;
};

PolicyIndex::PolicyIndex(std::vector<PolicySource> sources, const Variables& variables,
                         const Tenant& tenant)
    : PolicyIndex(std::move(sources), variables, tenant, LeaveOpen{}) {}

std::shared_ptr<const PolicyIndex> PolicyIndex::make_open(std::vector<PolicySource> sources,
                                                          const Tenant& tenant) {
    if (!may_be_left_open(sources)) return nullptr;
    LeaveOpen open{variables_of_resources(sources)};
    // Not make_shared: the constructor is private.
    const std::shared_ptr<const PolicyIndex> index(
        new PolicyIndex(std::move(sources), {}, tenant, std::move(open)));
    return index->open_too_early_ ? nullptr : index;
}

PolicyIndex::PolicyIndex(std::vector<PolicySource> sources, const Variables& variables,
                         const Tenant& tenant, LeaveOpen open)
    : sources_(std::move(sources)),
      variables_(variables_used(sources_, variables)),
      open_(std::move(open.variables)),
      arn_head_(make_arn(tenant, "iot", "")) {
    std::vector<Bound> bound = bind_statements();
    build_indexes(bound);
    others_ = StatementSet(sources_, variables_, open_, [](const Statement& statement) {
        return std::ranges::any_of(
            action_names().subspan(indexed_action_count),
            [&](std::string_view action) { return statement_names_action(statement, action); });
    });
}

std::vector<PolicyIndex::Bound> PolicyIndex::bind_statements() {
    std::vector<Bound> bound;
    std::uint32_t number = 0;
    for (const PolicySource& source : sources_) {
        for (const Statement& statement : source.document->statements) {
            const std::uint32_t own_number = number++;
            auto conditions = bind_conditions(statement, variables_);
            if (!conditions) continue;
            bound.push_back(
                {.statement = &statement,
                 .indexed = {own_number, statement.effect == Effect::Deny, !conditions->empty()},
                 .globs = resolve_resources(statement, variables_, open_)});
            time_bound_actions_ |= time_bound_actions(statement, *conditions);
            if (!conditions->empty()) conditions_.push_back({own_number, std::move(*conditions)});
        }
    }
    return bound;
}

void PolicyIndex::build_indexes(std::vector<Bound>& bound) {
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
}

PolicyIndex::ActionIndex PolicyIndex::build_index(std::string_view arn_head,
                                                  const std::vector<Bound*>& statements) {
    ActionIndex index;
    std::vector<ResourceIndex::Pattern> patterns;
    // Returns the statement's patterns, if one of them may overrun.
    const auto add = [&](const Bound& each, std::vector<ResourceIndex::Pattern>& list) {
        bool overruns = false;
        for (const Glob& glob : each.globs) {
            auto rests = after(glob, arn_head);
            if (!rests) open_too_early_ = true;
            if (!rests) continue;
            for (Glob& rest : *rests) {
                const auto needs = needed_to_overrun(rest);
                if (!needs) open_too_early_ = true;
                if (!needs || needs->empty()) {
                    list.push_back({std::move(rest), each.indexed});
                    continue;
                }
                index.overrun_needs = index.overrun_needs.empty()
                                          ? *needs
                                          : needed_by_both(index.overrun_needs, *needs);
                overruns = true;
            }
        }
        return overruns ? each.globs : std::vector<Glob>();
    };
    for (const Bound* each : statements) {
        index.denies = index.denies || each->indexed.denies;
        if (each->statement->resource_listing == Listing::These) {
            auto overruns = add(*each, patterns);
            if (!overruns.empty()) index.overruns.push_back({each->indexed, std::move(overruns)});
            continue;
        }
        std::vector<ResourceIndex::Pattern> excluded;
        auto overruns = add(*each, excluded);
        index.all_but.push_back(
            {each->indexed, ResourceIndex(std::move(excluded)), std::move(overruns)});
    }
    index.overruns.shrink_to_fit();
    index.resources = ResourceIndex(std::move(patterns));
    return index;
}

Decision PolicyIndex::decide(Action action, std::string_view name, SlotTexts slots,
                             RequestContext context) const noexcept {
    const auto number = static_cast<std::size_t>(action);
    const WallTime at = variables_.now();
    if (number >= indexed_action_count) {
        return others_.decide(name_of(action), resource_of(action, name), context, {}, at, slots);
    }
    Decision decision{.at = at};
    if (index_of_action_[number] == no_index) return decision;

    const ActionIndex& index = indexes_[index_of_action_[number]];
    const auto wanted = [&](IndexedStatement statement) {
        return statement.denies || decision.outcome == Outcome::DeniedByDefault;
    };
    const auto apply = [&](IndexedStatement statement) {
        if (!wanted(statement)) return false;
        if (statement.conditional && !conditions_hold(conditions_, statement.number, context, at)) {
            return false;
        }
        decision = {statement.denies ? Outcome::DeniedExplicitly : Outcome::Allowed,
                    statement.number, at};
        return statement.denies || !index.denies;
    };
    if (index.resources.visit(name, slots, wanted, apply)) return decision;
    const bool may_overrun = !index.overrun_needs.empty() && name.contains(index.overrun_needs);
    const auto lists = [&](const std::vector<Glob>& resources) {
        return any_matches(resources, slots, resource_of(action, name));
    };
    for (const AllBut& each : index.all_but) {
        if (!wanted(each.statement) || each.excluded.contains(name, slots)) continue;
        if (may_overrun && lists(each.overruns)) continue;
        if (apply(each.statement)) return decision;
    }
    if (!may_overrun) return decision;
    for (const Overrun& each : index.overruns) {
        if (wanted(each.statement) && lists(each.resources) && apply(each.statement)) break;
    }
    return decision;
}

std::size_t PolicyIndex::memory_bytes() const {
    std::size_t bytes = sizeof(*this) + others_.memory_bytes();
    const auto bytes_of = [](const std::vector<Glob>& globs) {
        std::size_t sum = 0;
        for (const Glob& glob : globs) sum += sizeof(glob) + glob.capacity() * sizeof(GlobUnit);
        return sum;
    };
    for (const ActionIndex& index : indexes_) {
        bytes += sizeof(index) + index.resources.memory_bytes();
        for (const Overrun& each : index.overruns) {
            bytes += sizeof(each) + bytes_of(each.resources);
        }
        for (const AllBut& each : index.all_but) {
            bytes += sizeof(each) + each.excluded.memory_bytes() + bytes_of(each.overruns);
        }
    }
    for (const Variable& variable : variables_.all()) {
        bytes += sizeof(variable) + variable.absent_because.capacity();
    }
    return bytes + arn_head_.capacity() + sources_.capacity() * sizeof(PolicySource);
}

}  // namespace gatehouse::policy
