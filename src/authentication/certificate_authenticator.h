// Clients that present a certificate: they are who the registry says the certificate is, with the
// policies that are attached to it and to its thing's groups. TLS has shown that they hold its key.
//
// A certificate is let in by its registration, not by who signed it: what is not registered here
// counts for nothing, whoever issued it. Who signed it may have it registered at its first
// connection, which is refused all the same; what waits then is told of (registration_listener.h).
//
// Source: AWS IoT Developer Guide, "X.509 client certificates", "Just-in-time registration",
// "Authorization".
// Threads: any loop.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <vector>

#include "async/snapshot.h"
#include "async/task.h"
#include "authentication/authenticator.h"
#include "authentication/certificate_proof.h"
#include "authentication/identity_epochs.h"
#include "authentication/known_indexes.h"
#include "authentication/registration_listener.h"
#include "base/pinned.h"
#include "base/random.h"
#include "certificates/revocation_lists.h"
#include "policy/document.h"
#include "registry/principal_reader.h"
#include "storage/async_resource_store.h"

namespace gatehouse::authentication {

class CertificateAuthenticator : Pinned {
public:
    struct Parts {
        storage::AsyncResourceStore& store;
        const Clock& clock;  // of which policies may ask the time
        Random& random;
        RegistrationListener& listener;
        policy::DocumentLimits limits;
    };
    // The parts must outlive this, and the clock the identities.
    explicit CertificateAuthenticator(const Parts& parts) : parts_(parts) {}

    // Only a connection registers a certificate; what was deleted while it lasts stays so.
    enum class Occasion : std::uint8_t { Connection, Review };
    // Of credentials with a client certificate.
    async::Task<AuthenticationResult> ask(std::shared_ptr<const Credentials> credentials,
                                          Occasion occasion, logs::TraceStore::Recorder trace);
    // The same, with the thing that the client acts for.
    struct Known {
        IdentityPtr identity;
        std::optional<registry::Thing> thing;
    };
    async::Task<std::expected<Known, Refusal>> ask_with_thing(
        std::shared_ptr<const Credentials> credentials, Occasion occasion,
        logs::TraceStore::Recorder trace);
    // As ask(), where an authorizer decides beside the certificate.
    async::Task<std::expected<CertificateProofPtr, Refusal>> prove(
        std::shared_ptr<const Credentials> credentials, Occasion occasion,
        logs::TraceStore::Recorder trace);

    // What a client brought that is not connected any more: what is not known of it any more is
    // its certificate's alone, as it is registered.
    async::Task<std::expected<std::shared_ptr<const Credentials>, Refusal>> credentials_of(
        AbsentClient client);

    // Certificates that these lists name are not let in, whatever their registration says. Where
    // others were there before, whoever is connected has to be looked at again.
    void take_revocations(certificates::RevocationListsPtr lists);

    // What the registry holds of these clients changed.
    void note(const registry::AffectedClients& affected) { epochs_.note(affected); }
    // Whether it did since the identity was made, for a client with this id.
    bool is_outdated(const Identity& identity, const Tenant& tenant,
                     std::string_view client_id) const {
        return identity.registry_epoch != epochs_.stamp(tenant, identity.principal_id, client_id);
    }

private:
    // A certificate that is let in, and IdentityEpochs::stamp() from before it was read.
    struct Recognised {
        registry::CertificatePrincipal principal;
        std::uint64_t epoch = 0;
    };
    async::Task<std::expected<Recognised, Refusal>> recognise(
        std::shared_ptr<const Credentials> credentials, Occasion occasion,
        logs::TraceStore::Recorder trace);
    // What the store holds, read and changed in one go on a worker.
    struct LookedUp {
        registry::CertificatePrincipal principal;
        WaitsFor waits_for = WaitsFor::Activation;  // if it is PENDING_ACTIVATION
    };
    using Found = registry::Outcome<LookedUp>;
    static Found read_waiting(storage::ResourceStore& store, const Credentials& credentials);
    async::Task<Found> look_up(std::shared_ptr<const Credentials> credentials, Occasion occasion);
    std::expected<void, Refusal> check(const Credentials& credentials, const LookedUp& found) const;
    std::expected<void, Refusal> check_unrevoked(BytesView certificate_der,
                                                 const certificates::CertificateId& id) const;
    std::expected<void, Refusal> check_active(const LookedUp& found) const;
    std::expected<CompiledPoliciesPtr, Refusal> policies_of(
        const Credentials& credentials, const registry::CertificatePrincipal& principal);
    std::expected<std::vector<policy::PolicySource>, Refusal> sources_of(
        const registry::CertificatePrincipal& principal) const;

    const Parts parts_;
    KnownIndexes known_;
    IdentityEpochs epochs_;
    async::Snapshot<certificates::RevocationLists> revocations_{
        std::make_shared<const certificates::RevocationLists>()};
};

}  // namespace gatehouse::authentication
