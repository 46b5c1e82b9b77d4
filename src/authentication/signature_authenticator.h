// Clients that sign with an access key: MQTT over WebSocket by a presigned address or by headers,
// and HTTPS requests. They are the user, the role session or the root of the key, with what IAM's
// policies allow it.
//
// An address may be used again until it ends, as with AWS: after X-Amz-Expires, a day at most, or
// ten minutes where it does not say. What the key may do is looked at again
// whenever IAM's records of the account change; a connection ends with the session of its key, and
// after a day. Deliberate difference: AWS lets a connection outlive its session.
//
// Source: AWS IoT Developer Guide, "Protocols" (MQTT over WebSocket, connection duration),
// "IAM users, groups, and roles"; CloudWatch log entries (Connection.AuthNError).
//
// Threads: any loop.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>

#include "async/task.h"
#include "authentication/authenticator.h"
#include "authentication/signed_request.h"
#include "base/pinned.h"
#include "iam/principal_policies.h"
#include "signature/key_lookup.h"
#include "storage/async_resource_store.h"

namespace gatehouse::authentication {

class SignatureAuthenticator : Pinned {
public:
    // Whether a signature may name another region than the endpoint's: where regions are not kept
    // apart, the API takes any, too.
    enum class Regions : std::uint8_t { OfEndpoint, Any };
    struct Parts {
        storage::AsyncResourceStore& store;
        const signature::KeyLookup& keys;
        const Clock& clock;          // of which policies may ask the time; keys expire by it
        const Clock& signing_clock;  // clients sign by their own clocks
        Regions regions = Regions::OfEndpoint;
    };
    // The parts must outlive this, and the clock the identities.
    explicit SignatureAuthenticator(const Parts& parts) : parts_(parts) {}

    static constexpr std::chrono::hours connection_life_max{24};

    // Whether the request claims to be signed; no user name or password matters then.
    static bool is_signed(const Credentials& credentials) {
        return credentials.http &&
               authentication::is_signed(credentials.http->headers, credentials.http->query);
    }
    // Proves the signature, from memory.
    std::expected<signature::AccessKey, Refusal> prove(const Credentials& credentials) const;

    async::Task<AuthenticationResult> ask(std::shared_ptr<const Credentials> credentials,
                                          logs::TraceStore::Recorder trace);
    // Whether the key is still there, and what it may do by now. `credentials` are
    // kept_for_review().
    async::Task<AuthenticationResult> review(std::shared_ptr<const Credentials> credentials,
                                             logs::TraceStore::Recorder trace);

    // IAM's records of the account changed.
    void note(const AccountId& account) { ++count_of(account); }
    bool is_outdated(const Identity& identity, const AccountId& account) const {
        return identity.registry_epoch != const_count_of(account);
    }

private:
    using Count = std::atomic<std::uint64_t>;

    Count& count_of(const AccountId& account);
    std::uint64_t const_count_of(const AccountId& account) const;
    std::expected<void, Refusal> check_scope(const Credentials& credentials,
                                             const signature::Scope& scope) const;
    // `epoch`: the count of changes from before the key was looked up.
    async::Task<AuthenticationResult> identify(std::shared_ptr<const Credentials> credentials,
                                               signature::AccessKey key, std::uint64_t epoch);
    IdentityPtr make_identity(const Credentials& credentials, const signature::AccessKey& key,
                              iam::PrincipalPolicies policies, std::uint64_t epoch) const;

    const Parts parts_;
    // Shared by accounts, so that a yes of is_outdated() may be wrong.
    std::array<Count, 256> counts_{};
};

}  // namespace gatehouse::authentication
