#include "api/iot/list_principal_things.h"

#include "api/iot/errors.h"
#include "api/iot/listing_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ListPrincipalThingsResponse>> ListPrincipalThings::handle(
    const Caller& caller, ListPrincipalThingsRequest request) const {
    const auto principal = registry::parse_principal(caller.tenant, request.principal);
    if (!principal) co_return failure_of(principal.error());
    const auto listing = listing_of(request.max_results, request.next_token);
    auto page = co_await things.run([&](registry::ThingRecords& records) {
        return records.things_of(caller.tenant, *principal, listing);
    });
    if (!page) co_return failure_of(page.error());
    ListPrincipalThingsResponse response{.things = std::move(page->items)};
    set_marker(response.next_token, page->next_marker);
    co_return response;
}

}  // namespace gatehouse::api::iot
