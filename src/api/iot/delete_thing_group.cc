#include "api/iot/delete_thing_group.h"

#include "api/iot/errors.h"
#include "api/iot/thing_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DeleteThingGroupResponse>> DeleteThingGroup::handle(
    const Caller& caller, DeleteThingGroupRequest request) const {
    const auto deleted = co_await thing_groups.run([&](registry::ThingGroupRecords& records) {
        return records.remove(caller.tenant,
                              registry::ThingGroupName(std::move(request.thing_group_name)),
                              version_of(request.expected_version));
    });
    if (!deleted) co_return failure_of(deleted.error());
    co_return DeleteThingGroupResponse();
}

}  // namespace gatehouse::api::iot
