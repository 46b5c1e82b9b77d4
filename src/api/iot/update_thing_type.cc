#include "api/iot/update_thing_type.h"

#include "api/iot/errors.h"
#include "api/iot/thing_type_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<UpdateThingTypeResponse>> UpdateThingType::handle(
    const Caller& caller, UpdateThingTypeRequest request) const {
    const registry::ThingTypeName name(request.thing_type_name);
    const auto change = change_of(std::move(request));
    if (!change) co_return std::unexpected(change.error());
    const auto updated = co_await thing_types.run([&](registry::ThingTypeRecords& records) {
        return records.update(caller.tenant, name, *change);
    });
    if (!updated) co_return failure_of(updated.error());
    co_return UpdateThingTypeResponse();
}

}  // namespace gatehouse::api::iot
