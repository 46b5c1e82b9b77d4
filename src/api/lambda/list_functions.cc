#include "api/lambda/list_functions.h"

#include <algorithm>
#include <limits>

#include "api/lambda/function_shapes.h"
#include "api/lambda/page.h"
#include "api/lambda/page_marker.h"

namespace gatehouse::api::lambda {
namespace {

constexpr std::string_view functions_list = "ListFunctions";

}  // namespace

wire::Outcome<ListFunctionsResponse> ListFunctions::handle(const Caller& caller,
                                                           ListFunctionsRequest request) const {
    constexpr std::int32_t page_max = 50;
    const auto limit =
        static_cast<std::size_t>(std::min(request.max_items.value_or(page_max), page_max));
    const auto after = read_page_marker(functions_list, request.marker);
    if (!after) return std::unexpected(after.error());
    if (request.function_version) return every_version(caller, *after, request.max_items);
    // One more than is shown tells whether there is a next page.
    auto found = directory.list(caller.tenant, after->value_or(""), limit + 1);
    ListFunctionsResponse response{.functions = std::vector<FunctionConfiguration>()};
    if (found.size() > limit) {
        found.resize(limit);
        response.next_marker =
            make_page_marker(functions_list, found.back()->configuration.name.value());
    }
    for (const auto& function : found) {
        response.functions->push_back(shape_of(function->configuration));
    }
    return response;
}

ListFunctionsResponse ListFunctions::every_version(
    const Caller& caller, const std::optional<std::string>& after,
    const std::optional<std::int32_t>& max_items) const {
    constexpr std::size_t all = std::numeric_limits<std::size_t>::max();
    std::vector<std::pair<std::string, FunctionConfiguration>> shapes;
    for (const auto& latest : directory.list(caller.tenant, "", all)) {
        for (const auto& function : directory.versions(caller.tenant, latest->configuration.name)) {
            const auto& configuration = function->configuration;
            FunctionConfiguration shape = shape_of(configuration, configuration.version.view());
            std::string key = configuration.name.value() + ':' + configuration.version.value();
            shapes.emplace_back(std::move(key), std::move(shape));
        }
    }
    auto page = page_of(std::move(shapes), after, max_items, ByVersion());
    ListFunctionsResponse response{.functions = std::move(page.shapes)};
    if (page.last) response.next_marker = make_page_marker(functions_list, *page.last);
    return response;
}

}  // namespace gatehouse::api::lambda
