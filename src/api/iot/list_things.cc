#include "api/iot/list_things.h"

#include "api/iot/errors.h"
#include "api/iot/listing_shapes.h"
#include "api/iot/thing_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ListThingsResponse>> ListThings::handle(const Caller& caller,
                                                                  ListThingsRequest request) const {
    const auto listing = listing_of(request.max_results, request.next_token);
    const registry::ThingFilter filter{.attribute = std::move(request.attribute_name),
                                       .value = std::move(request.attribute_value),
                                       .how = request.use_prefix_attribute_value.value_or(false)
                                                  ? registry::ThingFilter::Value::Prefix
                                                  : registry::ThingFilter::Value::Whole,
                                       .type = type_of(std::move(request.thing_type_name))};
    auto page = co_await things.run([&](registry::ThingRecords& records) {
        return records.list(caller.tenant, listing, filter);
    });
    if (!page) co_return failure_of(page.error());
    ListThingsResponse response{.things = std::vector<ThingAttribute>()};
    for (registry::Thing& thing : page->items) {
        response.things->push_back(shape_of(std::move(thing)));
    }
    set_marker(response.next_token, page->next_marker);
    co_return response;
}

}  // namespace gatehouse::api::iot
