// The answer to "who is this?": a principal with the policies that say what it may do.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "authentication/credentials.h"
#include "policy/compiled_policies.h"

namespace gatehouse::authentication {

// Immutable; replaced as a whole when an authorizer is asked again.
struct Identity {
    // An interval of an answer: at most a day.
    using Seconds = std::chrono::duration<std::uint32_t>;

    AuthenticationType type = AuthenticationType::Anonymous;
    // Whether further requests over the same HTTP connection may go by this answer.
    bool may_be_kept_for_http = false;
    // IdentityEpochs::stamp() from before the registry was read, where it said who this is; of IAM
    // SignatureAuthenticator's count of changes.
    std::uint64_t registry_epoch = 0;
    // Counted from the moment of the answer; zero: never.
    Seconds refresh_after{0};
    Seconds disconnect_after{0};
    std::string principal_id;     // of logs and lifecycle events; empty for anonymous clients
    std::string authorizer_name;  // empty unless a custom authorizer decided
    // What AWS would have refused, where the profile does not; null: nothing.
    std::unique_ptr<const std::string> permission_problem;
    // The thing whose certificate this is, and no other's; null: there is none.
    std::unique_ptr<const std::string> exclusive_thing;
    // What goes along with each of its messages, as user properties of MQTT 5: what its thing's
    // type says of the thing and the connection. Null: nothing.
    std::unique_ptr<const std::vector<std::pair<std::string, std::string>>> propagated;
    // Compiled for this connection, its variables filled in.
    std::shared_ptr<const policy::CompiledPolicies> policies;

    // Whether IAM said who this is, of a client that signed with an access key.
    bool is_of_iam() const { return type == AuthenticationType::SigV4; }
    // Whether the registry said who this is and what it may do, if not it alone.
    bool is_of_registry() const {
        return type == AuthenticationType::X509 || type == AuthenticationType::CustomAuthX509;
    }
    // Empty: it has no exclusive thing.
    std::string_view thing_name() const {
        return exclusive_thing == nullptr ? std::string_view() : *exclusive_thing;
    }
};
using IdentityPtr = std::shared_ptr<const Identity>;

}  // namespace gatehouse::authentication
