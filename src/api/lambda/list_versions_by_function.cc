#include "api/lambda/list_versions_by_function.h"

#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"
#include "api/lambda/function_shapes.h"
#include "api/lambda/page.h"
#include "api/lambda/page_marker.h"

namespace gatehouse::api::lambda {
namespace {

constexpr std::string_view versions_list = "ListVersionsByFunction";

}  // namespace

wire::Outcome<ListVersionsByFunctionResponse> ListVersionsByFunction::handle(
    const Caller& caller, ListVersionsByFunctionRequest request) const {
    const auto name = name_of(caller, request.function_name);
    if (!name) return std::unexpected(name.error());
    const auto after = read_page_marker(versions_list, request.marker);
    if (!after) return std::unexpected(after.error());
    const auto versions = directory.versions(caller.tenant, *name);
    if (versions.empty()) return failure_of(directory.get(caller.tenant, *name).error());
    std::vector<std::pair<std::string, FunctionConfiguration>> shapes;
    for (const auto& version : versions) {
        const auto& configuration = version->configuration;
        shapes.emplace_back(configuration.version.value(),
                            shape_of(configuration, configuration.version.view()));
    }
    auto page = page_of(std::move(shapes), *after, request.max_items, ByVersion());
    ListVersionsByFunctionResponse response{.versions = std::move(page.shapes)};
    if (page.last) response.next_marker = make_page_marker(versions_list, *page.last);
    return response;
}

}  // namespace gatehouse::api::lambda
