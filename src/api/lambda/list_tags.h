// ListTags: the tags of a function.
// Source: AWS Lambda API Reference, ListTags.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/list_tags.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct ListTags {
    using Shape = ListTagsShape;

    functions::FunctionDirectory& directory;

    wire::Outcome<ListTagsResponse> handle(const Caller& caller, ListTagsRequest request) const;
};

}  // namespace gatehouse::api::lambda
