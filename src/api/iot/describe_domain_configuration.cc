#include "api/iot/describe_domain_configuration.h"

#include "api/iot/describe_endpoint.h"
#include "api/iot/domain_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DescribeDomainConfigurationResponse>> DescribeDomainConfiguration::handle(
    const Caller& caller, DescribeDomainConfigurationRequest request) const {
    if (const auto type = registry::parse_endpoint_type(request.domain_configuration_name)) {
        auto host_name = co_await endpoint_names(caller.tenant, *type);
        if (!host_name) co_return failure_of_endpoint(host_name.error());
        co_return description_of_endpoint(caller.tenant, *type, std::move(*host_name),
                                          endpoint_policy);
    }
    const auto found = co_await domains.run([&](registry::DomainConfigurationRecords& records) {
        return records.describe(caller.tenant, registry::DomainConfigurationName(
                                                   std::move(request.domain_configuration_name)));
    });
    if (!found) co_return failure_of(found.error());
    co_return description_of(*found);
}

}  // namespace gatehouse::api::iot
