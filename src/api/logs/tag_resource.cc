#include "api/logs/tag_resource.h"

#include "api/logs/errors.h"

namespace gatehouse::api::logs {

async::Task<wire::Outcome<TagResourceResponse>> TagResource::handle(
    const Caller& caller, TagResourceRequest request) const {
    const auto group = group_of({}, request.resource_arn);
    if (!group) co_return std::unexpected(group.error());
    const auto done = co_await access.run(
        [&] { return access.logs.change_tags(caller.tenant, *group, request.tags, {}); });
    if (!done) co_return failure_of(done.error());
    co_return TagResourceResponse();
}

}  // namespace gatehouse::api::logs
