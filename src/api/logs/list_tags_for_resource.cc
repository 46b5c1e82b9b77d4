#include "api/logs/list_tags_for_resource.h"

#include "api/logs/errors.h"

namespace gatehouse::api::logs {

async::Task<wire::Outcome<ListTagsForResourceResponse>> ListTagsForResource::handle(
    const Caller& caller, ListTagsForResourceRequest request) const {
    const auto group = group_of(caller.tenant, {}, request.resource_arn);
    if (!group) co_return std::unexpected(group.error());
    const auto found = access.logs.group(caller.tenant, *group);
    if (!found) co_return failure_of(found.error());
    co_return ListTagsForResourceResponse{.tags = (*found)->tags()};
}

}  // namespace gatehouse::api::logs
