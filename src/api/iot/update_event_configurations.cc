#include "api/iot/update_event_configurations.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<UpdateEventConfigurationsResponse>> UpdateEventConfigurations::handle(
    const Caller& caller, UpdateEventConfigurationsRequest request) const {
    std::map<std::string, bool, std::less<>> enabled;
    if (request.event_configurations) {
        for (const auto& [type, configuration] : *request.event_configurations) {
            enabled[type] = configuration.enabled.value_or(false);
        }
    }
    const auto updated = co_await events.run([&](registry::EventSettingsRecords& records) {
        return records.update(caller.tenant, enabled);
    });
    if (!updated) co_return failure_of(updated.error());
    co_return UpdateEventConfigurationsResponse();
}

}  // namespace gatehouse::api::iot
