#include "api/iot/create_billing_group.h"

#include "api/iot/authorizer_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<CreateBillingGroupResponse>> CreateBillingGroup::handle(
    const Caller& caller, CreateBillingGroupRequest request) const {
    auto tags = texts_of(request.tags);
    if (!tags) co_return std::unexpected(std::move(tags.error()));
    registry::NewBillingGroup wanted{
        .name = registry::BillingGroupName(std::move(request.billing_group_name)),
        .tags = std::move(*tags)};
    if (request.billing_group_properties) {
        wanted.description =
            std::move(request.billing_group_properties->billing_group_description).value_or("");
    }
    const auto made = co_await billing_groups.run([&](registry::BillingGroupRecords& records) {
        return records.create(caller.tenant, wanted);
    });
    if (!made) co_return failure_of(made.error());
    co_return CreateBillingGroupResponse{.billing_group_name = made->name.value(),
                                         .billing_group_arn = made->arn(),
                                         .billing_group_id = made->id};
}

}  // namespace gatehouse::api::iot
