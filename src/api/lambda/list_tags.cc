#include "api/lambda/list_tags.h"

#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"

namespace gatehouse::api::lambda {

wire::Outcome<ListTagsResponse> ListTags::handle(const Caller& caller,
                                                 ListTagsRequest request) const {
    const auto name = name_of(caller, request.resource);
    if (!name) return std::unexpected(name.error());
    const auto found = directory.get(caller.tenant, *name);
    if (!found) return failure_of(found.error());
    return ListTagsResponse{.tags = (*found)->tags};
}

}  // namespace gatehouse::api::lambda
