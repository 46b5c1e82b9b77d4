// The policies of one connection that shares them with nobody, in one piece of memory: a few
// hundred bytes where an index takes as many thousand. Statements stand one behind the other and
// a decision reads them all, so only policies with few patterns are packed.
//
//   statements   which actions they name, and their resources: names alone, the variables filled
//                in, each with the types of resource that it is a name of
//   the rest     documents and variables, for explanations
//
// Threads: immutable; share it freely. decide() allocates nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/tenant.h"
#include "policy/action.h"
#include "policy/condition.h"
#include "policy/decision.h"
#include "policy/packed_glob.h"
#include "policy/statement_set.h"
#include "policy/variables.h"

namespace gatehouse::policy {

class PackedPolicies {
public:
    // An index is faster beyond.
    static constexpr std::size_t globs_max = 24;

    // Nothing where there are more patterns, a Principal, or a byte that packed globs have another
    // meaning for.
    static std::optional<PackedPolicies> make(std::span<const PolicySource> sources,
                                              const Variables& variables, const Tenant& tenant);

    // See CompiledPolicies::decide.
    Decision decide(Action action, std::string_view name, RequestContext context) const noexcept;
    std::string arn_of(Action action, std::string_view name) const;

    // See CompiledPolicies::depends_on_time.
    bool depends_on_time(Action action) const noexcept {
        return at_each_request_ != nullptr &&
               (at_each_request_->time_bound_actions & bit_of(action)) != 0;
    }

    // As they were given; of the variables those that the documents use.
    struct Unpacked {
        std::vector<PolicySource> sources;
        Variables variables;
    };
    Unpacked unpack() const;

    std::size_t memory_bytes() const;

private:
    class Builder;
    struct StatementHead;

    PackedPolicies() = default;

    WallTime now() const {
        const Clock* const clock = at_each_request_ == nullptr ? nullptr : at_each_request_->clock;
        return clock == nullptr ? WallTime() : clock->wall_now();
    }
    std::string_view arn_head() const { return {bytes_.get(), arn_head_bytes_}; }
    std::string_view statements() const {
        return {bytes_.get() + arn_head_bytes_, statements_bytes_};
    }
    std::string_view rest() const {
        const std::size_t before = arn_head_bytes_ + statements_bytes_;
        return {bytes_.get() + before, size_ - before};
    }

    std::unique_ptr<const char[]> bytes_;  // the ARN's head, statements, the rest
    std::uint32_t size_ = 0;
    std::uint32_t arn_head_bytes_ = 0;
    std::uint32_t statements_bytes_ = 0;
    ActionBits denied_actions_ = 0;  // by some statement
    // What remains to be judged at each request; most policies have nothing of it.
    struct AtEachRequest {
        std::vector<StatementConditions> conditions;
        const Clock* clock = nullptr;  // if the documents ask for the time
        ActionBits time_bound_actions = 0;
    };
    std::unique_ptr<const AtEachRequest> at_each_request_;
};

}  // namespace gatehouse::policy
