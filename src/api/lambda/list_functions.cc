#include "api/lambda/list_functions.h"

#include "api/lambda/function_shapes.h"

#include <algorithm>

namespace gatehouse::api::lambda {

wire::Outcome<ListFunctionsResponse> ListFunctions::handle(const Caller& caller,
                                                           ListFunctionsRequest request) const {
    constexpr std::int32_t page_max = 50;
    const auto limit =
        static_cast<std::size_t>(std::min(request.max_items.value_or(page_max), page_max));
    // One more than is shown tells whether there is a next page.
    auto found = directory.list(caller.tenant, request.marker.value_or(""), limit + 1);
    ListFunctionsResponse response{.functions = std::vector<FunctionConfiguration>()};
    if (found.size() > limit) {
        found.resize(limit);
        response.next_marker = found.back()->configuration.name.value();
    }
    for (const auto& function : found) {
        FunctionConfiguration shape = shape_of(function->configuration);
        // Every version was asked for: each is named by its own.
        if (request.function_version) *shape.function_arn += ":$LATEST";
        response.functions->push_back(std::move(shape));
    }
    return response;
}

}  // namespace gatehouse::api::lambda
