// One page of a listing, as IAM's operations ask for it.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
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

// The other ends of links, a page of them.
inline Result<storage::LinkPage> list_links(storage::ResourceStore& store, storage::LinkQuery query,
                                            const Paging& paging) {
    query.limit = paging.items_max;
    query.page_token = paging.marker;
    return store.links(query);
}

}  // namespace gatehouse::iam
