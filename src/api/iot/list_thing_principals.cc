#include "api/iot/list_thing_principals.h"

#include "api/iot/errors.h"
#include "api/iot/listing_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ListThingPrincipalsResponse>> ListThingPrincipals::handle(
    const Caller& caller, ListThingPrincipalsRequest request) const {
    const registry::ThingName name(std::move(request.thing_name));
    const auto listing = listing_of(request.max_results, request.next_token);
    auto page = co_await things.run([&](registry::ThingRecords& records) {
        return records.principals_of(caller.tenant, name, listing);
    });
    if (!page) co_return failure_of(page.error());
    ListThingPrincipalsResponse response{.principals = std::move(page->items)};
    set_marker(response.next_token, page->next_marker);
    co_return response;
}

}  // namespace gatehouse::api::iot
