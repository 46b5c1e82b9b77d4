#include "registry/topic_rule_destinations.h"

namespace gatehouse::registry {

Result<std::unique_ptr<TopicRuleDestinations>> TopicRuleDestinations::load(
    storage::AsyncResourceStore& store, const Parts& parts) {
    auto directory = TopicRuleDestinationDirectory::read(store.blocking());
    if (!directory) return fail(std::move(directory.error()));
    return std::unique_ptr<TopicRuleDestinations>(
        new TopicRuleDestinations(store, parts, std::move(*directory)));
}

Result<void> TopicRuleDestinations::publish(storage::ResourceStore& store) {
    const std::lock_guard lock(publishing_);
    auto directory = TopicRuleDestinationDirectory::read(store);
    if (!directory) return fail(std::move(directory.error()));
    directory_.replace(std::move(*directory));
    return {};
}

}  // namespace gatehouse::registry
