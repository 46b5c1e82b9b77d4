#include "registry/topic_rule_destination_directory.h"

#include <fmt/format.h>

#include "registry/topic_rule_destination_record.h"

namespace gatehouse::registry {

Result<std::shared_ptr<const TopicRuleDestinationDirectory>> TopicRuleDestinationDirectory::read(
    storage::ResourceStore& store) {
    auto directory = std::make_shared<TopicRuleDestinationDirectory>();
    auto scanned = store.scan(destination_kind, [&](const storage::Record& record) {
        const auto destination = decode_destination(record);
        if (!destination) return;
        if (destination->vpc) {
            directory->vpcs_[destination->tenant][destination->arn()] = destination->status;
        } else {
            directory->tenants_[destination->tenant][destination->confirmation_url] =
                destination->status;
        }
    });
    if (!scanned) return fail(std::move(scanned.error()));
    return directory;
}

bool TopicRuleDestinationDirectory::has(const Tenant& tenant,
                                        const std::string& confirmation_url) const {
    const auto of_tenant = tenants_.find(tenant);
    return of_tenant != tenants_.end() && of_tenant->second.contains(confirmation_url);
}

Result<void> TopicRuleDestinationDirectory::check(const Tenant& tenant,
                                                  const std::string& confirmation_url) const {
    if (!has(tenant, confirmation_url)) {
        return fail(ErrorKind::NotAllowed,
                    "no topic rule destination has this confirmation URL; make one with "
                    "CreateTopicRuleDestination");
    }
    const DestinationStatus status = tenants_.at(tenant).at(confirmation_url);
    if (status == DestinationStatus::Enabled) return {};
    return fail(ErrorKind::NotAllowed,
                fmt::format("the topic rule destination of this confirmation "
                            "URL is {}, not ENABLED",
                            name_of_choice(status)));
}

Result<void> TopicRuleDestinationDirectory::check_vpc(const Tenant& tenant,
                                                      const std::string& arn) const {
    const auto of_tenant = vpcs_.find(tenant);
    if (of_tenant == vpcs_.end() || !of_tenant->second.contains(arn)) {
        return fail(ErrorKind::NotAllowed,
                    fmt::format("'{}' is no topic rule destination in a VPC; make one with "
                                "CreateTopicRuleDestination",
                                arn));
    }
    const DestinationStatus status = of_tenant->second.at(arn);
    if (status == DestinationStatus::Enabled) return {};
    return fail(ErrorKind::NotAllowed, fmt::format("the topic rule destination is {}, not ENABLED",
                                                   name_of_choice(status)));
}

}  // namespace gatehouse::registry
