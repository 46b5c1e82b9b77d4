#include "api/iot/list_domain_configurations.h"

#include <algorithm>

#include "api/iot/domain_shapes.h"
#include "api/iot/errors.h"
#include "api/shapes/iot/errors.h"
#include "base/bytes.h"
#include "base/encoding.h"

namespace gatehouse::api::iot {
namespace {

constexpr std::int32_t page_size_usual = 25;

}  // namespace

// There are few, so that each page is cut from all of them; a marker is the last name before it, in
// base64.
async::Task<wire::Outcome<ListDomainConfigurationsResponse>> ListDomainConfigurations::handle(
    const Caller& caller, ListDomainConfigurationsRequest request) const {
    const auto own = co_await domains.run(
        [&](registry::DomainConfigurationRecords& records) { return records.all(caller.tenant); });
    if (!own) co_return failure_of(own.error());
    const auto before = request.marker ? from_base64(*request.marker) : Bytes();
    if (!before) {
        co_return wire::fail_as(errors::invalid_request_exception,
                                "marker: it is none of a listing of domain configurations");
    }
    std::vector<DomainConfigurationSummary> all;
    for (const registry::EndpointType type : registry::all_endpoint_types) {
        all.push_back(summary_of_endpoint(caller.tenant, type));
    }
    for (const registry::DomainConfiguration& configuration : *own) {
        all.push_back(summary_of(configuration));
    }
    std::erase_if(all, [&](const DomainConfigurationSummary& summary) {
        return (request.service_type && summary.service_type != request.service_type) ||
               *summary.domain_configuration_name <= text_of(*before);
    });
    std::ranges::sort(all, {},
                      [](const auto& summary) { return *summary.domain_configuration_name; });
    ListDomainConfigurationsResponse response;
    const auto page_size = static_cast<std::size_t>(request.page_size.value_or(page_size_usual));
    if (all.size() > page_size) {
        all.resize(page_size);
        response.next_marker = to_base64(bytes_of(*all.back().domain_configuration_name));
    }
    response.domain_configurations = std::move(all);
    co_return response;
}

}  // namespace gatehouse::api::iot
