#include "api/lambda/list_aliases.h"

#include "api/lambda/alias_shapes.h"
#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"
#include "api/lambda/page.h"
#include "api/lambda/page_marker.h"

namespace gatehouse::api::lambda {
namespace {

constexpr std::string_view aliases_list = "ListAliases";

}  // namespace

wire::Outcome<ListAliasesResponse> ListAliases::handle(const Caller& caller,
                                                       ListAliasesRequest request) const {
    const auto name = name_of(caller, request.function_name);
    if (!name) return std::unexpected(name.error());
    const auto after = read_page_marker(aliases_list, request.marker);
    if (!after) return std::unexpected(after.error());
    const auto found = directory.get(caller.tenant, *name);
    if (!found) return failure_of(found.error());
    std::vector<std::pair<std::string, AliasConfiguration>> shapes;
    for (const auto& [alias_name, alias] : (*found)->aliases) {
        const auto& wanted = request.function_version;
        const bool leads_there = !wanted || alias.version.view() == *wanted ||
                                 alias.other_versions.contains(functions::FunctionVersion(*wanted));
        if (!leads_there) continue;
        shapes.emplace_back(alias_name.value(), shape_of(caller.tenant, *name, alias));
    }
    auto page = page_of(std::move(shapes), *after, request.max_items);
    ListAliasesResponse response{.aliases = std::move(page.shapes)};
    if (page.last) response.next_marker = make_page_marker(aliases_list, *page.last);
    return response;
}

}  // namespace gatehouse::api::lambda
