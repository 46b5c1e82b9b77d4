#include "registry/principal_guard.h"

#include <fmt/format.h>

#include <string>

namespace gatehouse::registry {
namespace {

storage::RecordKey key_of(const Tenant& tenant, std::string_view principal) {
    static const storage::Kind kind{"principal-guard"};
    return {tenant, kind, std::string(principal)};
}

}  // namespace

Outcome<PrincipalGuard> PrincipalGuard::take(storage::ResourceStore& store, const Tenant& tenant,
                                             std::string_view principal) {
    auto key = key_of(tenant, principal);
    const auto record = store.get(key);
    if (record) return PrincipalGuard(std::move(key), record->revision);
    if (record.error().kind != ErrorKind::NotFound) return refuse(refused_by(record.error()));
    return PrincipalGuard(std::move(key), std::nullopt);
}

void PrincipalGuard::add_to(storage::Batch& batch) const {
    const Error changed{ErrorKind::Conflict,
                        fmt::format("something else was attached to {} meanwhile; look at it and "
                                    "try again",
                                    key_.name),
                        {}};
    if (revision_) {
        batch.require(storage::HasRevision{key_, *revision_}, changed);
    } else {
        batch.require(storage::IsAbsent{key_}, changed);
    }
    batch.put(key_, "{}");
}

void PrincipalGuard::remove(storage::Batch& batch, const Tenant& tenant,
                            std::string_view principal) {
    batch.change(storage::Remove{key_of(tenant, principal)});
}

}  // namespace gatehouse::registry
