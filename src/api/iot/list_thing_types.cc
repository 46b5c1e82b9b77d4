#include "api/iot/list_thing_types.h"

#include "api/iot/errors.h"
#include "api/iot/listing_shapes.h"
#include "api/iot/thing_shapes.h"
#include "api/iot/thing_type_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ListThingTypesResponse>> ListThingTypes::handle(
    const Caller& caller, ListThingTypesRequest request) const {
    const auto listing = listing_of(request.max_results, request.next_token);
    const auto only = type_of(std::move(request.thing_type_name));
    auto page = co_await types.run([&](registry::ThingTypeRecords& records) {
        return records.list(caller.tenant, listing, only);
    });
    if (!page) co_return failure_of(page.error());
    ListThingTypesResponse response{.thing_types = std::vector<ThingTypeDefinition>()};
    for (const registry::ThingType& type : page->items) {
        response.thing_types->push_back(definition_of(type));
    }
    set_marker(response.next_token, page->next_marker);
    co_return response;
}

}  // namespace gatehouse::api::iot
