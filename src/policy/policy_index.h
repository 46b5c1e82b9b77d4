// Policy documents arranged for deciding. Variables are filled in for good, or left open: then one
// index serves every connection with the same documents, and each brings its own texts.
//
// Threads: immutable; share it freely. decide() allocates nothing.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/tenant.h"
#include "policy/action.h"
#include "policy/decision.h"
#include "policy/device_resource.h"
#include "policy/resource_index.h"
#include "policy/statement_set.h"

namespace gatehouse::policy {

class PolicyIndex {
public:
    // Patterns with slots are compared one by one, so few may have them.
    static constexpr std::size_t open_patterns_max = 32;

    // With every variable filled in.
    PolicyIndex(std::vector<PolicySource> sources, const Variables& variables,
                const Tenant& tenant);

    // With the variables of the resources left open. Null where that cannot be: with conditions,
    // which ask about the connection, with a variable before the resource's name, and with more
    // than `open_patterns_max` patterns that have any.
    static std::shared_ptr<const PolicyIndex> make_open(std::vector<PolicySource> sources,
                                                        const Tenant& tenant);

    // What decide() needs a text for, in this order: names of variables as written.
    const std::vector<std::string>& open_variables() const { return open_; }

    // See CompiledPolicies::decide.
    Decision decide(Action action, std::string_view name, SlotTexts slots,
                    RequestContext context) const noexcept;
    std::string arn_of(Action action, std::string_view name) const {
        return joined(resource_of(action, name));
    }

    const std::vector<PolicySource>& sources() const { return sources_; }
    const Variables& variables() const { return variables_; }  // those filled in
    // See CompiledPolicies::depends_on_time.
    bool depends_on_time(Action action) const noexcept {
        return (time_bound_actions_ & bit_of(action)) != 0;
    }
    // Besides the documents.
    std::size_t memory_bytes() const;

private:
    // A statement with NotResource.
    struct AllBut {
        IndexedStatement statement;
        ResourceIndex excluded;
        std::vector<Glob> overruns;  // see Overrun
    };
    // A `*` for region or account is text like any other: it may run over colons into the name,
    // so that arn:aws:iot:*:*:topic/a also matches the topic `x:topic/a`. Such a statement is only
    // looked at if the name holds the text that this takes.
    struct Overrun {
        IndexedStatement statement;
        std::vector<Glob> resources;  // of whole ARNs
    };
    struct ActionIndex {
        ResourceIndex resources;
        std::vector<AllBut> all_but;
        std::vector<Overrun> overruns;
        std::string overrun_needs;
        bool denies = false;  // whether any statement here does
    };
    struct Bound;  // a statement while building

    struct LeaveOpen {
        std::vector<std::string> variables;
    };
    PolicyIndex(std::vector<PolicySource> sources, const Variables& variables, const Tenant& tenant,
                LeaveOpen open);

    std::vector<Bound> bind_statements();
    void build_indexes(std::vector<Bound>& bound);
    ActionIndex build_index(std::string_view arn_head, const std::vector<Bound*>& statements);
    JoinedText resource_of(Action action, std::string_view name) const noexcept {
        return device_resource(arn_head_, action, name);
    }

    static constexpr std::uint8_t no_index = 0xFF;

    std::vector<PolicySource> sources_;
    Variables variables_;
    std::vector<std::string> open_;
    bool open_too_early_ = false;  // a slot stands where the ARN's head has to be read
    std::array<std::uint8_t, indexed_action_count> index_of_action_{};
    std::vector<ActionIndex> indexes_;  // actions with the same statements and type share one
    std::vector<StatementConditions> conditions_;  // ascending
    StatementSet others_;                          // for the actions without an index
    ActionBits time_bound_actions_ = 0;
    std::string arn_head_;  // "arn:aws:iot:REGION:ACCOUNT:"
};

}  // namespace gatehouse::policy
