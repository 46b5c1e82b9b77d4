#include "api/lambda/publish_version.h"

#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"
#include "api/lambda/function_shapes.h"

namespace gatehouse::api::lambda {

async::Task<wire::Outcome<PublishVersionResponse>> PublishVersion::handle(
    const Caller& caller, PublishVersionRequest request) const {
    const auto name = name_of(caller, request.function_name);
    if (!name) co_return std::unexpected(name.error());
    auto published = co_await directory.publish(caller.tenant, *name,
                                                {.code_sha256 = std::move(request.code_sha256),
                                                 .description = std::move(request.description),
                                                 .revision = revision_of(request.revision_id)});
    if (!published) co_return failure_of(published.error());
    co_return shape_of((*published)->configuration);
}

}  // namespace gatehouse::api::lambda
