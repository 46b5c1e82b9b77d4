#include "api/iot/domain_shapes.h"

#include <utility>

#include "api/iot/authorizer_shapes.h"
#include "api/iot/present.h"
#include "api/shapes/iot/errors.h"
#include "registry/domain_configuration_record.h"

namespace gatehouse::api::iot {
namespace {

registry::DomainAuthorizer authorizer_of(AuthorizerConfig config) {
    return {.default_name = std::move(config.default_authorizer_name).value_or(""),
            .may_be_overridden = config.allow_authorizer_override.value_or(false)};
}

registry::OcspConfig ocsp_of(ServerCertificateConfig config) {
    return {.enabled = config.enable_ocsp_check.value_or(false),
            .lambda_arn = std::move(config.ocsp_lambda_arn).value_or(""),
            .responder_arn = std::move(config.ocsp_authorized_responder_arn).value_or("")};
}

registry::DomainAuthentication authentication_of(AuthenticationType type) {
    using registry::DomainAuthentication;
    switch (type) {
        case AuthenticationType::CustomAuthX509: return DomainAuthentication::CustomAuthX509;
        case AuthenticationType::CustomAuth: return DomainAuthentication::CustomAuth;
        case AuthenticationType::AwsX509: return DomainAuthentication::AwsX509;
        case AuthenticationType::AwsSigv4: return DomainAuthentication::AwsSigV4;
        case AuthenticationType::Default: return DomainAuthentication::Default;
    }
    return DomainAuthentication::Default;
}

AuthenticationType shape_of(registry::DomainAuthentication authentication) {
    using registry::DomainAuthentication;
    switch (authentication) {
        case DomainAuthentication::CustomAuthX509: return AuthenticationType::CustomAuthX509;
        case DomainAuthentication::CustomAuth: return AuthenticationType::CustomAuth;
        case DomainAuthentication::AwsX509: return AuthenticationType::AwsX509;
        case DomainAuthentication::AwsSigV4: return AuthenticationType::AwsSigv4;
        case DomainAuthentication::Default: return AuthenticationType::Default;
    }
    return AuthenticationType::Default;
}

registry::DomainProtocol protocol_of(ApplicationProtocol protocol) {
    using registry::DomainProtocol;
    switch (protocol) {
        case ApplicationProtocol::SecureMqtt: return DomainProtocol::SecureMqtt;
        case ApplicationProtocol::MqttWss: return DomainProtocol::MqttWss;
        case ApplicationProtocol::Https: return DomainProtocol::Https;
        case ApplicationProtocol::Default: return DomainProtocol::Default;
    }
    return DomainProtocol::Default;
}

ApplicationProtocol shape_of(registry::DomainProtocol protocol) {
    using registry::DomainProtocol;
    switch (protocol) {
        case DomainProtocol::SecureMqtt: return ApplicationProtocol::SecureMqtt;
        case DomainProtocol::MqttWss: return ApplicationProtocol::MqttWss;
        case DomainProtocol::Https: return ApplicationProtocol::Https;
        case DomainProtocol::Default: return ApplicationProtocol::Default;
    }
    return ApplicationProtocol::Default;
}

DomainType shape_of(registry::DomainType type) {
    switch (type) {
        case registry::DomainType::Endpoint: return DomainType::Endpoint;
        case registry::DomainType::AwsManaged: return DomainType::AwsManaged;
        case registry::DomainType::CustomerManaged: return DomainType::CustomerManaged;
    }
    return DomainType::CustomerManaged;
}

// One that names no function says that there is none.
std::string callback_of(ClientCertificateConfig config) {
    return std::move(config.client_certificate_callback_arn).value_or("");
}

ServiceType service_of(registry::EndpointType type) {
    switch (type) {
        case registry::EndpointType::CredentialProvider: return ServiceType::CredentialProvider;
        case registry::EndpointType::Jobs: return ServiceType::Jobs;
        case registry::EndpointType::DataAts:
        case registry::EndpointType::Data: break;
    }
    return ServiceType::Data;
}

// It has no record, and its ARN no end of its own.
registry::DomainConfiguration configuration_of(const Tenant& tenant, registry::EndpointType type) {
    return {.tenant = tenant,
            .name = registry::DomainConfigurationName(registry::name_of(type)),
            .type = registry::DomainType::Endpoint};
}

}  // namespace

wire::Outcome<registry::NewDomainConfiguration> wanted_of(
    CreateDomainConfigurationRequest request) {
    if (request.service_type.value_or(ServiceType::Data) != ServiceType::Data) {
        return wire::fail_as(errors::invalid_request_exception,
                             "serviceType: AWS IoT has domain configurations for DATA alone");
    }
    auto tags = texts_of(request.tags);
    if (!tags) return std::unexpected(std::move(tags.error()));
    registry::NewDomainConfiguration wanted{
        .name = registry::DomainConfigurationName(std::move(request.domain_configuration_name)),
        .domain_name = std::move(request.domain_name).value_or(""),
        .authentication =
            authentication_of(request.authentication_type.value_or(AuthenticationType::Default)),
        .protocol =
            protocol_of(request.application_protocol.value_or(ApplicationProtocol::Default)),
        .validation_certificate_arn = std::move(request.validation_certificate_arn).value_or(""),
        .tags = std::move(*tags)};
    if (request.authorizer_config) {
        wanted.authorizer = authorizer_of(std::move(*request.authorizer_config));
    }
    if (request.tls_config) {
        wanted.security_policy = std::move(request.tls_config->security_policy).value_or("");
    }
    if (request.server_certificate_config) {
        wanted.ocsp = ocsp_of(std::move(*request.server_certificate_config));
    }
    if (request.client_certificate_config) {
        wanted.client_certificate_callback =
            callback_of(std::move(*request.client_certificate_config));
    }
    if (request.server_certificate_arns && !request.server_certificate_arns->empty()) {
        wanted.server_certificate_arn = std::move(request.server_certificate_arns->front());
    }
    return wanted;
}

registry::DomainConfigurationChange change_of(UpdateDomainConfigurationRequest request) {
    registry::DomainConfigurationChange change{
        .remove_authorizer = request.remove_authorizer_config.value_or(false)};
    if (request.authorizer_config) {
        change.authorizer = authorizer_of(std::move(*request.authorizer_config));
    }
    if (request.domain_configuration_status) {
        change.status = *request.domain_configuration_status == DomainConfigurationStatus::Enabled
                            ? registry::DomainStatus::Enabled
                            : registry::DomainStatus::Disabled;
    }
    // One that names no policy changes none: the default would take older versions of TLS than one
    // that was chosen.
    if (request.tls_config && !request.tls_config->security_policy.value_or("").empty()) {
        change.security_policy = std::move(request.tls_config->security_policy);
    }
    if (request.authentication_type) {
        change.authentication = authentication_of(*request.authentication_type);
    }
    if (request.application_protocol) change.protocol = protocol_of(*request.application_protocol);
    if (request.server_certificate_config) {
        change.ocsp = ocsp_of(std::move(*request.server_certificate_config));
    }
    if (request.client_certificate_config) {
        change.client_certificate_callback =
            callback_of(std::move(*request.client_certificate_config));
    }
    return change;
}

DescribeDomainConfigurationResponse description_of(const registry::DescribedDomain& domain) {
    const registry::DomainConfiguration& configuration = domain.configuration;
    DescribeDomainConfigurationResponse response{
        .domain_configuration_name = configuration.name.value(),
        .domain_configuration_arn = configuration.arn(),
        .domain_name = configuration.domain_name,
        .server_certificates = std::vector<ServerCertificateSummary>(),
        .domain_configuration_status = configuration.status == registry::DomainStatus::Enabled
                                           ? DomainConfigurationStatus::Enabled
                                           : DomainConfigurationStatus::Disabled,
        .service_type = ServiceType::Data,
        .domain_type = shape_of(configuration.type),
        .last_status_change_date = configuration.status_changed,
        .tls_config = TlsConfig{.security_policy =
                                    std::string(name_of_choice(configuration.security_policy))},
        .authentication_type = shape_of(configuration.authentication),
        .application_protocol = shape_of(configuration.protocol)};
    if (const auto& authorizer = configuration.authorizer) {
        response.authorizer_config =
            AuthorizerConfig{.default_authorizer_name = present(authorizer->default_name),
                             .allow_authorizer_override = authorizer->may_be_overridden};
    }
    if (const auto& ocsp = configuration.ocsp) {
        response.server_certificate_config =
            ServerCertificateConfig{.enable_ocsp_check = ocsp->enabled,
                                    .ocsp_lambda_arn = present(ocsp->lambda_arn),
                                    .ocsp_authorized_responder_arn = present(ocsp->responder_arn)};
    }
    if (!configuration.client_certificate_callback.empty()) {
        response.client_certificate_config = ClientCertificateConfig{
            .client_certificate_callback_arn = configuration.client_certificate_callback};
    }
    if (const auto& shown = domain.server_certificate) {
        response.server_certificates->push_back(
            {.server_certificate_arn = shown->arn,
             .server_certificate_status = shown->fault.empty() ? ServerCertificateStatus::Valid
                                                               : ServerCertificateStatus::Invalid,
             .server_certificate_status_detail = present(shown->fault)});
    }
    return response;
}

DomainConfigurationSummary summary_of(const registry::DomainConfiguration& configuration) {
    return {.domain_configuration_name = configuration.name.value(),
            .domain_configuration_arn = configuration.arn(),
            .service_type = ServiceType::Data};
}

DescribeDomainConfigurationResponse description_of_endpoint(const Tenant& tenant,
                                                            registry::EndpointType type,
                                                            std::string host_name,
                                                            net::SecurityPolicy policy) {
    registry::DescribedDomain domain{.configuration = configuration_of(tenant, type),
                                     .server_certificate = {}};
    domain.configuration.domain_name = std::move(host_name);
    domain.configuration.security_policy = policy;
    auto description = description_of(domain);
    description.service_type = service_of(type);
    description.last_status_change_date = std::nullopt;  // it never changed
    return description;
}

DomainConfigurationSummary summary_of_endpoint(const Tenant& tenant, registry::EndpointType type) {
    auto summary = summary_of(configuration_of(tenant, type));
    summary.service_type = service_of(type);
    return summary;
}

}  // namespace gatehouse::api::iot
