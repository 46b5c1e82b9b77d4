// The policies of one identity, ready to be asked.
//
//   auto policies = compile(sources, variables, tenant);
//   if (!policies->decide(Action::Publish, topic).allowed()) {
//       log(policies->explain(Action::Publish, topic).sentence);
//   }
//
// Everything that stays the same for the life of a connection (client id, address, thing and
// certificate: `variables`) is filled in when compiling; keys of which `variables` knows nothing
// are looked up in the context of each request.
// Source: AWS IoT Developer Guide, "AWS IoT Core policies"; IAM User Guide, "Policy evaluation
// logic" (an explicit deny wins, the order of statements and documents does not count).
//
// Threads: immutable; share it freely. decide() allocates nothing.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/tenant.h"
#include "policy/action.h"
#include "policy/decision.h"
#include "policy/explanation.h"
#include "policy/resource_index.h"
#include "policy/statement_set.h"

namespace gatehouse::policy {

// For devices: one tenant's resources of service iot.
class CompiledPolicies {
public:
    CompiledPolicies(std::vector<PolicySource> sources, const Variables& variables,
                     const Tenant& tenant);
    CompiledPolicies(const CompiledPolicies&) = delete;
    CompiledPolicies& operator=(const CompiledPolicies&) = delete;

    // `name` is what follows the type in the ARN: the client id for Connect, the topic name for
    // Publish, RetainPublish and Receive, the filter's text for Subscribe, the thing's name (and
    // "/shadow") for shadows and jobs; ignored for actions without a resource. The first five
    // actions cost about the length of the name, the others read all statements. Names are
    // well-formed UTF-8, as MQTT has them; with other bytes `?` may take one too many or too few.
    Decision decide(Action action, std::string_view name,
                    RequestContext context = {}) const noexcept;

    // Why decide() says so. Slow: reads the documents again.
    Explanation explain(Action action, std::string_view name, RequestContext context = {}) const;
    // The same for any action and ARN, also those of another tenant.
    Explanation explain(const Request& request) const;

    // The ARN that decide() has in mind.
    std::string arn_of(Action action, std::string_view name) const;
    StatementPlace place_of(std::uint32_t statement) const {
        return place_of_statement(sources_, statement);
    }

    const std::vector<PolicySource>& sources() const { return sources_; }
    const Variables& variables() const { return variables_; }  // those the documents use
    const Tenant& tenant() const { return tenant_; }
    // What it holds besides the documents, which may be shared.
    std::size_t memory_bytes() const;

private:
    // A statement with NotResource.
    struct AllBut {
        IndexedStatement statement;
        ResourceIndex excluded;
        const Statement* overruns = nullptr;  // see Overrun
    };
    // A `*` for region or account is text like any other: it may run over colons into the name,
    // so that arn:aws:iot:*:*:topic/a also matches the topic `x:topic/a`. Such a statement is only
    // looked at if the name holds the text that this takes.
    struct Overrun {
        IndexedStatement statement;
        const Statement* source = nullptr;
    };
    struct ActionIndex {
        ResourceIndex resources;
        std::vector<AllBut> all_but;
        std::vector<Overrun> overruns;
        std::string overrun_needs;
        bool denies = false;  // whether any statement here does
    };
    struct Conditions {
        std::uint32_t statement = 0;
        std::vector<Condition> conditions;
    };
    struct Bound;  // a statement while compiling

    ActionIndex build_index(std::string_view arn_head, const std::vector<Bound*>& statements) const;
    JoinedText resource_of(Action action, std::string_view name) const noexcept;
    bool conditions_hold(std::uint32_t statement, RequestContext context) const noexcept;

    static constexpr std::uint8_t no_index = 0xFF;

    std::vector<PolicySource> sources_;
    Variables variables_;
    Tenant tenant_;
    std::array<std::uint8_t, indexed_action_count> index_of_action_{};
    std::vector<ActionIndex> indexes_;    // actions with the same statements and type share one
    std::vector<Conditions> conditions_;  // ascending by statement
    StatementSet others_;                 // for the actions without an index
    std::string arn_head_;                // "arn:aws:iot:REGION:ACCOUNT:"
};

std::shared_ptr<const CompiledPolicies> compile(std::vector<PolicySource> sources,
                                                const Variables& variables, const Tenant& tenant);

// For requests that name a full ARN: IAM identities, functions' resource policies.
class RequestPolicies {
public:
    RequestPolicies(std::vector<PolicySource> sources, const Variables& variables);
    RequestPolicies(const RequestPolicies&) = delete;
    RequestPolicies& operator=(const RequestPolicies&) = delete;

    Decision decide(const Request& request) const noexcept;
    Explanation explain(const Request& request) const;
    StatementPlace place_of(std::uint32_t statement) const {
        return place_of_statement(sources_, statement);
    }

private:
    std::vector<PolicySource> sources_;
    Variables variables_;
    StatementSet statements_;
};

std::shared_ptr<const RequestPolicies> compile_for_requests(std::vector<PolicySource> sources,
                                                            const Variables& variables);

}  // namespace gatehouse::policy
