#include "api/iot/create_thing_type.h"

#include "api/iot/errors.h"
#include "api/iot/thing_type_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<CreateThingTypeResponse>> CreateThingType::handle(
    const Caller& caller, CreateThingTypeRequest request) const {
    auto wanted = new_type_of(std::move(request));
    if (!wanted) co_return std::unexpected(std::move(wanted.error()));
    const auto made = co_await types.run([&](registry::ThingTypeRecords& records) {
        return records.create(caller.tenant, *wanted);
    });
    if (!made) co_return failure_of(made.error());
    co_return CreateThingTypeResponse{.thing_type_name = made->name.value(),
                                      .thing_type_arn = made->arn(),
                                      .thing_type_id = made->id};
}

}  // namespace gatehouse::api::iot
