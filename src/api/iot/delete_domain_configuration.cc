#include "api/iot/delete_domain_configuration.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DeleteDomainConfigurationResponse>> DeleteDomainConfiguration::handle(
    const Caller& caller, DeleteDomainConfigurationRequest request) const {
    const auto deleted = co_await domains.run([&](registry::DomainConfigurationRecords& records) {
        return records.remove(caller.tenant, registry::DomainConfigurationName(
                                                 std::move(request.domain_configuration_name)));
    });
    if (!deleted) co_return failure_of(deleted.error());
    co_return DeleteDomainConfigurationResponse();
}

}  // namespace gatehouse::api::iot
