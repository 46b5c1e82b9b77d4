#include "api/iot/list_thing_principals_v2.h"

#include "api/iot/errors.h"
#include "api/iot/listing_shapes.h"
#include "api/iot/thing_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ListThingPrincipalsV2Response>> ListThingPrincipalsV2::handle(
    const Caller& caller, ListThingPrincipalsV2Request request) const {
    const registry::ThingName name(std::move(request.thing_name));
    const auto listing = listing_of(request.max_results, request.next_token);
    const auto only = wanted_tie_of(request.thing_principal_type);
    auto page = co_await things.run([&](registry::ThingRecords& records) {
        return records.principal_ties_of(caller.tenant, name, listing, only);
    });
    if (!page) co_return failure_of(page.error());
    ListThingPrincipalsV2Response response{.thing_principal_objects =
                                               std::vector<ThingPrincipalObject>()};
    for (registry::TiedEnd& end : page->items) {
        response.thing_principal_objects->push_back(
            {.principal = std::move(end.name), .thing_principal_type = shape_of(end.tie)});
    }
    set_marker(response.next_token, page->next_marker);
    co_return response;
}

}  // namespace gatehouse::api::iot
