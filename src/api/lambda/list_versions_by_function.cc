#include "api/lambda/list_versions_by_function.h"

#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"
#include "api/lambda/function_shapes.h"
#include "api/lambda/page.h"

namespace gatehouse::api::lambda {

wire::Outcome<ListVersionsByFunctionResponse> ListVersionsByFunction::handle(
    const Caller& caller, ListVersionsByFunctionRequest request) const {
    const auto name = name_of(caller, request.function_name);
    if (!name) return std::unexpected(name.error());
    const auto versions = directory.versions(caller.tenant, *name);
    if (versions.empty()) return failure_of(directory.get(caller.tenant, *name).error());
    std::vector<std::pair<std::string, FunctionConfiguration>> shapes;
    for (const auto& version : versions) {
        const auto& configuration = version->configuration;
        shapes.emplace_back(configuration.version.value(),
                            shape_of(configuration, configuration.version.view()));
    }
    auto page = page_of(std::move(shapes), request.marker, request.max_items, ByVersion());
    return ListVersionsByFunctionResponse{.next_marker = std::move(page.next_marker),
                                          .versions = std::move(page.shapes)};
}

}  // namespace gatehouse::api::lambda
