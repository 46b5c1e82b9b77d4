#include "api/lambda/get_function.h"

#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"
#include "api/lambda/function_shapes.h"

namespace gatehouse::api::lambda {

wire::Outcome<GetFunctionResponse> GetFunction::handle(const Caller& caller,
                                                       GetFunctionRequest request) const {
    const auto asked = function_of(caller, request.function_name, request.qualifier);
    if (!asked) return std::unexpected(asked.error());
    const auto found = directory.get(caller.tenant, asked->name, asked->qualifier);
    if (!found) return failure_of(found.error());
    const functions::Function& function = **found;
    GetFunctionResponse response{
        .configuration = shape_of(function.configuration, asked->qualifier.view()),
        .code = FunctionCodeLocation{.repository_type = "S3",
                                     .location = code_links.link_to(caller.origin, *asked)}};
    const auto latest = directory.find(caller.tenant, asked->name);
    if (latest && !latest->tags.empty()) response.tags = latest->tags;
    if (function.reserved_concurrency) {
        response.concurrency =
            Concurrency{.reserved_concurrent_executions =
                            static_cast<std::int32_t>(*function.reserved_concurrency)};
    }
    return response;
}

}  // namespace gatehouse::api::lambda
