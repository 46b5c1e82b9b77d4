#include "policy/packed_policies.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/arn.h"
#include "policy/device_resource.h"
#include "policy/packed_documents.h"
#include "policy/statement_set.h"

namespace gatehouse::policy {
namespace {

constexpr std::size_t type_count = 6;
// Of GlobHead::types, above the types: only names with a colon match.
constexpr std::uint8_t has_colon = 1U << type_count;

// Before the bytes of each glob.
struct GlobHead {
    std::uint8_t types = 0;  // a bit for each type of resource that has this name
    std::uint16_t prefix_length = 0;
    std::uint16_t rest_length = 0;

    static constexpr std::size_t bytes = 5;
};

constexpr std::uint8_t bit_of(ResourceType type) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(type));
}

template <class Number>
void append(std::string& bytes, Number number) {
    bytes.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

template <class Number>
Number read(const char* from) noexcept {
    Number number = 0;
    std::memcpy(&number, from, sizeof(number));
    return number;
}

GlobHead read_glob_head(const char* from) noexcept {
    return {read<std::uint8_t>(from), read<std::uint16_t>(from + 1), read<std::uint16_t>(from + 3)};
}

// Whether one of the globs, which stand one behind the other, is a name of such a resource.
bool lists(std::string_view globs, ResourceType type, std::string_view name) noexcept {
    const char* const end = globs.data() + globs.size();
    for (const char* at = globs.data(); at != end;) {
        const GlobHead head = read_glob_head(at);
        const std::string_view prefix(at + GlobHead::bytes, head.prefix_length);
        const std::string_view rest(prefix.data() + prefix.size(), head.rest_length);
        at = rest.data() + rest.size();
        if ((head.types & bit_of(type)) == 0) continue;
        if ((head.types & has_colon) != 0 && !name.contains(':')) continue;
        if (matches(PackedGlob{prefix, rest}, name)) return true;
    }
    return false;
}

// Nothing but "*" as a whole is a resource of Everything, whatever the name.
std::optional<std::vector<Glob>> names_of(const Glob& glob, ResourceType type,
                                          std::string_view arn_head) {
    if (type != ResourceType::Everything) {
        return after(glob, std::string(arn_head).append(name_with_slash(type)));
    }
    return matches(glob, "*") ? std::vector<Glob>{{any_run}} : std::vector<Glob>();
}

bool are_few(std::span<const PolicySource> sources) {
    std::size_t resources = 0;
    for (const PolicySource& source : sources) {
        for (const Statement& statement : source.document->statements) {
            resources += statement.resources.size();
        }
    }
    return resources <= PackedPolicies::globs_max;
}

}  // namespace

// Before the globs of each statement.
struct PackedPolicies::StatementHead {
    std::uint32_t bits = 0;  // of the actions that it names, and above
    std::uint16_t number = 0;
    std::uint16_t glob_bytes = 0;

    static constexpr std::size_t bytes = 8;
    static constexpr std::uint32_t denies = 1U << 31;
    static constexpr std::uint32_t all_but = 1U << 30;
    static constexpr std::uint32_t conditional = 1U << 29;
    static_assert(action_count < 29);

    static StatementHead read_from(const char* from) noexcept {
        return {read<std::uint32_t>(from), read<std::uint16_t>(from + 4),
                read<std::uint16_t>(from + 6)};
    }
};

class PackedPolicies::Builder {
public:
    Builder(const Variables& variables, std::string_view arn_head)
        : variables_(variables), arn_head_(arn_head) {}

    // False for what cannot be packed.
    bool add(const Statement& statement, std::uint32_t number) {
        if (statement.principal || number > 0xFFFF) return false;
        auto conditions = bind_conditions(statement, variables_);
        if (!conditions) return true;  // it never applies
        StatementHead head{.bits = actions_named(statement),
                           .number = static_cast<std::uint16_t>(number)};
        if (head.bits == 0) return true;
        const bool denies = statement.effect == Effect::Deny;
        if (denies) denied_actions_ |= head.bits;
        if (!add_globs(statement, types_of(head.bits))) return false;
        const std::string globs = take_globs();
        if (globs.size() > 0xFFFF) return false;
        head.glob_bytes = static_cast<std::uint16_t>(globs.size());
        if (denies) head.bits |= StatementHead::denies;
        if (statement.resource_listing == Listing::AllBut) head.bits |= StatementHead::all_but;
        if (!conditions->empty()) {
            head.bits |= StatementHead::conditional;
            time_bound_actions_ |= time_bound_actions(statement, *conditions);
            conditions_.push_back({number, std::move(*conditions)});
        }
        append(statements_, head.bits);
        append(statements_, head.number);
        append(statements_, head.glob_bytes);
        statements_ += globs;
        return true;
    }

    PackedPolicies take(std::string_view rest) {
        PackedPolicies packed;
        const std::string bytes = std::string(arn_head_).append(statements_).append(rest);
        auto copy = std::make_unique_for_overwrite<char[]>(bytes.size());
        std::ranges::copy(bytes, copy.get());
        packed.bytes_ = std::move(copy);
        packed.size_ = static_cast<std::uint32_t>(bytes.size());
        packed.arn_head_bytes_ = static_cast<std::uint32_t>(arn_head_.size());
        packed.statements_bytes_ = static_cast<std::uint32_t>(statements_.size());
        packed.denied_actions_ = denied_actions_;
        if (!conditions_.empty() || variables_.clock() != nullptr) {
            packed.at_each_request_ = std::make_unique<const AtEachRequest>(
                AtEachRequest{std::move(conditions_), variables_.clock(), time_bound_actions_});
        }
        return packed;
    }

private:
    struct Name {
        PackedGlobText glob;
        std::uint8_t types = 0;
    };

    static std::uint8_t types_of(std::uint32_t actions) {
        unsigned types = 0;
        for (std::size_t i = 0; i < action_count; ++i) {
            const auto action = static_cast<Action>(i);
            if ((actions & bit_of(action)) != 0) types |= bit_of(resource_type_of(action));
        }
        return static_cast<std::uint8_t>(types);
    }

    bool add_globs(const Statement& statement, std::uint8_t types) {
        for (const Glob& glob : resolve_resources(statement, variables_)) {
            for (std::size_t i = 0; i < type_count; ++i) {
                const auto type = static_cast<ResourceType>(i);
                if ((types & bit_of(type)) == 0) continue;
                const auto names = names_of(glob, type, arn_head_);
                if (!names) return false;
                for (const Glob& name : *names) {
                    if (!add_name(name, type)) return false;
                }
            }
        }
        return true;
    }

    // What several types have in common is kept once.
    bool add_name(GlobView name, ResourceType type) {
        auto glob = pack_glob(name);
        if (!glob || glob->bytes.size() > 0xFFFF) return false;
        const auto known = std::ranges::find(names_, *glob, &Name::glob);
        if (known != names_.end()) {
            known->types |= bit_of(type);
            return true;
        }
        const bool colon = std::ranges::find(name, GlobUnit{':'}) != name.end();
        names_.push_back(
            {std::move(*glob), static_cast<std::uint8_t>(bit_of(type) | (colon ? has_colon : 0U))});
        return ++globs_ <= globs_max;
    }

    std::string take_globs() {
        std::string bytes;
        for (const Name& name : std::exchange(names_, {})) {
            const std::size_t prefix = name.glob.prefix_length;
            append(bytes, name.types);
            append(bytes, static_cast<std::uint16_t>(prefix));
            append(bytes, static_cast<std::uint16_t>(name.glob.bytes.size() - prefix));
            bytes += name.glob.bytes;
        }
        return bytes;
    }

    const Variables& variables_;
    std::string_view arn_head_;
    std::vector<Name> names_;  // of the statement in hand
    std::size_t globs_ = 0;
    std::string statements_;
    ActionBits denied_actions_ = 0;
    ActionBits time_bound_actions_ = 0;
    std::vector<StatementConditions> conditions_;
};

std::optional<PackedPolicies> PackedPolicies::make(std::span<const PolicySource> sources,
                                                   const Variables& variables,
                                                   const Tenant& tenant) {
    if (!are_few(sources)) return std::nullopt;
    const std::string arn_head = make_arn(tenant, "iot", "");
    const Variables used = variables_used(sources, variables);
    Builder builder(used, arn_head);
    std::uint32_t number = 0;
    for (const PolicySource& source : sources) {
        for (const Statement& statement : source.document->statements) {
            if (!builder.add(statement, number++)) return std::nullopt;
        }
    }
    PackedWriter rest;
    pack_documents(rest, sources, arn_head);
    pack_variables(rest, used);
    return builder.take(rest.bytes());
}

Decision PackedPolicies::decide(Action action, std::string_view name,
                                RequestContext context) const noexcept {
    const std::uint32_t bit = bit_of(action);
    const ResourceType type = resource_type_of(action);
    const bool may_be_denied = (denied_actions_ & bit) != 0;
    const WallTime at = now();
    Decision decision{.at = at};
    std::string_view left = statements();
    while (!left.empty()) {
        const StatementHead head = StatementHead::read_from(left.data());
        const std::string_view globs = left.substr(StatementHead::bytes, head.glob_bytes);
        left.remove_prefix(StatementHead::bytes + head.glob_bytes);
        if ((head.bits & bit) == 0) continue;
        const bool denies = (head.bits & StatementHead::denies) != 0;
        if (!denies && decision.allowed()) continue;
        const bool all_but = (head.bits & StatementHead::all_but) != 0;
        if (lists(globs, type, name) == all_but) continue;
        if ((head.bits & StatementHead::conditional) != 0 &&
            !conditions_hold(at_each_request_->conditions, head.number, context, at)) {
            continue;
        }
        if (denies) return {Outcome::DeniedExplicitly, head.number, at};
        decision = {Outcome::Allowed, head.number, at};
        if (!may_be_denied) return decision;
    }
    return decision;
}

std::string PackedPolicies::arn_of(Action action, std::string_view name) const {
    return joined(device_resource(arn_head(), action, name));
}

PackedPolicies::Unpacked PackedPolicies::unpack() const {
    PackedReader reader(rest());
    auto sources = unpack_documents(reader, arn_head());
    Variables variables = unpack_variables(reader);
    if (at_each_request_ != nullptr && at_each_request_->clock != nullptr) {
        variables.set_clock(*at_each_request_->clock);
    }
    return {std::move(sources), std::move(variables)};
}

std::size_t PackedPolicies::memory_bytes() const {
    std::size_t bytes = size_;
    if (at_each_request_ != nullptr) {
        bytes += sizeof(*at_each_request_);
        for (const StatementConditions& each : at_each_request_->conditions) {
            bytes += sizeof(each) + each.conditions.capacity() * sizeof(Condition);
        }
    }
    return bytes;
}

}  // namespace gatehouse::policy
