// One page of a listing, as the operations with `pageSize` and `marker`, or `maxResults` and
// `nextToken`, ask for it. Tokens come from the store and continue after a name, so that they stay
// good whatever is made and deleted meanwhile.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "registry/refusal.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

struct Listing {
    std::size_t page_size = 25;  // 1 to 250
    std::string marker;
    storage::Order order = storage::Order::Ascending;
};

template <class Item>
struct Page {
    std::vector<Item> items;
    std::string next_marker;  // empty on the last page
};

// Every record that `wanted` says, read by `decode`, page by page of the store.
// InvalidRequest: a page size out of range, or a marker of another listing.
template <class Item, class Decode, class Wanted>
Outcome<Page<Item>> list_records(storage::ResourceStore& store, storage::ListQuery query,
                                 const Listing& listing, Decode decode, Wanted wanted);

// The other ends of links, in order.
Outcome<Page<std::string>> list_links(storage::ResourceStore& store, storage::LinkQuery query,
                                      const Listing& listing);

// All of them, where there are few: the first storage::page_records_max.
Outcome<std::vector<std::string>> all_links(storage::ResourceStore& store,
                                            storage::LinkQuery query);

// InvalidRequest.
Outcome<void> check_page_size(std::size_t page_size);
// What a store says of a listing: of a bad token, in the field's name.
Refused refused_listing(const Error& error);

template <class Item, class Decode, class Wanted>
Outcome<Page<Item>> list_records(storage::ResourceStore& store, storage::ListQuery query,
                                 const Listing& listing, Decode decode, Wanted wanted) {
    if (auto checked = check_page_size(listing.page_size); !checked) {
        return refuse(std::move(checked.error()));
    }
    query.order = listing.order;
    query.limit = listing.page_size + 1;
    query.page_token = listing.marker;
    Page<Item> page;
    std::string last;
    for (;;) {
        const auto records = store.list(query);
        if (!records) return refuse(refused_listing(records.error()));
        for (const auto& record : records->records) {
            auto item = decode(record);
            if (!item) return refuse(refused_by(item.error()));
            if (!wanted(*item)) continue;
            if (page.items.size() == listing.page_size) {
                page.next_marker = storage::page_token_after(query, last);
                return page;
            }
            last = record.key.name;
            page.items.push_back(std::move(*item));
        }
        if (records->next_page.empty()) return page;
        query.page_token = records->next_page;
    }
}

}  // namespace gatehouse::registry
