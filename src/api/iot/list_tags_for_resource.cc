#include "api/iot/list_tags_for_resource.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

// A resource has so few of them that they are one page.
async::Task<wire::Outcome<ListTagsForResourceResponse>> ListTagsForResource::handle(
    const Caller& caller, ListTagsForResourceRequest request) const {
    const auto found = co_await tags.run([&](registry::TagRecords& records) {
        return records.list(caller.tenant, request.resource_arn);
    });
    if (!found) co_return failure_of(found.error());
    ListTagsForResourceResponse response{.tags = std::vector<Tag>()};
    for (const auto& [key, value] : *found) response.tags->push_back({.key = key, .value = value});
    co_return response;
}

}  // namespace gatehouse::api::iot
