#include "gateway/domain.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace gatehouse::gateway {
namespace {

using registry::DomainAuthentication;
using registry::DomainConfiguration;
using registry::DomainProtocol;

std::string lower_case(std::string_view name) {
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

bool asks_for_certificate(const DomainConfiguration& configuration) {
    return configuration.authentication == DomainAuthentication::AwsX509 ||
           configuration.authentication == DomainAuthentication::CustomAuthX509;
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
    const auto found = by_name_.find(lower_case(host_name));
    return found == by_name_.end() ? nullptr : found->second;
}

std::optional<DomainProblem> problem_of(const Domain& domain) {
    const DomainConfiguration& configuration = *domain.configuration;
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

std::optional<std::string> websocket_problem(const Domain* domain) {
    if (domain == nullptr) return std::nullopt;
    const DomainProtocol protocol = domain->configuration->protocol;
    if (protocol == DomainProtocol::Default || protocol == DomainProtocol::MqttWss) {
        return std::nullopt;
    }
    return fmt::format("{} takes no MQTT over WebSocket", describe(*domain->configuration));
}

net::TlsSettings tls_settings(DoorKind kind, const DomainConfiguration& configuration,
                              net::TlsIdentity identity) {
    net::TlsSettings settings = tls_settings(kind, std::move(identity));
    settings.policy = configuration.security_policy;
    if (!configuration.decides_authentication()) return settings;
    settings.client_certificate_protocols.clear();
    settings.client_certificate = asks_for_certificate(configuration)
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
