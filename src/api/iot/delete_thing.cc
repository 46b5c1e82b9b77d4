#include "api/iot/delete_thing.h"

#include "api/iot/errors.h"
#include "api/iot/thing_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DeleteThingResponse>> DeleteThing::handle(
    const Caller& caller, DeleteThingRequest request) const {
    const registry::ThingName name(std::move(request.thing_name));
    const auto removed = co_await things.run([&](registry::ThingRecords& records) {
        return records.remove(caller.tenant, name, version_of(request.expected_version));
    });
    if (!removed) co_return failure_of(removed.error());
    co_return DeleteThingResponse();
}

}  // namespace gatehouse::api::iot
