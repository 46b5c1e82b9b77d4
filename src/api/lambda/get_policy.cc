#include "api/lambda/get_policy.h"

#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"

namespace gatehouse::api::lambda {

wire::Outcome<GetPolicyResponse> GetPolicy::handle(const Caller& caller,
                                                   GetPolicyRequest request) const {
    const auto name = name_of(caller, request.function_name, request.qualifier);
    if (!name) return std::unexpected(name.error());
    auto policy = directory.policy(caller.tenant, *name);
    if (!policy) return failure_of(policy.error());
    return GetPolicyResponse{.policy = std::move(policy->text),
                             .revision_id = policy->revision.value()};
}

}  // namespace gatehouse::api::lambda
