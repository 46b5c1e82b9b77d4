#include "api/iot/update_billing_group.h"

#include "api/iot/errors.h"
#include "api/iot/thing_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<UpdateBillingGroupResponse>> UpdateBillingGroup::handle(
    const Caller& caller, UpdateBillingGroupRequest request) const {
    const registry::BillingGroupName name(std::move(request.billing_group_name));
    const registry::BillingGroupChange change{
        .description = std::move(request.billing_group_properties.billing_group_description),
        .expected_version = version_of(request.expected_version)};
    const auto version = co_await billing_groups.run([&](registry::BillingGroupRecords& records) {
        return records.update(caller.tenant, name, change);
    });
    if (!version) co_return failure_of(version.error());
    co_return UpdateBillingGroupResponse{.version = static_cast<std::int64_t>(*version)};
}

}  // namespace gatehouse::api::iot
