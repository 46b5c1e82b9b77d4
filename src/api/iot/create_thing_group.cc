#include "api/iot/create_thing_group.h"

#include "api/iot/errors.h"
#include "api/iot/thing_group_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<CreateThingGroupResponse>> CreateThingGroup::handle(
    const Caller& caller, CreateThingGroupRequest request) const {
    const auto wanted = new_group_of(std::move(request));
    if (!wanted) co_return std::unexpected(wanted.error());
    const auto made = co_await thing_groups.run([&](registry::ThingGroupRecords& records) {
        return records.create(caller.tenant, *wanted);
    });
    if (!made) co_return failure_of(made.error());
    co_return CreateThingGroupResponse{.thing_group_name = made->name.value(),
                                       .thing_group_arn = made->arn(),
                                       .thing_group_id = made->id};
}

}  // namespace gatehouse::api::iot
