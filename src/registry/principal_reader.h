// What the registry knows of who presents a certificate, at one moment: the certificate, the
// policies that count for it and the thing that it acts for.
// Source: AWS IoT Developer Guide, "Thing policy variables": the thing that the client id names, if
// it is attached to the certificate; or the one that the certificate is attached to exclusively.
// "Static thing groups": the policies of its groups and of those above them.
//
// Threads: any; blocks, as the store does.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "registry/attached_policies.h"
#include "registry/refusal.h"
#include "registry/registered_certificate.h"
#include "registry/thing.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

// Names and values, in the order in which they are sent.
using UserProperties = std::vector<std::pair<std::string, std::string>>;

struct CertificatePrincipal {
    RegisteredCertificate certificate;  // unless ACTIVE, nothing else is read
    // By name; those of the thing's groups, too, if the client id is the thing's name.
    std::vector<AttachedPolicy> policies;
    std::optional<Thing> thing;
    bool is_exclusive = false;  // the thing is this certificate's, whatever the client id
    // What the thing's type has go along with its messages.
    UserProperties propagated = {};
};

// ResourceNotFound: the certificate is not registered in the tenant. `client_id` is absent over
// HTTP, where no client id names a thing.
Outcome<CertificatePrincipal> read_principal(storage::ResourceStore& store, const Tenant& tenant,
                                             const CertificateId& id,
                                             const std::optional<std::string>& client_id);

struct PrincipalThing {
    std::optional<Thing> thing;
    bool is_exclusive = false;
};

// The thing that a principal (a certificate's ARN, a Cognito identity's id) acts for.
Outcome<PrincipalThing> thing_of_principal(storage::ResourceStore& store, const Tenant& tenant,
                                           const std::string& principal,
                                           const std::optional<std::string>& client_id);

// The thing's name while the client id is that, and else empty: only then policies of its groups
// count, also those of an exclusive thing.
ThingName named_by(const std::optional<std::string>& client_id, const std::optional<Thing>& thing);

}  // namespace gatehouse::registry
