#include "api/iot/create_thing.h"

#include "api/iot/errors.h"
#include "api/iot/thing_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<CreateThingResponse>> CreateThing::handle(
    const Caller& caller, CreateThingRequest request) const {
    const auto made = co_await things.run([&](registry::ThingRecords& records) {
        return records.create(
            caller.tenant,
            {.name = registry::ThingName(std::move(request.thing_name)),
             .type = registry::ThingTypeName(std::move(request.thing_type_name).value_or("")),
             .billing_group =
                 registry::BillingGroupName(std::move(request.billing_group_name).value_or("")),
             .attributes = attributes_of(std::move(request.attribute_payload))});
    });
    if (!made) co_return failure_of(made.error());
    co_return CreateThingResponse{
        .thing_name = made->name.value(), .thing_arn = made->arn(), .thing_id = made->id};
}

}  // namespace gatehouse::api::iot
