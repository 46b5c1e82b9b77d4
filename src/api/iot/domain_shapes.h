// Domain configurations between the API's shapes and the registry's values.
#pragma once

#include <string>

#include "api/shapes/iot/create_domain_configuration.h"
#include "api/shapes/iot/describe_domain_configuration.h"
#include "api/shapes/iot/types/domain_configuration_summary.h"
#include "api/shapes/iot/update_domain_configuration.h"
#include "api/wire/failure.h"
#include "registry/domain_configuration_records.h"
#include "registry/endpoint_name.h"

namespace gatehouse::api::iot {

// InvalidRequestException: a service that is not served, tags that are not tags.
wire::Outcome<registry::NewDomainConfiguration> wanted_of(CreateDomainConfigurationRequest request);
registry::DomainConfigurationChange change_of(UpdateDomainConfigurationRequest request);
DescribeDomainConfigurationResponse description_of(const registry::DescribedDomain& domain);
DomainConfigurationSummary summary_of(const registry::DomainConfiguration& configuration);

// What every account has: "iot:Data-ATS" and its like.
DescribeDomainConfigurationResponse description_of_endpoint(const Tenant& tenant,
                                                            registry::EndpointType type,
                                                            std::string host_name,
                                                            net::SecurityPolicy policy);
DomainConfigurationSummary summary_of_endpoint(const Tenant& tenant, registry::EndpointType type);

}  // namespace gatehouse::api::iot
