// Role aliases and their rules over the store, one operation a method.
// Source: AWS IoT API Reference, the operations of the same names.
//
// Threads: every method may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include "registry/listing.h"
#include "registry/role_alias.h"
#include "registry/stored.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

class RoleAliasRecords {
public:
    struct Parts {};
    // The store must outlive it.
    RoleAliasRecords(storage::ResourceStore& store, const Parts&) : store_(store) {}

    // InvalidRequest (no role's ARN), ResourceAlreadyExists, LimitExceeded.
    Outcome<RoleAlias> create(const Tenant& tenant, const NewRoleAlias& wanted);
    // ResourceNotFound.
    Outcome<RoleAlias> describe(const Tenant& tenant, const RoleAliasName& name);
    // ResourceNotFound, InvalidRequest.
    Outcome<RoleAlias> update(const Tenant& tenant, const RoleAliasName& name,
                              const RoleAliasChange& change);
    // ResourceNotFound.
    Outcome<void> remove(const Tenant& tenant, const RoleAliasName& name);
    Outcome<Page<RoleAlias>> list(const Tenant& tenant, const Listing& listing);

private:
    Outcome<Stored<RoleAlias>> read(const Tenant& tenant, const RoleAliasName& name);
    Outcome<RoleAlias> try_update(const Tenant& tenant, const RoleAliasName& name,
                                  const RoleAliasChange& change);

    storage::ResourceStore& store_;
};

}  // namespace gatehouse::registry
