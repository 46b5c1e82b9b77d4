#include "api/iot/get_effective_policies.h"

#include "api/iot/errors.h"
#include "api/iot/thing_shapes.h"
#include "api/iot/trial_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<GetEffectivePoliciesResponse>> GetEffectivePolicies::handle(
    const Caller& caller, GetEffectivePoliciesRequest request) const {
    const auto principal = principal_of(caller.tenant, request.principal);
    if (!principal) co_return failure_of(principal.error());
    std::optional<registry::ThingName> thing;
    if (request.thing_name) thing.emplace(std::move(*request.thing_name));
    auto found = co_await policies.run([&](registry::PolicyRecords& records) {
        return records.effective(caller.tenant, *principal, thing);
    });
    if (!found) co_return failure_of(found.error());
    GetEffectivePoliciesResponse response{.effective_policies = std::vector<EffectivePolicy>()};
    for (registry::AttachedPolicy& policy : *found) {
        response.effective_policies->push_back(
            {.policy_name = policy.name.value(),
             .policy_arn = registry::arn_of(caller.tenant, policy.name),
             .policy_document = std::move(policy.document)});
    }
    co_return response;
}

}  // namespace gatehouse::api::iot
