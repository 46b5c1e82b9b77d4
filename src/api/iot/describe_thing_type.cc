#include "api/iot/describe_thing_type.h"

#include "api/iot/errors.h"
#include "api/iot/thing_type_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DescribeThingTypeResponse>> DescribeThingType::handle(
    const Caller& caller, DescribeThingTypeRequest request) const {
    const registry::ThingTypeName name(std::move(request.thing_type_name));
    const auto type = co_await types.run(
        [&](registry::ThingTypeRecords& records) { return records.describe(caller.tenant, name); });
    if (!type) co_return failure_of(type.error());
    co_return DescribeThingTypeResponse{.thing_type_name = type->name.value(),
                                        .thing_type_id = type->id,
                                        .thing_type_arn = type->arn(),
                                        .thing_type_properties = properties_of(*type),
                                        .thing_type_metadata = metadata_of(*type)};
}

}  // namespace gatehouse::api::iot
