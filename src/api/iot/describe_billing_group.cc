#include "api/iot/describe_billing_group.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DescribeBillingGroupResponse>> DescribeBillingGroup::handle(
    const Caller& caller, DescribeBillingGroupRequest request) const {
    const auto found = co_await billing_groups.run([&](registry::BillingGroupRecords& records) {
        return records.describe(caller.tenant,
                                registry::BillingGroupName(std::move(request.billing_group_name)));
    });
    if (!found) co_return failure_of(found.error());
    BillingGroupProperties properties;
    if (!found->description.empty()) properties.billing_group_description = found->description;
    co_return DescribeBillingGroupResponse{
        .billing_group_name = found->name.value(),
        .billing_group_id = found->id,
        .billing_group_arn = found->arn(),
        .version = static_cast<std::int64_t>(found->version),
        .billing_group_properties = std::move(properties),
        .billing_group_metadata = BillingGroupMetadata{.creation_date = found->created}};
}

}  // namespace gatehouse::api::iot
