#include "api/iot/update_thing.h"

#include "api/iot/errors.h"
#include "api/iot/thing_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<UpdateThingResponse>> UpdateThing::handle(
    const Caller& caller, UpdateThingRequest request) const {
    const registry::ThingName name(std::move(request.thing_name));
    auto change = change_of(std::move(request));
    const auto changed = co_await things.run([&](registry::ThingRecords& records) {
        return records.update(caller.tenant, name, change);
    });
    if (!changed) co_return failure_of(changed.error());
    co_return UpdateThingResponse();
}

}  // namespace gatehouse::api::iot
