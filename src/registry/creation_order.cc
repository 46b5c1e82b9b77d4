#include "registry/creation_order.h"

#include <fmt/format.h>

#include <utility>

namespace gatehouse::registry {
namespace {

// Sixteen hexadecimal digits and a separator, before the name.
constexpr std::size_t time_characters = 17;

storage::Relation relation_of(const storage::Kind& kind) {
    return storage::Relation(kind.value() + "-by-creation");
}

}  // namespace

storage::Link creation_link(const storage::RecordKey& key, WallTime created,
                            std::string_view start) {
    return {key.tenant, relation_of(key.kind), std::string(start),
            fmt::format("{:016x}/{}", created.time_since_epoch().count(), key.name)};
}

Outcome<Page<std::string>> list_names_by_creation(storage::ResourceStore& store,
                                                  const Tenant& tenant, const storage::Kind& kind,
                                                  const Listing& listing, std::string_view start) {
    auto page = list_links(store,
                           {.tenant = tenant,
                            .relation = relation_of(kind),
                            .direction = storage::Direction::From,
                            .name = std::string(start)},
                           listing);
    if (!page) return page;
    for (std::string& item : page->items) item.erase(0, time_characters);
    return page;
}

}  // namespace gatehouse::registry
