// Host names with a domain configuration, as the doors serve them.
// Source: AWS IoT Core Developer Guide, "Domain configurations".
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/tenant.h"
#include "gateway/door.h"
#include "gateway/door_terms.h"
#include "net/tls_context.h"
#include "registry/domain_configuration.h"

namespace gatehouse::gateway {

using DomainConfigurationPtr = std::shared_ptr<const registry::DomainConfiguration>;

// Immutable. What is shown changes with the configuration, its certificate and its authority.
struct Domain {
    std::shared_ptr<const Tenant> tenant;
    DomainConfigurationPtr configuration;
    // By TlsDoor; null where no certificate can be shown: the door's own is, then.
    std::array<std::shared_ptr<const net::TlsContext>, 3> tls;
    std::string certificate_problem;  // a sentence; empty: none
    bool is_gone = false;             // deleted since a connection came by its name

    std::shared_ptr<const net::TlsContext> context_at(DoorKind door) const;
};
using DomainPtr = std::shared_ptr<const Domain>;

// The doors with TLS, in the order of Domain::tls.
inline constexpr std::array tls_doors{DoorKind::Mqtts, DoorKind::Https, DoorKind::HttpsMtls};

// All of them at one moment. Threads: immutable; any.
class Domains {
public:
    Domains() = default;
    explicit Domains(std::vector<DomainPtr> all);

    // In any case, with or without the dot at its end. Null: there is none.
    DomainPtr find(std::string_view host_name) const;
    bool is_empty() const { return by_name_.empty(); }

private:
    // Found without a copy of the name.
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view name) const {
            return std::hash<std::string_view>()(name);
        }
    };
    std::unordered_map<std::string, DomainPtr, Hash, std::equal_to<>> by_name_;
};

// By what a connection is judged when its client says who it is: the configuration as it is `now`
// by the name that was asked for, whatever the handshake `chose` then. One that is no more is gone
// for its connections, whoever has the name meanwhile. Null: none, then and now.
DomainPtr present_domain(const DomainPtr& chosen, DomainPtr now);

// Why nobody is let in there: the state of the configuration.
struct DomainProblem {
    std::string_view reason;  // as in Connection.AuthNError
    std::string sentence;
};
std::optional<DomainProblem> problem_of(const Domain& domain);

// What the configuration has a client speak at a door, where it says so itself; empty: the door's
// table does.
std::optional<Conversation> conversation_of(const registry::DomainConfiguration& configuration);
// Why a door does not take what its clients are to speak there, as a sentence.
std::optional<std::string> protocol_problem(const registry::DomainConfiguration& configuration,
                                            DoorKind door);

// How a client came.
struct Use {
    DoorKind door = DoorKind::Mqtt;
    Carrier carrier = Carrier::Tcp;
    std::string_view tls_version;  // as net::PeerFacts has it; empty: no TLS up to here
};
// Why none of its clients may come so, as a sentence: also for those that were not sent to the
// right conversation by their handshake, since they named the domain by Host.
std::optional<std::string> use_problem(const registry::DomainConfiguration& configuration,
                                       const Use& use);

// The TLS settings of a door for clients that ask for this name.
net::TlsSettings tls_settings(DoorKind kind, const registry::DomainConfiguration& configuration,
                              net::TlsIdentity identity);

// "domain configuration 'Fleet' (CUSTOM_AUTH, SECURE_MQTT)", for traces.
std::string describe(const registry::DomainConfiguration& configuration);

// The name of the configuration, for log records; empty: there is none.
inline std::string_view name_of(const DomainConfigurationPtr& configuration) {
    return configuration == nullptr ? std::string_view() : configuration->name.view();
}

}  // namespace gatehouse::gateway
