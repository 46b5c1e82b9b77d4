#include "iam/trusted_principals.h"

#include <optional>
#include <vector>

#include "base/arn.h"
#include "base/tenant.h"
#include "iam/principal.h"
#include "iam/record_lookup.h"

namespace gatehouse::iam {
namespace {

// Of an ARN as a Principal may have it: of a user, a role or a role's session.
std::optional<IdentityName> identity_of(const Arn& arn) {
    if (arn.service == "iam" && arn.resource.starts_with("role/")) {
        return IdentityName{IdentityKind::Role, arn.resource.substr(arn.resource.rfind('/') + 1)};
    }
    const auto caller = parse_caller(arn.text());
    return caller ? caller->identity : std::nullopt;
}

bool may_be_read(const Arn& arn, const IdentityName& name) {
    return is_account_id(arn.account) && !name.name.empty() &&
           name.name.size() <= storage::name_bytes_max;
}

}  // namespace

Result<std::map<std::string, std::string>> ids_named_in(storage::ResourceStore& store,
                                                        std::string_view trust_policy) {
    std::map<std::string, std::string> ids;
    const auto document = policy::parse_document(trust_policy, policy::Dialect::TrustPolicy);
    if (!document) return fail(document.error());
    for (const policy::Statement& statement : document->statements) {
        if (!statement.principal) continue;
        for (const std::string& named : statement.principal->accounts) {
            const auto arn = parse_arn(named);
            const auto name = arn ? identity_of(*arn) : std::nullopt;
            if (!name || !may_be_read(*arn, *name)) continue;
            const auto found = find_identity(store, AccountId(arn->account), *name);
            if (found) ids[named] = found->identity.id;
            if (!found && found.error().kind != ErrorKind::NotFound) return fail(found.error());
        }
    }
    return ids;
}

policy::Document without_others(policy::Document document,
                                const std::map<std::string, std::string>& ids,
                                std::string_view id) {
    for (policy::Statement& statement : document.statements) {
        if (!statement.principal || statement.effect == policy::Effect::Deny) continue;
        std::erase_if(statement.principal->accounts, [&](const std::string& named) {
            const auto meant = ids.find(named);
            return meant != ids.end() && meant->second != id;
        });
    }
    return document;
}

}  // namespace gatehouse::iam
