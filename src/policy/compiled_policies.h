// The policies of one identity, ready to be asked.
//
//   auto policies = compile(sources, variables, tenant);
//   if (!policies->decide(Action::Publish, topic).allowed()) {
//       log(policies->explain(Action::Publish, topic).sentence);
//   }
//
// Everything that stays the same for the life of a connection (client id, address, thing and
// certificate: `variables`) is filled in when compiling; keys of which `variables` knows nothing
// are looked up in the context of each request, and the time is asked of their clock, once a
// decision.
// Source: AWS IoT Developer Guide, "AWS IoT Core policies"; IAM User Guide, "Policy evaluation
// logic" (an explicit deny wins, the order of statements and documents does not count).
//
// Threads: immutable; share it freely. decide() allocates nothing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/tenant.h"
#include "policy/action.h"
#include "policy/decision.h"
#include "policy/explanation.h"
#include "policy/packed_policies.h"
#include "policy/policy_index.h"
#include "policy/statement_set.h"

namespace gatehouse::policy {

// For devices: one tenant's resources of service iot. Small where the index is shared, and where
// they are packed.
class CompiledPolicies {
public:
    explicit CompiledPolicies(PackedPolicies packed)
        : packed_(std::make_unique<const PackedPolicies>(std::move(packed))) {}
    // `texts`: of the variables that the index left open, in its order.
    explicit CompiledPolicies(std::shared_ptr<const PolicyIndex> index,
                              std::vector<std::string> texts = {})
        : index_(std::move(index)), texts_(std::move(texts)) {}
    CompiledPolicies(const CompiledPolicies&) = delete;
    CompiledPolicies& operator=(const CompiledPolicies&) = delete;

    // `name` is what follows the type in the ARN: the client id for Connect, the topic name for
    // Publish, RetainPublish and Receive, the filter's text for Subscribe, the thing's name (and
    // "/shadow") for shadows and jobs; ignored for actions without a resource. The first five
    // actions cost about the length of the name, the others read all statements. Names are
    // well-formed UTF-8, as MQTT has them; with other bytes `?` may take one too many or too few.
    Decision decide(Action action, std::string_view name,
                    RequestContext context = {}) const noexcept {
        return packed_ != nullptr ? packed_->decide(action, name, context)
                                  : index_->decide(action, name, texts_, context);
    }

    // Whether decide() may answer the same question about this action otherwise at another time, by
    // aws:CurrentTime or aws:EpochTime. Nobody may keep the answer then.
    bool depends_on_time(Action action) const noexcept {
        return packed_ != nullptr ? packed_->depends_on_time(action)
                                  : index_->depends_on_time(action);
    }

    // Why decide() says so; why it said so with the time of a decision (Decision::at). Slow: reads
    // the documents again, unpacked first where need be.
    Explanation explain(Action action, std::string_view name, RequestContext context = {},
                        std::optional<WallTime> at = {}) const;
    // The same for any action and ARN, also those of another tenant.
    Explanation explain(const Request& request) const;

    // The ARN that decide() has in mind.
    std::string arn_of(Action action, std::string_view name) const {
        return packed_ != nullptr ? packed_->arn_of(action, name) : index_->arn_of(action, name);
    }
    StatementPlace place_of(std::uint32_t statement) const;
    bool shares_index_with(const CompiledPolicies& other) const {
        return index_ != nullptr && index_ == other.index_;
    }
    // Besides the documents. An index that others share is counted whole.
    std::size_t memory_bytes() const;

private:
    std::unique_ptr<const PackedPolicies> packed_;
    std::shared_ptr<const PolicyIndex> index_;  // null: they are packed
    std::vector<std::string> texts_;
};

// Packed if they can be, which is what connections with policies of their own have.
std::shared_ptr<const CompiledPolicies> compile(std::vector<PolicySource> sources,
                                                const Variables& variables, const Tenant& tenant);

// The policies of one connection out of an index that many share; null unless each variable that
// the index left open has exactly one value.
std::shared_ptr<const CompiledPolicies> fill_in(std::shared_ptr<const PolicyIndex> index,
                                                const Variables& variables);

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
    // What conditions ask of the resource's tags: "aws:ResourceTag/team", each once. Who asks has
    // to give them, with no value where the resource has no such tag.
    const std::vector<std::string>& tag_keys() const { return tag_keys_; }

private:
    std::vector<PolicySource> sources_;
    Variables variables_;
    std::vector<std::string> tag_keys_;
    StatementSet statements_;
};

std::shared_ptr<const RequestPolicies> compile_for_requests(std::vector<PolicySource> sources,
                                                            const Variables& variables);

}  // namespace gatehouse::policy
