// What the registry knows of who presents a certificate, at one moment: the certificate, the
// policies attached to it and the thing that it acts for.
// Source: AWS IoT Developer Guide, "Thing policy variables": the thing that the client id names, if
// it is attached to the certificate; or the one that the certificate is attached to exclusively.
//
// Threads: any; blocks, as the store does.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "registry/policy.h"
#include "registry/refusal.h"
#include "registry/registered_certificate.h"
#include "registry/thing.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

struct AttachedPolicy {
    PolicyName name;
    std::string document;  // of the version that counts
};

struct CertificatePrincipal {
    RegisteredCertificate certificate;
    std::vector<AttachedPolicy> policies;  // by name
    std::optional<Thing> thing;
};

// ResourceNotFound: the certificate is not registered in the tenant. `client_id` is absent over
// HTTP, where no client id names a thing.
Outcome<CertificatePrincipal> read_principal(storage::ResourceStore& store, const Tenant& tenant,
                                             const CertificateId& id,
                                             const std::optional<std::string>& client_id);

}  // namespace gatehouse::registry
