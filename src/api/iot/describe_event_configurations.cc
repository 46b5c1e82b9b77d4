#include "api/iot/describe_event_configurations.h"

#include "api/iot/errors.h"
#include "api/shapes/iot/types/event_type.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DescribeEventConfigurationsResponse>> DescribeEventConfigurations::handle(
    const Caller& caller, DescribeEventConfigurationsRequest) const {
    const auto settings = co_await events.run(
        [&](registry::EventSettingsRecords& records) { return records.get(caller.tenant); });
    if (!settings) co_return failure_of(settings.error());
    DescribeEventConfigurationsResponse response;
    auto& configurations = response.event_configurations.emplace();
    for (auto value = EventType::Thing; value <= EventType::CaCertificate;
         value = static_cast<EventType>(static_cast<std::uint8_t>(value) + 1)) {
        const std::string_view type = to_text(value);
        const auto found = settings->enabled.find(type);
        configurations[std::string(type)].enabled =
            found != settings->enabled.end() && found->second;
    }
    if (settings->created != WallTime()) {
        response.creation_date = settings->created;
        response.last_modified_date = settings->modified;
    }
    co_return response;
}

}  // namespace gatehouse::api::iot
