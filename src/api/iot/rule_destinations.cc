#include "api/iot/rule_destinations.h"

#include <utility>

namespace gatehouse::api::iot {

async::Task<registry::Outcome<void>> RuleDestinations::begin(const Caller& caller,
                                                             std::vector<std::string> urls) const {
    for (const std::string& url : urls) {
        if (destinations.directory().get()->has(caller.tenant, url)) continue;
        auto made =
            co_await destinations.change([&](registry::TopicRuleDestinationRecords& records) {
                return records.create(caller.tenant, url);
            });
        if (made) {
            challenge(std::move(*made), caller.origin);
        } else if (made.error().refusal != registry::Refusal::ResourceAlreadyExists) {
            co_return registry::refuse(std::move(made.error()));
        }
    }
    co_return registry::Outcome<void>();
}

}  // namespace gatehouse::api::iot
