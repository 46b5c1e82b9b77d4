#include "iam/function_keys.h"

#include <fmt/format.h>

#include <utility>

#include "base/arn.h"
#include "iam/record_lookup.h"

namespace gatehouse::iam {

Result<TemporaryKey> FunctionKeys::key_for(const Tenant& tenant, const std::string& function,
                                           const std::string& role, const std::string& revision) {
    const auto role_id = id_of_role(tenant, role);
    if (!role_id) return fail(role_id.error());
    const WallTime now = clock_.wall_now();
    const auto current = current_.lock();
    const Owner owner{tenant, function, role, revision};
    if (const auto found = current->find(owner);
        found != current->end() && *found->second.key.expires - now >= lifetime / 2 &&
        found->second.key.identity_id == *role_id && keys_.find(found->second.id)) {
        return found->second;
    }
    // Keys of functions that are gone, or have another role, leave here.
    std::erase_if(*current, [now](const auto& entry) { return *entry.second.key.expires <= now; });
    auto issued = keys_.issue({.account = tenant.account,
                               .principal = assumed_role_arn(tenant, role, function),
                               .identity_id = *role_id},
                              lifetime);
    if (issued) current->insert_or_assign(owner, *issued);
    return issued;
}

Result<std::string> FunctionKeys::id_of_role(const Tenant& tenant, std::string_view role) {
    const std::string name(role.substr(role.find_last_of("/:") + 1));
    const auto found = find_identity(store_, tenant.account, {IdentityKind::Role, name});
    if (found) return found->identity.id;
    if (found.error().kind == ErrorKind::NotFound) return std::string();
    return fail(found.error());
}

Result<functions::FunctionCredentials> FunctionKeys::issue(const functions::Function& function) {
    const functions::FunctionConfiguration& configuration = function.configuration;
    auto key = key_for(function.tenant, configuration.name.value(), configuration.role,
                       configuration.revision.value());
    if (!key) return fail(std::move(key.error()));
    return functions::FunctionCredentials{.access_key_id = key->id.value(),
                                          .secret_access_key = std::move(key->key.secret),
                                          .session_token = std::move(key->key.session_token)};
}

std::string assumed_role_arn(const Tenant& tenant, std::string_view role,
                             std::string_view session) {
    const auto name_start = role.find_last_of("/:");
    const std::string_view name = name_start == role.npos ? role : role.substr(name_start + 1);
    return fmt::format("arn:{}:sts::{}:assumed-role/{}/{}", partition_of(tenant.region),
                       tenant.account.view(), name.empty() ? session : name, session);
}

}  // namespace gatehouse::iam
