#include "authentication/anonymous_identities.h"

#include <utility>

#include "authentication/connection_variables.h"
#include "policy/compiled_policies.h"

namespace gatehouse::authentication {
namespace {

IdentityPtr with_policies(std::shared_ptr<const policy::CompiledPolicies> policies) {
    auto identity = std::make_shared<Identity>();
    identity->type = AuthenticationType::Anonymous;
    identity->policies = std::move(policies);
    return identity;
}

}  // namespace

AnonymousIdentities::AnonymousIdentities(const std::vector<policy::DocumentPointer>& documents,
                                         const Clock& clock)
    : clock_(clock) {
    for (const policy::DocumentPointer& document : documents) {
        sources_.push_back({"the policy for anonymous clients", document});
    }
}

IdentityPtr AnonymousIdentities::identity_of(const Credentials& credentials) {
    const Shared shared = shared_by(credentials.tenant);
    if (shared.identity != nullptr) return shared.identity;
    const auto variables = connection_variables(credentials, AuthenticationType::Anonymous, clock_);
    if (shared.index != nullptr) {
        if (auto policies = policy::fill_in(shared.index, variables)) {
            return with_policies(std::move(policies));
        }
    }
    return with_policies(policy::compile(sources_, variables, credentials.tenant));
}

AnonymousIdentities::Shared AnonymousIdentities::shared_by(const Tenant& tenant) {
    const auto shared = shared_.lock();
    if (const auto found = shared->find(tenant); found != shared->end()) return found->second;
    if (shared->size() >= tenants_max) return {};
    return shared->emplace(tenant, make_shared_by(tenant)).first->second;
}

AnonymousIdentities::Shared AnonymousIdentities::make_shared_by(const Tenant& tenant) const {
    Shared made{.index = policy::PolicyIndex::make_open(sources_, tenant), .identity = nullptr};
    if (made.index != nullptr && made.index->open_variables().empty()) {
        made.identity = with_policies(policy::fill_in(made.index, policy::Variables()));
    }
    return made;
}

}  // namespace gatehouse::authentication
