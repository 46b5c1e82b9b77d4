#include "api/logs/untag_resource.h"

#include "api/logs/errors.h"

namespace gatehouse::api::logs {

async::Task<wire::Outcome<UntagResourceResponse>> UntagResource::handle(
    const Caller& caller, UntagResourceRequest request) const {
    const auto group = group_of(caller.tenant, {}, request.resource_arn);
    if (!group) co_return std::unexpected(group.error());
    const auto done = co_await access.run(
        [&] { return access.logs.change_tags(caller.tenant, *group, {}, request.tag_keys); });
    if (!done) co_return failure_of(done.error());
    co_return UntagResourceResponse();
}

}  // namespace gatehouse::api::logs
