#include "api/iot/create_policy.h"

#include "api/iot/authorizer_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<CreatePolicyResponse>> CreatePolicy::handle(
    const Caller& caller, CreatePolicyRequest request) const {
    auto tags = texts_of(request.tags);
    if (!tags) co_return std::unexpected(std::move(tags.error()));
    const registry::PolicyName name(std::move(request.policy_name));
    const auto made = co_await policies.run([&](registry::PolicyRecords& records) {
        return records.create(caller.tenant, name, std::move(request.policy_document),
                              std::move(*tags));
    });
    if (!made) co_return failure_of(made.error());
    co_return CreatePolicyResponse{.policy_name = made->name.value(),
                                   .policy_arn = made->arn(),
                                   .policy_document = made->counting().document,
                                   .policy_version_id = text_of(made->default_version)};
}

}  // namespace gatehouse::api::iot
