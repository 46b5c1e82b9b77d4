// One page of a listing, as IAM's operations ask for it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "storage/listing.h"
#include "storage/resource_store.h"

namespace gatehouse::iam {

struct Paging {
    std::size_t items_max = 100;  // 1 to 1000
    std::string marker;
};

template <class Item>
struct Listed {
    std::vector<Item> items;
    std::string marker;  // empty on the last page
};

// A page of the records that `wanted` says, read by `decode`, by name.
// InvalidInput: the marker is of another listing.
template <class Item, class Decode, class Wanted>
Result<Listed<Item>> list_records(storage::ResourceStore& store, storage::ListQuery query,
                                  const Paging& paging, Decode decode, Wanted wanted) {
    query.limit = paging.items_max + 1;
    query.page_token = paging.marker;
    Listed<Item> page;
    std::string last;
    for (;;) {
        const auto records = store.list(query);
        if (!records) return fail(records.error());
        for (const storage::Record& record : records->records) {
            Result<Item> item = decode(record);
            if (!item) return fail(std::move(item.error()));
            if (!wanted(*item)) continue;
            if (page.items.size() == paging.items_max) {
                page.marker = storage::page_token_after(query, last);
                return page;
            }
            last = record.key.name;
            page.items.push_back(std::move(*item));
        }
        if (records->next_page.empty()) return page;
        query.page_token = records->next_page;
    }
}

// A page of what stands in one record, or in none: `items` in the order of their keys, which
// `key_of` says and which are texts that no two have in common. `scope` names the listing.
// InvalidInput: the marker is of another listing.
template <class Item, class KeyOf>
Result<Listed<Item>> list_items(std::vector<Item> items, storage::ListQuery scope,
                                const Paging& paging, KeyOf key_of) {
    scope.page_token = paging.marker;
    const auto after = storage::page_start(scope);
    if (!after) return fail(after.error());
    Listed<Item> page;
    std::string last;
    for (Item& item : items) {
        std::string key = key_of(item);
        if (*after && key <= **after) continue;
        if (page.items.size() == paging.items_max) {
            page.marker = storage::page_token_after(scope, last);
            return page;
        }
        last = std::move(key);
        page.items.push_back(std::move(item));
    }
    return page;
}

// The other ends of links, a page of them.
inline Result<storage::LinkPage> list_links(storage::ResourceStore& store, storage::LinkQuery query,
                                            const Paging& paging) {
    query.limit = paging.items_max;
    query.page_token = paging.marker;
    return store.links(query);
}

}  // namespace gatehouse::iam
