#include "api/iot/create_domain_configuration.h"

#include "api/iot/domain_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<CreateDomainConfigurationResponse>> CreateDomainConfiguration::handle(
    const Caller& caller, CreateDomainConfigurationRequest request) const {
    const auto wanted = wanted_of(std::move(request));
    if (!wanted) co_return std::unexpected(wanted.error());
    const auto made = co_await domains.run([&](registry::DomainConfigurationRecords& records) {
        return records.create(caller.tenant, *wanted);
    });
    if (!made) co_return failure_of(made.error());
    co_return CreateDomainConfigurationResponse{.domain_configuration_name = made->name.value(),
                                                .domain_configuration_arn = made->arn()};
}

}  // namespace gatehouse::api::iot
