#include "api/iot/update_role_alias.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<UpdateRoleAliasResponse>> UpdateRoleAlias::handle(
    const Caller& caller, UpdateRoleAliasRequest request) const {
    const registry::RoleAliasName name(std::move(request.role_alias));
    registry::RoleAliasChange change{.role_arn = std::move(request.role_arn),
                                     .credential_seconds = {}};
    if (const auto seconds = request.credential_duration_seconds) {
        change.credential_seconds = static_cast<std::uint32_t>(*seconds);
    }
    const auto changed = co_await aliases.run([&](registry::RoleAliasRecords& records) {
        return records.update(caller.tenant, name, change);
    });
    if (!changed) co_return failure_of(changed.error());
    co_return UpdateRoleAliasResponse{.role_alias = changed->name.value(),
                                      .role_alias_arn = changed->arn()};
}

}  // namespace gatehouse::api::iot
