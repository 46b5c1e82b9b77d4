#include "api/lambda/list_function_event_invoke_configs.h"

#include "api/lambda/errors.h"
#include "api/lambda/event_config_shapes.h"
#include "api/lambda/function_reference.h"
#include "api/lambda/page.h"
#include "api/lambda/page_marker.h"

namespace gatehouse::api::lambda {
namespace {

constexpr std::string_view event_configs_list = "ListFunctionEventInvokeConfigs";

}  // namespace

wire::Outcome<ListFunctionEventInvokeConfigsResponse> ListFunctionEventInvokeConfigs::handle(
    const Caller& caller, ListFunctionEventInvokeConfigsRequest request) const {
    const auto name = name_of(caller, request.function_name);
    if (!name) return std::unexpected(name.error());
    const auto after = read_page_marker(event_configs_list, request.marker);
    if (!after) return std::unexpected(after.error());
    const auto found = directory.get(caller.tenant, *name);
    if (!found) return failure_of(found.error());
    std::vector<std::pair<std::string, FunctionEventInvokeConfig>> shapes;
    for (const auto& [qualifier, config] : (*found)->event_configs) {
        FunctionEventInvokeConfig shape = shape_of({caller.tenant, *name, qualifier}, config);
        std::string key = *shape.function_arn;
        shapes.emplace_back(std::move(key), std::move(shape));
    }
    auto page = page_of(std::move(shapes), *after, request.max_items);
    ListFunctionEventInvokeConfigsResponse response{.function_event_invoke_configs =
                                                        std::move(page.shapes)};
    if (page.last) response.next_marker = make_page_marker(event_configs_list, *page.last);
    return response;
}

}  // namespace gatehouse::api::lambda
