#include "api/iot/create_role_alias.h"

#include "api/iot/authorizer_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<CreateRoleAliasResponse>> CreateRoleAlias::handle(
    const Caller& caller, CreateRoleAliasRequest request) const {
    auto tags = texts_of(request.tags);
    if (!tags) co_return std::unexpected(std::move(tags.error()));
    registry::NewRoleAlias wanted{.name = registry::RoleAliasName(std::move(request.role_alias)),
                                  .role_arn = std::move(request.role_arn),
                                  .tags = std::move(*tags)};
    if (const auto seconds = request.credential_duration_seconds) {
        wanted.credential_seconds = static_cast<std::uint32_t>(*seconds);
    }
    const auto made = co_await aliases.run(
        [&](registry::RoleAliasRecords& records) { return records.create(caller.tenant, wanted); });
    if (!made) co_return failure_of(made.error());
    co_return CreateRoleAliasResponse{.role_alias = made->name.value(),
                                      .role_alias_arn = made->arn()};
}

}  // namespace gatehouse::api::iot
