#include "api/iot/update_domain_configuration.h"

#include "api/iot/domain_shapes.h"
#include "api/iot/errors.h"
#include "api/shapes/iot/errors.h"
#include "registry/endpoint_name.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<UpdateDomainConfigurationResponse>> UpdateDomainConfiguration::handle(
    const Caller& caller, UpdateDomainConfigurationRequest request) const {
    if (registry::parse_endpoint_type(request.domain_configuration_name)) {
        co_return wire::fail_as(errors::invalid_request_exception,
                                "domain configurations of default endpoints can't be updated");
    }
    const registry::DomainConfigurationName name(request.domain_configuration_name);
    const auto change = change_of(std::move(request));
    const auto changed = co_await domains.run([&](registry::DomainConfigurationRecords& records) {
        return records.update(caller.tenant, name, change);
    });
    if (!changed) co_return failure_of(changed.error());
    co_return UpdateDomainConfigurationResponse{.domain_configuration_name = changed->name.value(),
                                                .domain_configuration_arn = changed->arn()};
}

}  // namespace gatehouse::api::iot
