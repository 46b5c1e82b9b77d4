#include "api/iot/deprecate_thing_type.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DeprecateThingTypeResponse>> DeprecateThingType::handle(
    const Caller& caller, DeprecateThingTypeRequest request) const {
    const registry::ThingTypeName name(std::move(request.thing_type_name));
    const auto changed = co_await types.run([&](registry::ThingTypeRecords& records) {
        return request.undo_deprecate.value_or(false)
                   ? records.undo_deprecation(caller.tenant, name)
                   : records.deprecate(caller.tenant, name);
    });
    if (!changed) co_return failure_of(changed.error());
    co_return DeprecateThingTypeResponse();
}

}  // namespace gatehouse::api::iot
