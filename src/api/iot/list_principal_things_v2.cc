#include "api/iot/list_principal_things_v2.h"

#include "api/iot/errors.h"
#include "api/iot/listing_shapes.h"
#include "api/iot/thing_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ListPrincipalThingsV2Response>> ListPrincipalThingsV2::handle(
    const Caller& caller, ListPrincipalThingsV2Request request) const {
    const auto principal = registry::parse_principal(caller.tenant, request.principal);
    if (!principal) co_return failure_of(principal.error());
    const auto listing = listing_of(request.max_results, request.next_token);
    const auto only = wanted_tie_of(request.thing_principal_type);
    auto page = co_await things.run([&](registry::ThingRecords& records) {
        return records.thing_ties_of(caller.tenant, *principal, listing, only);
    });
    if (!page) co_return failure_of(page.error());
    ListPrincipalThingsV2Response response{.principal_thing_objects =
                                               std::vector<PrincipalThingObject>()};
    for (registry::TiedEnd& end : page->items) {
        response.principal_thing_objects->push_back(
            {.thing_name = std::move(end.name), .thing_principal_type = shape_of(end.tie)});
    }
    set_marker(response.next_token, page->next_marker);
    co_return response;
}

}  // namespace gatehouse::api::iot
