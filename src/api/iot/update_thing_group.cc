#include "api/iot/update_thing_group.h"

#include "api/iot/errors.h"
#include "api/iot/thing_group_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<UpdateThingGroupResponse>> UpdateThingGroup::handle(
    const Caller& caller, UpdateThingGroupRequest request) const {
    const registry::ThingGroupName name(std::move(request.thing_group_name));
    const auto change =
        change_of(std::move(request.thing_group_properties), request.expected_version);
    const auto version = co_await thing_groups.run([&](registry::ThingGroupRecords& records) {
        return records.update(caller.tenant, name, change);
    });
    if (!version) co_return failure_of(version.error());
    co_return UpdateThingGroupResponse{.version = static_cast<std::int64_t>(*version)};
}

}  // namespace gatehouse::api::iot
