// UpdateDomainConfiguration: another state, authorizer or way of proving oneself. The host name and
// the certificate stay.
// Source: AWS IoT API Reference, UpdateDomainConfiguration.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/update_domain_configuration.h"
#include "registry/domain_configurations.h"

namespace gatehouse::api::iot {

struct UpdateDomainConfiguration {
    using Shape = UpdateDomainConfigurationShape;

    registry::DomainConfigurations& domains;

    async::Task<wire::Outcome<UpdateDomainConfigurationResponse>> handle(
        const Caller& caller, UpdateDomainConfigurationRequest request) const;
};

}  // namespace gatehouse::api::iot
