// DeleteDomainConfiguration: a host name that is DISABLED goes.
// Source: AWS IoT API Reference, DeleteDomainConfiguration.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/delete_domain_configuration.h"
#include "registry/domain_configurations.h"

namespace gatehouse::api::iot {

struct DeleteDomainConfiguration {
    using Shape = DeleteDomainConfigurationShape;

    registry::DomainConfigurations& domains;

    async::Task<wire::Outcome<DeleteDomainConfigurationResponse>> handle(
        const Caller& caller, DeleteDomainConfigurationRequest request) const;
};

}  // namespace gatehouse::api::iot
