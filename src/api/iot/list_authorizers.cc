#include "api/iot/list_authorizers.h"

#include "api/iot/authorizer_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {
namespace {

constexpr std::int32_t authorizers_page_default = 25;

}  // namespace

async::Task<wire::Outcome<ListAuthorizersResponse>> ListAuthorizers::handle(
    const Caller& caller, ListAuthorizersRequest request) const {
    const bool ascending = request.ascending_order.value_or(true);
    auto page = co_await authorizers.list(
        caller.tenant, {.page_size = static_cast<std::size_t>(
                            request.page_size.value_or(authorizers_page_default)),
                        .marker = std::move(request.marker).value_or(""),
                        .order = ascending ? storage::Order::Ascending : storage::Order::Descending,
                        .status = status_of(request.status)});
    if (!page) co_return failure_of(page.error());
    ListAuthorizersResponse response{.authorizers = std::vector<AuthorizerSummary>()};
    for (const auto& authorizer : page->authorizers) {
        response.authorizers->push_back(
            {.authorizer_name = authorizer.name.value(), .authorizer_arn = authorizer.arn()});
    }
    if (!page->next_marker.empty()) response.next_marker = std::move(page->next_marker);
    co_return response;
}

}  // namespace gatehouse::api::iot
