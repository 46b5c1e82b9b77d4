// ListDomainConfigurations: all host names, those that every account has among them.
// Source: AWS IoT API Reference, ListDomainConfigurations.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_domain_configurations.h"
#include "registry/domain_configurations.h"

namespace gatehouse::api::iot {

struct ListDomainConfigurations {
    using Shape = ListDomainConfigurationsShape;

    registry::DomainConfigurations& domains;

    async::Task<wire::Outcome<ListDomainConfigurationsResponse>> handle(
        const Caller& caller, ListDomainConfigurationsRequest request) const;
};

}  // namespace gatehouse::api::iot
