// CreateDomainConfiguration: a further host name for devices, and what goes on there.
// Source: AWS IoT API Reference, CreateDomainConfiguration.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/create_domain_configuration.h"
#include "registry/domain_configurations.h"

namespace gatehouse::api::iot {

struct CreateDomainConfiguration {
    using Shape = CreateDomainConfigurationShape;

    registry::DomainConfigurations& domains;

    async::Task<wire::Outcome<CreateDomainConfigurationResponse>> handle(
        const Caller& caller, CreateDomainConfigurationRequest request) const;
};

}  // namespace gatehouse::api::iot
