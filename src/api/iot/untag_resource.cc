#include "api/iot/untag_resource.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<UntagResourceResponse>> UntagResource::handle(
    const Caller& caller, UntagResourceRequest request) const {
    const auto untagged = co_await tags.run([&](registry::TagRecords& records) {
        return records.remove(caller.tenant, request.resource_arn, request.tag_keys);
    });
    if (!untagged) co_return failure_of(untagged.error());
    co_return UntagResourceResponse();
}

}  // namespace gatehouse::api::iot
