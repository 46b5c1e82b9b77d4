#include "api/iot/delete_role_alias.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DeleteRoleAliasResponse>> DeleteRoleAlias::handle(
    const Caller& caller, DeleteRoleAliasRequest request) const {
    const auto deleted = co_await aliases.run([&](registry::RoleAliasRecords& records) {
        return records.remove(caller.tenant,
                              registry::RoleAliasName(std::move(request.role_alias)));
    });
    if (!deleted) co_return failure_of(deleted.error());
    co_return DeleteRoleAliasResponse();
}

}  // namespace gatehouse::api::iot
