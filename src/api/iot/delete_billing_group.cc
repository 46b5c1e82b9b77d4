#include "api/iot/delete_billing_group.h"

#include "api/iot/errors.h"
#include "api/iot/thing_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DeleteBillingGroupResponse>> DeleteBillingGroup::handle(
    const Caller& caller, DeleteBillingGroupRequest request) const {
    const auto deleted = co_await billing_groups.run([&](registry::BillingGroupRecords& records) {
        return records.remove(caller.tenant,
                              registry::BillingGroupName(std::move(request.billing_group_name)),
                              version_of(request.expected_version));
    });
    if (!deleted) co_return failure_of(deleted.error());
    co_return DeleteBillingGroupResponse();
}

}  // namespace gatehouse::api::iot
