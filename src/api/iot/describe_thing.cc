#include "api/iot/describe_thing.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DescribeThingResponse>> DescribeThing::handle(
    const Caller& caller, DescribeThingRequest request) const {
    const registry::ThingName name(std::move(request.thing_name));
    auto thing = co_await things.run(
        [&](registry::ThingRecords& records) { return records.describe(caller.tenant, name); });
    if (!thing) co_return failure_of(thing.error());
    DescribeThingResponse response{.default_client_id = thing->name.value(),
                                   .thing_name = thing->name.value(),
                                   .thing_id = thing->id,
                                   .thing_arn = thing->arn(),
                                   .attributes = std::move(thing->attributes),
                                   .version = static_cast<std::int64_t>(thing->version)};
    if (!thing->type.empty()) response.thing_type_name = thing->type.value();
    if (!thing->billing_group.empty()) response.billing_group_name = thing->billing_group.value();
    co_return response;
}

}  // namespace gatehouse::api::iot
