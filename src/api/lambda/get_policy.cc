#include "api/lambda/get_policy.h"

#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"

namespace gatehouse::api::lambda {

wire::Outcome<GetPolicyResponse> GetPolicy::handle(const Caller& caller,
                                                   GetPolicyRequest request) const {
    const auto function = function_of(caller, request.function_name, request.qualifier);
    if (!function) return std::unexpected(function.error());
    auto policy = directory.policy(*function);
    if (!policy) return failure_of(policy.error());
    return GetPolicyResponse{.policy = std::move(policy->text),
                             .revision_id = policy->revision.value()};
}

}  // namespace gatehouse::api::lambda
