#include "iam/function_keys.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "base/arn.h"
#include "iam/record_lookup.h"
#include "iam/role_trust.h"

namespace gatehouse::iam {
namespace {

std::string_view name_in(std::string_view role) {
    const auto before = role.find_last_of("/:");
    return before == role.npos ? role : role.substr(before + 1);
}

std::string function_arn(const Tenant& tenant, const std::string& function) {
    return make_arn(tenant, "lambda", "function:" + function);
}

}  // namespace

Result<TemporaryKey> FunctionKeys::key_for(const Tenant& tenant, const std::string& function,
                                           const std::string& role, const std::string& revision) {
    const auto role_id = id_of_role(tenant, function, role);
    if (!role_id) return fail(role_id.error());
    const WallTime now = clock_.wall_now();
    const auto current = current_.lock();
    const Owner owner{tenant, function, role, revision};
    if (const auto found = current->find(owner);
        found != current->end() && *found->second.key.expires - now >= lifetime / 2 &&
        found->second.key.identity_id == *role_id && keys_.find(found->second.id)) {
        return found->second;
    }
    forget(*current, owner);
    auto issued = keys_.issue(
        {.account = tenant.account,
         .principal = assumed_role_arn(tenant, role, function),
         .identity_id = *role_id,
         .session_facts = {{"lambda:SourceFunctionArn", function_arn(tenant, function)}}},
        lifetime);
    if (issued) current->insert_or_assign(owner, *issued);
    return issued;
}

void FunctionKeys::forget(Keys& keys, const Owner& owner) const {
    // Too old to be handed out again: of functions that are gone, or were deployed anew.
    const WallTime now = clock_.wall_now();
    std::erase_if(
        keys, [now](const auto& entry) { return *entry.second.key.expires - now < lifetime / 2; });
    const auto& [tenant, function, role, revision] = owner;
    const auto is_own = [&](const Owner& other) {
        return std::tie(std::get<0>(other), std::get<1>(other), std::get<2>(other)) ==
               std::tie(tenant, function, role);
    };
    const auto first = keys.lower_bound(Owner{tenant, function, role, ""});
    auto oldest = first;
    std::size_t count = 0;
    for (auto each = first; each != keys.end() && is_own(each->first); ++each, ++count) {
        if (*each->second.key.expires < *oldest->second.key.expires) oldest = each;
    }
    if (count >= revisions_max) keys.erase(oldest);
}

Result<std::optional<FunctionKeys::NamedRole>> FunctionKeys::role_named(
    const Tenant& tenant, const std::string& function, const std::string& role) const {
    const std::string name(name_in(role));
    if (name.empty() || name.size() > storage::name_bytes_max) return std::nullopt;
    const auto found = find_identity(store_, tenant.account, {IdentityKind::Role, name});
    if (!found && found.error().kind == ErrorKind::NotFound) return std::nullopt;
    if (!found) return fail(found.error());
    const std::vector<policy::Variable> context{
        {"aws:SourceAccount", {tenant.account.value()}, ""},
        {"aws:SourceArn", {function_arn(tenant, function)}, ""}};
    const auto does = trusts(found->identity,
                             {.service = "lambda.amazonaws.com",
                              .tenant = tenant,
                              .role_arn = role,
                              .session = function,
                              .context = context},
                             clock_);
    if (!does) return fail(does.error());
    return NamedRole{found->identity.id, *does};
}

Result<std::string> FunctionKeys::id_of_role(const Tenant& tenant, const std::string& function,
                                             const std::string& role) {
    auto found = role_named(tenant, function, role);
    if (!found) return fail(std::move(found.error()));
    const bool may_act = *found && (*found)->trusts_function;
    return may_act ? std::move((*found)->id) : std::string(no_identity);
}

Result<void> FunctionKeys::check_role(const Tenant& tenant, const std::string& function,
                                      const std::string& role) const {
    const auto found = role_named(tenant, function, role);
    if (!found) return fail(found.error());
    if (!*found || (*found)->trusts_function) return {};
    return fail(ErrorKind::InvalidInput,
                "The role defined for the function cannot be assumed by Lambda.");
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
    return fmt::format("arn:{}:sts::{}:assumed-role/{}/{}", partition_of(tenant.region),
                       tenant.account.view(), name_in(role), session);
}

}  // namespace gatehouse::iam
