// Policies of custom authorizers' answers. An authorizer answers the same documents, or the same
// but for the client id, for a whole fleet: they are parsed and arranged once, and each connection
// keeps only what is its own.
//
// Shared are documents without conditions whose variables, and whose written-out client id, stand
// in the names of resources. Others are compiled for their connection, packed if they are few. What
// is shared lives as long as an identity holds it.
//
// Threads: any.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "authentication/credentials.h"
#include "authentication/known_indexes.h"
#include "base/pinned.h"
#include "base/result.h"
#include "policy/compiled_policies.h"

namespace gatehouse::authentication {

class SharedPolicies : Pinned {
public:
    // The clock, of which policies may ask the time, must outlive this and them.
    SharedPolicies(policy::DocumentLimits limits, const Clock& clock)
        : limits_(limits), clock_(clock) {}

    // The policies of one connection whose authorizer answered these documents.
    // Errors: as policy::parse_documents.
    Result<CompiledPoliciesPtr> policies_of(const Credentials& credentials,
                                            std::span<const std::string> texts);

    // Such documents by the names that explanations call them. Errors: as above.
    static Result<std::vector<policy::PolicySource>> sources_of(std::span<const std::string> texts,
                                                                policy::DocumentLimits limits);

private:
    struct Question;

    CompiledPoliciesPtr find(const Question& question) const;
    Result<CompiledPoliciesPtr> make(const Question& question);

    policy::DocumentLimits limits_;
    const Clock& clock_;
    KnownIndexes known_;
};

}  // namespace gatehouse::authentication
