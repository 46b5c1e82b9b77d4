#include "api/logs/tag_resource.h"

#include "api/logs/errors.h"
#include "api/shapes/logs/errors.h"

namespace gatehouse::api::logs {

async::Task<wire::Outcome<TagResourceResponse>> TagResource::handle(
    const Caller& caller, TagResourceRequest request) const {
    const auto group = group_of(caller.tenant, {}, request.resource_arn);
    if (!group) co_return std::unexpected(group.error());
    const auto done = co_await access.run(
        [&] { return access.logs.change_tags(caller.tenant, *group, request.tags, {}); });
    if (!done && done.error().kind == ErrorKind::LimitExceeded) {
        co_return wire::fail_as(errors::too_many_tags_exception, done.error().message);
    }
    if (!done) co_return failure_of(done.error());
    co_return TagResourceResponse();
}

}  // namespace gatehouse::api::logs
