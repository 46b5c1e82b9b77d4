#include "api/iot/create_policy_version.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<CreatePolicyVersionResponse>> CreatePolicyVersion::handle(
    const Caller& caller, CreatePolicyVersionRequest request) const {
    const registry::PolicyName name(std::move(request.policy_name));
    const auto set_as_default = request.set_as_default.value_or(false) ? registry::SetAsDefault::Yes
                                                                       : registry::SetAsDefault::No;
    const auto made = co_await policies.run([&](registry::PolicyRecords& records) {
        return records.create_version(caller.tenant, name, std::move(request.policy_document),
                                      set_as_default);
    });
    if (!made) co_return failure_of(made.error());
    const registry::PolicyVersion& version = made->versions.back();
    co_return CreatePolicyVersionResponse{
        .policy_arn = made->arn(),
        .policy_document = version.document,
        .policy_version_id = text_of(version.id),
        .is_default_version = version.id == made->default_version};
}

}  // namespace gatehouse::api::iot
