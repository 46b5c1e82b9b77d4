// Listings in the order of creation, which ListPolicies and ListCertificates have: each resource
// has a link that leads to the time and its name.
//
//   batch.put(key, body).change(storage::AddLink{creation_link(key, created)});
//
// Requires: the time is kept in the record, so that the link can be removed with it. Of what was
// created in the same millisecond, names decide.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "registry/listing.h"

namespace gatehouse::registry {

// Where the links of all resources of a kind start. Some of them may have links that start
// elsewhere, too, for a listing of their own.
inline constexpr std::string_view all_of_a_kind = "all";

storage::Link creation_link(const storage::RecordKey& key, WallTime created,
                            std::string_view start = all_of_a_kind);

// The names of one page, oldest first or, Descending, newest first.
Outcome<Page<std::string>> list_names_by_creation(storage::ResourceStore& store,
                                                  const Tenant& tenant, const storage::Kind& kind,
                                                  const Listing& listing,
                                                  std::string_view start = all_of_a_kind);

// The same, read by `decode`; what is deleted in this moment is left out.
template <class Item, class Decode>
Outcome<Page<Item>> list_by_creation(storage::ResourceStore& store, const Tenant& tenant,
                                     const storage::Kind& kind, const Listing& listing,
                                     Decode decode, std::string_view start = all_of_a_kind) {
    auto names = list_names_by_creation(store, tenant, kind, listing, start);
    if (!names) return refuse(std::move(names.error()));
    Page<Item> page{.items = {}, .next_marker = std::move(names->next_marker)};
    for (std::string& name : names->items) {
        const auto record = store.get({tenant, kind, std::move(name)});
        if (!record && record.error().kind == ErrorKind::NotFound) continue;
        if (!record) return refuse(refused_by(record.error()));
        auto item = decode(*record);
        if (!item) return refuse(refused_by(item.error()));
        page.items.push_back(std::move(*item));
    }
    return page;
}

}  // namespace gatehouse::registry
