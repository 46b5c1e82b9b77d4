#include "api/iot/delete_dynamic_thing_group.h"

#include "api/iot/errors.h"
#include "api/iot/thing_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DeleteDynamicThingGroupResponse>> DeleteDynamicThingGroup::handle(
    const Caller& caller, DeleteDynamicThingGroupRequest request) const {
    const registry::ThingGroupName name(std::move(request.thing_group_name));
    const auto deleted = co_await thing_groups.run([&](registry::ThingGroupRecords& records) {
        return records.remove(caller.tenant, name, version_of(request.expected_version),
                              registry::GroupKind::Dynamic);
    });
    if (!deleted) co_return failure_of(deleted.error());
    co_return DeleteDynamicThingGroupResponse();
}

}  // namespace gatehouse::api::iot
