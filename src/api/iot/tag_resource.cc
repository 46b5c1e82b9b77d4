#include "api/iot/tag_resource.h"

#include "api/iot/authorizer_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<TagResourceResponse>> TagResource::handle(
    const Caller& caller, TagResourceRequest request) const {
    const auto added = texts_of(request.tags);
    if (!added) co_return std::unexpected(added.error());
    const auto tagged = co_await tags.run([&](registry::TagRecords& records) {
        return records.add(caller.tenant, request.resource_arn, *added);
    });
    if (!tagged) co_return failure_of(tagged.error());
    co_return TagResourceResponse();
}

}  // namespace gatehouse::api::iot
