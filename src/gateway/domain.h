// Host names with a domain configuration, as the doors serve them.
// Source: AWS IoT Core Developer Guide, "Domain configurations".
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/tenant.h"
#include "gateway/door.h"
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

    // In any case. Null: there is none.
    DomainPtr find(std::string_view host_name) const;
    bool is_empty() const { return by_name_.empty(); }

private:
    std::unordered_map<std::string, DomainPtr> by_name_;
};

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

// Why nobody comes by WebSocket; none: they may, or there is no domain (null).
std::optional<std::string> websocket_problem(const Domain* domain);

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
