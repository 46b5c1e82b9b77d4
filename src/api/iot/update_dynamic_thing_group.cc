#include "api/iot/update_dynamic_thing_group.h"

#include "api/iot/errors.h"
#include "api/iot/index_shapes.h"
#include "api/iot/thing_group_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<UpdateDynamicThingGroupResponse>> UpdateDynamicThingGroup::handle(
    const Caller& caller, UpdateDynamicThingGroupRequest request) const {
    if (const auto asked = things_asked(request.index_name, request.query_version); !asked) {
        co_return std::unexpected(asked.error());
    }
    if (request.query_string) {
        const auto checked = co_await index.ask([&](indexing::Indexes& indexes) {
            return indexes.check_dynamic(caller.tenant, *request.query_string);
        });
        if (!checked) co_return failure_of(checked.error());
    }
    auto change = change_of(std::move(request.thing_group_properties), request.expected_version);
    change.query = std::move(request.query_string);
    change.kind = registry::GroupKind::Dynamic;
    const registry::ThingGroupName name(std::move(request.thing_group_name));
    const auto version = co_await thing_groups.run([&](registry::ThingGroupRecords& records) {
        return records.update(caller.tenant, name, change);
    });
    if (!version) co_return failure_of(version.error());
    co_return UpdateDynamicThingGroupResponse{.version = static_cast<std::int64_t>(*version)};
}

}  // namespace gatehouse::api::iot
