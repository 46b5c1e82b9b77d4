#include "api/iot/list_role_aliases.h"

#include "api/iot/errors.h"
#include "api/iot/listing_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ListRoleAliasesResponse>> ListRoleAliases::handle(
    const Caller& caller, ListRoleAliasesRequest request) const {
    const auto listing = listing_of(request.page_size, request.marker, request.ascending_order);
    auto page = co_await aliases.run(
        [&](registry::RoleAliasRecords& records) { return records.list(caller.tenant, listing); });
    if (!page) co_return failure_of(page.error());
    ListRoleAliasesResponse response{.role_aliases = std::vector<std::string>()};
    for (const registry::RoleAlias& alias : page->items) {
        response.role_aliases->push_back(alias.name.value());
    }
    set_marker(response.next_marker, page->next_marker);
    co_return response;
}

}  // namespace gatehouse::api::iot
