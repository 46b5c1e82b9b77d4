#include "api/lambda/tag_resource.h"

#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"

namespace gatehouse::api::lambda {

async::Task<wire::Outcome<TagResourceResponse>> TagResource::handle(
    const Caller& caller, TagResourceRequest request) const {
    const auto name = name_of(caller, request.resource);
    if (!name) co_return std::unexpected(name.error());
    const auto done =
        co_await directory.change_tags(caller.tenant, *name, std::move(request.tags), {});
    if (!done) co_return failure_of(done.error());
    co_return TagResourceResponse();
}

}  // namespace gatehouse::api::lambda
