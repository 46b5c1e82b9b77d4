#include "registry/listing.h"

#include <fmt/format.h>

namespace gatehouse::registry {

constexpr std::size_t page_size_max = 250;

Outcome<void> check_page_size(std::size_t page_size) {
    if (page_size >= 1 && page_size <= page_size_max) return {};
    return refuse(Refusal::InvalidRequest,
                  fmt::format("pageSize is {}; it must be 1 to {}", page_size, page_size_max),
                  "pageSize");
}

Refused refused_listing(const Error& error) {
    auto refused = refused_by(error);
    if (refused.refusal == Refusal::InvalidRequest) refused.field = "marker";
    return refused;
}

Outcome<Page<std::string>> list_links(storage::ResourceStore& store, storage::LinkQuery query,
                                      const Listing& listing) {
    if (auto checked = check_page_size(listing.page_size); !checked) {
        return refuse(std::move(checked.error()));
    }
    query.order = listing.order;
    query.limit = listing.page_size;
    query.page_token = listing.marker;
    auto links = store.links(query);
    if (!links) return refuse(refused_listing(links.error()));
    return Page<std::string>{std::move(links->names), std::move(links->next_page)};
}

Outcome<std::vector<std::string>> all_links(storage::ResourceStore& store,
                                            storage::LinkQuery query) {
    query.limit = storage::page_records_max;
    auto page = store.links(query);
    if (!page) return refuse(refused_by(page.error()));
    return std::move(page->names);
}

}  // namespace gatehouse::registry
