// Clients that present a certificate: they are who the registry says the certificate is, with the
// policies that are attached to it and to its thing's groups. TLS has shown that they hold its key.
//
// A certificate is let in by its registration, not by who signed it: what is not registered here
// counts for nothing, whoever issued it.
//
// Source: AWS IoT Developer Guide, "X.509 client certificates", "Authorization".
// Threads: any loop.
#pragma once

#include <memory>

#include "async/task.h"
#include "authentication/authenticator.h"
#include "authentication/identity_epochs.h"
#include "authentication/known_indexes.h"
#include "base/pinned.h"
#include "policy/document.h"
#include "registry/principal_reader.h"
#include "storage/async_resource_store.h"

namespace gatehouse::authentication {

class CertificateAuthenticator : Pinned {
public:
    // The store and the clock, of which policies may ask the time, must outlive this and the
    // identities.
    CertificateAuthenticator(storage::AsyncResourceStore& store, const Clock& clock,
                             policy::DocumentLimits limits)
        : store_(store), clock_(clock), limits_(limits) {}

    // Of credentials with a client certificate.
    async::Task<AuthenticationResult> ask(std::shared_ptr<const Credentials> credentials,
                                          logs::TraceStore::Recorder trace);

    // What the registry holds of these clients changed.
    void note(const registry::AffectedClients& affected) { epochs_.note(affected); }
    // Whether it did since the identity was made, for a client with this id.
    bool is_outdated(const Identity& identity, const Tenant& tenant,
                     std::string_view client_id) const {
        return identity.registry_epoch != epochs_.stamp(tenant, identity.principal_id, client_id);
    }

private:
    std::expected<void, Refusal> check(const registry::RegisteredCertificate& certificate) const;
    std::expected<CompiledPoliciesPtr, Refusal> policies_of(
        const Credentials& credentials, const registry::CertificatePrincipal& principal);

    storage::AsyncResourceStore& store_;
    const Clock& clock_;
    const policy::DocumentLimits limits_;
    KnownIndexes known_;
    IdentityEpochs epochs_;
};

}  // namespace gatehouse::authentication
