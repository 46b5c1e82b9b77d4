// Finding out who a client is, whichever way it proves it.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "async/task.h"
#include "authentication/credentials.h"
#include "authentication/identity.h"
#include "base/deadline.h"
#include "logs/trace.h"

namespace gatehouse::authentication {

// Why a client is not let in.
struct Refusal {
    // What kind of answer it deserves; each door maps it to its own codes.
    enum class Kind : std::uint8_t {
        NotAuthenticated,  // unknown, unproven, or the authorizer said no
        NotAuthorized,     // known, and not allowed to connect
        Unavailable,       // nobody could decide now; trying again later may work
    };
    Kind kind = Kind::NotAuthenticated;
    AuthenticationType type = AuthenticationType::CustomAuth;
    std::string reason;    // as in Connection.AuthNError: "CUSTOM_AUTHORIZER_NOT_FOUND"
    std::string sentence;  // for people: what was wrong and what to do; holds no secret
    std::string authorizer_name;
};

using AuthenticationResult = std::expected<IdentityPtr, Refusal>;

// Whether the door lets a client with this identity do what it came for. Asked on any thread while
// authenticate() runs. Who is not let in counts as refused, whatever its authorizer answered.
using IsLetIn = std::function<bool(const Identity&)>;

// What is left of a client that is not connected any more, whom the registry identified.
struct AbsentClient {
    Tenant tenant;
    std::string client_id;
    AuthenticationType type = AuthenticationType::X509;  // one of Identity::is_of_registry()
    std::string certificate_id;
    std::shared_ptr<const Credentials> credentials;  // null: not known, as after a restart
    IdentityPtr identity;                            // the last one; likewise
};

// Threads: called on any loop; the task runs and ends on that loop.
class Authenticator {
public:
    virtual ~Authenticator() = default;

    // Steps are written to the trace. Answers before the deadline.
    virtual async::Task<AuthenticationResult> authenticate(
        std::shared_ptr<const Credentials> credentials, IsLetIn is_let_in,
        logs::TraceStore::Recorder trace, Deadline deadline) = 0;

    // Why the signature of a request for a WebSocket does not count, so that it is refused before
    // there is one; nothing: it does, or there is none.
    virtual std::optional<Refusal> signature_refusal(const Credentials& /*credentials*/) const {
        return std::nullopt;
    }

    // Asks again for a connection that is open, with the same data: the authorizer, the registry
    // for a certificate, or IAM for a signature. On Kind::Unavailable the caller decides whether
    // the present identity stays.
    virtual async::Task<AuthenticationResult> refresh(
        std::shared_ptr<const Credentials> credentials, IdentityPtr present,
        logs::TraceStore::Recorder trace, Deadline deadline) = 0;

    // Who an absent client is by now, from the registry; no authorizer is asked. Where one decided
    // beside the certificate, that is whether the certificate is let in; then the identity is the
    // last one, null if that is not known.
    virtual async::Task<AuthenticationResult> recall(AbsentClient client, Deadline deadline) = 0;

    // Whether the registry, or IAM, may have changed, since it was read, in what made the identity
    // of a client with this id. Then refresh() says what the identity is now.
    virtual bool is_outdated(const Identity& identity, const Tenant& tenant,
                             std::string_view client_id) const = 0;
};

}  // namespace gatehouse::authentication
