// The code that a certificate must have as its common name to show that who registers a CA holds
// its key: one a tenant, until it is deleted.
// Source: AWS IoT API Reference, GetRegistrationCode, DeleteRegistrationCode.
//
// Threads: any; blocks, as the store does.
#pragma once

#include <string>

#include "base/random.h"
#include "base/tenant.h"
#include "registry/refusal.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

// 64 hexadecimal digits, made when there is none.
Outcome<std::string> registration_code(storage::ResourceStore& store, const Tenant& tenant,
                                       Random& random);
// Empty when there is none.
Outcome<std::string> present_registration_code(storage::ResourceStore& store, const Tenant& tenant);
// ResourceNotFound.
Outcome<void> delete_registration_code(storage::ResourceStore& store, const Tenant& tenant);

}  // namespace gatehouse::registry
