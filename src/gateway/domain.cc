#include "gateway/domain.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/host_name.h"

namespace gatehouse::gateway {
namespace {

using registry::DomainAuthentication;
using registry::DomainConfiguration;
using registry::DomainProtocol;

// What is carried so and is not for its clients; empty: they may come so.
std::string_view untaken_of(const DomainConfiguration& configuration, Carrier carrier) {
    const DomainProtocol protocol = configuration.protocol;
    switch (carrier) {
        case Carrier::Tcp:
            if (protocol != DomainProtocol::MqttWss && protocol != DomainProtocol::Https) return "";
            return "MQTT without WebSocket";
        case Carrier::WebSocket:
            if (configuration.authentication == DomainAuthentication::AwsX509) {
                return "MQTT over WebSocket: client certificates are for MQTT over TLS and HTTPS";
            }
            if (protocol == DomainProtocol::Default || protocol == DomainProtocol::MqttWss) {
                return "";
            }
            return "MQTT over WebSocket";
        case Carrier::Http:
            if (protocol == DomainProtocol::Default || protocol == DomainProtocol::Https) return "";
            return "messages by HTTPS";
    }
    return "";
}

bool takes_version(net::SecurityPolicy policy, std::string_view tls_version) {
    switch (policy) {
        case net::SecurityPolicy::Tls13_1_3_2022_10: return tls_version == "TLSv1.3";
        case net::SecurityPolicy::Tls13_1_2_2022_10: return true;  // no door speaks less
        case net::SecurityPolicy::Tls12_1_2_2022_10:
        case net::SecurityPolicy::Tls12_1_0_2016_01:
        case net::SecurityPolicy::Tls12_1_0_2015_01: return tls_version == "TLSv1.2";
    }
    return false;
}

}  // namespace

std::shared_ptr<const net::TlsContext> Domain::context_at(DoorKind door) const {
    const auto at = std::ranges::find(tls_doors, door);
    return at == tls_doors.end() ? nullptr : tls[static_cast<std::size_t>(at - tls_doors.begin())];
}

Domains::Domains(std::vector<DomainPtr> all) {
    for (DomainPtr& domain : all) {
        std::string name = domain->configuration->domain_name;
        by_name_.emplace(std::move(name), std::move(domain));
    }
}

DomainPtr Domains::find(std::string_view host_name) const {
    if (host_name.empty() || by_name_.empty()) return nullptr;
    const auto found = is_canonical_host_name(host_name)
                           ? by_name_.find(host_name)
                           : by_name_.find(canonical_host_name(host_name));
    return found == by_name_.end() ? nullptr : found->second;
}

DomainPtr present_domain(const DomainPtr& chosen, DomainPtr now) {
    if (chosen == nullptr || chosen == now) return now;
    if (now != nullptr && *now->tenant == *chosen->tenant &&
        now->configuration->id == chosen->configuration->id) {
        return now;
    }
    auto gone = std::make_shared<Domain>(*chosen);
    gone->is_gone = true;
    return gone;
}

std::optional<DomainProblem> problem_of(const Domain& domain) {
    const DomainConfiguration& configuration = *domain.configuration;
    if (domain.is_gone) {
        return DomainProblem{"DOMAIN_CONFIGURATION_NOT_FOUND",
                             fmt::format("domain configuration '{}' of '{}' was deleted since this "
                                         "connection was made: connect again",
                                         configuration.name.view(), configuration.domain_name)};
    }
    if (configuration.status == registry::DomainStatus::Disabled) {
        return DomainProblem{
            "DOMAIN_CONFIGURATION_DISABLED",
            fmt::format("domain configuration '{}' of '{}' is DISABLED: update it to ENABLED",
                        configuration.name.view(), configuration.domain_name)};
    }
    if (!domain.certificate_problem.empty()) {
        return DomainProblem{"DOMAIN_CONFIGURATION_INVALID",
                             fmt::format("domain configuration '{}' of '{}' has no certificate to "
                                         "show: {}",
                                         configuration.name.view(), configuration.domain_name,
                                         domain.certificate_problem)};
    }
    return std::nullopt;
}

std::optional<Conversation> conversation_of(const DomainConfiguration& configuration) {
    switch (configuration.protocol) {
        case DomainProtocol::Default: return std::nullopt;
        case DomainProtocol::SecureMqtt: return Conversation::Mqtt;
        case DomainProtocol::MqttWss:
        case DomainProtocol::Https: return Conversation::Http;
    }
    return std::nullopt;
}

std::optional<std::string> protocol_problem(const DomainConfiguration& configuration,
                                            DoorKind door) {
    const auto only = [&](std::string_view ports) {
        return fmt::format("{} speaks {}, which goes through the {}, not the {} port",
                           describe(configuration), name_of_choice(configuration.protocol), ports,
                           name_of(door));
    };
    if (door == DoorKind::Api) {
        return fmt::format("{} is not served at the API port: connect to the {} port",
                           describe(configuration), name_of(DoorKind::Https));
    }
    switch (configuration.protocol) {
        case DomainProtocol::Default: return std::nullopt;
        case DomainProtocol::SecureMqtt:
            if (door == DoorKind::Mqtts || door == DoorKind::Https) return std::nullopt;
            return only("mqtts or https port");
        case DomainProtocol::MqttWss:
            if (door == DoorKind::Https) return std::nullopt;
            return only("https port");
        case DomainProtocol::Https:
            if (door == DoorKind::Https || door == DoorKind::HttpsMtls) return std::nullopt;
            return only("https or https-mtls port");
    }
    return std::nullopt;
}

std::optional<std::string> use_problem(const DomainConfiguration& configuration, const Use& use) {
    if (auto problem = protocol_problem(configuration, use.door)) return problem;
    if (const std::string_view untaken = untaken_of(configuration, use.carrier); !untaken.empty()) {
        return fmt::format("{} takes no {}", describe(configuration), untaken);
    }
    if (use.tls_version.empty() || takes_version(configuration.security_policy, use.tls_version)) {
        return std::nullopt;
    }
    return fmt::format("{} has the policy {}, and this connection is one of {}",
                       describe(configuration), name_of_choice(configuration.security_policy),
                       use.tls_version);
}

net::TlsSettings tls_settings(DoorKind kind, const DomainConfiguration& configuration,
                              net::TlsIdentity identity) {
    net::TlsSettings settings = tls_settings(kind, std::move(identity));
    settings.policy = configuration.security_policy;
    if (!configuration.decides_authentication()) return settings;
    settings.client_certificate_protocols.clear();
    settings.client_certificate_names.clear();
    settings.keeps_client_chain = !configuration.client_certificate_callback.empty();
    settings.client_certificate = configuration.wants_certificate()
                                      ? net::ClientCertificate::Requested
                                      : net::ClientCertificate::NotRequested;
    return settings;
}

std::string describe(const DomainConfiguration& configuration) {
    return fmt::format("domain configuration '{}' ({}, {})", configuration.name.view(),
                       name_of_choice(configuration.authentication),
                       name_of_choice(configuration.protocol));
}

}  // namespace gatehouse::gateway
