// DescribeDomainConfiguration: one host name, those that every account has among them.
// Source: AWS IoT API Reference, DescribeDomainConfiguration.
#pragma once

#include "api/endpoint.h"
#include "api/iot/iot_service.h"
#include "api/shapes/iot/describe_domain_configuration.h"
#include "registry/domain_configurations.h"

namespace gatehouse::api::iot {

struct DescribeDomainConfiguration {
    using Shape = DescribeDomainConfigurationShape;

    registry::DomainConfigurations& domains;
    EndpointNames endpoint_names;
    net::SecurityPolicy endpoint_policy;

    async::Task<wire::Outcome<DescribeDomainConfigurationResponse>> handle(
        const Caller& caller, DescribeDomainConfigurationRequest request) const;
};

}  // namespace gatehouse::api::iot
