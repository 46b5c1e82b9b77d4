#include "api/iot/create_dynamic_thing_group.h"

#include "api/iot/errors.h"
#include "api/iot/index_shapes.h"
#include "api/iot/thing_group_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<CreateDynamicThingGroupResponse>> CreateDynamicThingGroup::handle(
    const Caller& caller, CreateDynamicThingGroupRequest request) const {
    if (const auto asked = things_asked(request.index_name, request.query_version); !asked) {
        co_return std::unexpected(asked.error());
    }
    const auto wanted = new_group_of(std::move(request));
    if (!wanted) co_return std::unexpected(wanted.error());
    const auto checked = co_await index.ask([&](indexing::Indexes& indexes) {
        return indexes.check_dynamic(caller.tenant, wanted->query);
    });
    if (!checked) co_return failure_of(checked.error());
    const auto made = co_await thing_groups.run([&](registry::ThingGroupRecords& records) {
        return records.create(caller.tenant, *wanted);
    });
    if (!made) co_return failure_of(made.error());
    co_return CreateDynamicThingGroupResponse{.thing_group_name = made->name.value(),
                                              .thing_group_arn = made->arn(),
                                              .thing_group_id = made->id,
                                              .index_name = std::string(indexing::things_index),
                                              .query_string = made->query,
                                              .query_version = std::string(only_query_version)};
}

}  // namespace gatehouse::api::iot
