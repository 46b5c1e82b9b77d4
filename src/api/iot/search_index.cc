#include "api/iot/search_index.h"

#include "api/iot/errors.h"
#include "api/iot/index_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<SearchIndexResponse>> SearchIndex::handle(
    const Caller& caller, SearchIndexRequest request) const {
    const auto name = index_asked(request.index_name, request.query_version);
    if (!name) co_return std::unexpected(name.error());
    indexing::SearchQuestion question{.index = *name,
                                      .query = std::move(request.query_string),
                                      .token = std::move(request.next_token).value_or("")};
    if (request.max_results) question.limit = static_cast<std::size_t>(*request.max_results);
    auto page = co_await index.ask(
        [&](indexing::Indexes& indexes) { return indexes.search(caller.tenant, question); });
    if (!page) co_return failure_of(page.error());
    SearchIndexResponse response;
    if (!page->next_token.empty()) response.next_token = std::move(page->next_token);
    if (*name == indexing::IndexName::Things) {
        response.things = shapes_of(std::move(page->things));
    } else {
        response.thing_groups = shapes_of(std::move(page->groups));
    }
    co_return response;
}

}  // namespace gatehouse::api::iot
