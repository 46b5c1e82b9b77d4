#include "api/iot/list_topic_rule_destinations.h"

#include <algorithm>

#include "api/iot/destination_shapes.h"
#include "api/iot/errors.h"
#include "api/iot/present.h"

namespace gatehouse::api::iot {
namespace {

// Pages may be smaller than what is asked for.
constexpr std::int64_t destinations_of_page_max = 250;

}  // namespace

async::Task<wire::Outcome<ListTopicRuleDestinationsResponse>> ListTopicRuleDestinations::handle(
    const Caller& caller, ListTopicRuleDestinationsRequest request) const {
    registry::Listing listing{.marker = std::move(request.next_token).value_or("")};
    listing.page_size = static_cast<std::size_t>(std::min<std::int64_t>(
        request.max_results.value_or(destinations_of_page_max), destinations_of_page_max));
    const auto page =
        co_await destinations.read([&](registry::TopicRuleDestinationRecords& records) {
            return records.list(caller.tenant, listing);
        });
    if (!page) co_return failure_of(page.error());
    ListTopicRuleDestinationsResponse response{.destination_summaries =
                                                   std::vector<TopicRuleDestinationSummary>()};
    const WallTime now = destinations.clock().wall_now();
    for (const registry::TopicRuleDestination& destination : page->items) {
        response.destination_summaries->push_back(summary_of(destination, now));
    }
    response.next_token = present(page->next_marker);
    co_return response;
}

}  // namespace gatehouse::api::iot
