#include "api/iot/describe_role_alias.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DescribeRoleAliasResponse>> DescribeRoleAlias::handle(
    const Caller& caller, DescribeRoleAliasRequest request) const {
    const auto found = co_await aliases.run([&](registry::RoleAliasRecords& records) {
        return records.describe(caller.tenant,
                                registry::RoleAliasName(std::move(request.role_alias)));
    });
    if (!found) co_return failure_of(found.error());
    co_return DescribeRoleAliasResponse{
        .role_alias_description = RoleAliasDescription{
            .role_alias = found->name.value(),
            .role_alias_arn = found->arn(),
            .role_arn = found->role_arn,
            .owner = found->tenant.account.value(),
            .credential_duration_seconds = static_cast<std::int32_t>(found->credential_seconds),
            .creation_date = found->created,
            .last_modified_date = found->modified}};
}

}  // namespace gatehouse::api::iot
