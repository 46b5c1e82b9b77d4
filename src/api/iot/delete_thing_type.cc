#include "api/iot/delete_thing_type.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DeleteThingTypeResponse>> DeleteThingType::handle(
    const Caller& caller, DeleteThingTypeRequest request) const {
    const registry::ThingTypeName name(std::move(request.thing_type_name));
    const auto removed = co_await types.run(
        [&](registry::ThingTypeRecords& records) { return records.remove(caller.tenant, name); });
    if (!removed) co_return failure_of(removed.error());
    co_return DeleteThingTypeResponse();
}

}  // namespace gatehouse::api::iot
