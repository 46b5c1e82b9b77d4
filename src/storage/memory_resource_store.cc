#include "storage/memory_resource_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "storage/listing.h"

namespace gatehouse::storage {
namespace {

// Keeps what belongs on the page from names in ascending order, and says whether more follow.
template <class Entry, class NameOf>
bool cut_page(std::vector<Entry>& entries, const std::optional<std::string>& after, Order order,
              std::size_t limit, NameOf name_of) {
    if (order == Order::Descending) std::ranges::reverse(entries);
    if (after) {
        std::erase_if(entries, [&](const Entry& entry) {
            return order == Order::Ascending ? name_of(entry) <= *after : name_of(entry) >= *after;
        });
    }
    if (entries.size() <= limit) return false;
    entries.resize(limit);
    return true;
}

}  // namespace

Result<Record> MemoryResourceStore::get(const RecordKey& key) {
    if (auto checked = check_key(key); !checked) return fail(std::move(checked.error()));
    const std::shared_lock lock(mutex_);
    const auto found = records_.find(key);
    if (found == records_.end()) {
        return fail(ErrorKind::NotFound,
                    fmt::format("there is no {} '{}'", key.kind.view(), key.name));
    }
    return found->second;
}

Result<RecordPage> MemoryResourceStore::list(const ListQuery& query) {
    if (auto checked = check_query(query); !checked) return fail(std::move(checked.error()));
    auto after = page_start(query);
    if (!after) return fail(std::move(after.error()));
    const std::shared_lock lock(mutex_);
    RecordPage page;
    for (const auto& [key, record] : records_) {
        if (key.tenant == query.tenant && key.kind == query.kind &&
            key.name.starts_with(query.prefix)) {
            page.records.push_back(record);
        }
    }
    if (cut_page(page.records, *after, query.order, query.limit,
                 [](const Record& record) { return record.key.name; })) {
        page.next_page = page_token_after(query, page.records.back().key.name);
    }
    return page;
}

std::size_t MemoryResourceStore::count_locked(const Tenant& tenant, const Kind& kind) const {
    return static_cast<std::size_t>(std::ranges::count_if(records_, [&](const auto& entry) {
        return entry.first.tenant == tenant && entry.first.kind == kind;
    }));
}

Result<std::size_t> MemoryResourceStore::count(const Tenant& tenant, const Kind& kind) {
    const std::shared_lock lock(mutex_);
    return count_locked(tenant, kind);
}

Result<std::vector<Tenant>> MemoryResourceStore::tenants_with(const Kind& kind,
                                                              const std::string& name) {
    const std::shared_lock lock(mutex_);
    std::vector<Tenant> tenants;
    for (const auto& [key, record] : records_) {
        if (key.kind == kind && key.name == name) tenants.push_back(key.tenant);
    }
    return tenants;
}

Result<void> MemoryResourceStore::scan(const Kind& kind, std::function<void(Record)> visitor) {
    const std::shared_lock lock(mutex_);
    for (const auto& [key, record] : records_) {
        if (key.kind == kind) visitor(record);
    }
    return {};
}

std::vector<std::string> MemoryResourceStore::ends_locked(const LinkQuery& query) const {
    std::vector<std::string> names;
    for (const Link& link : links_) {
        if (link.tenant != query.tenant || link.relation != query.relation) continue;
        const bool forward = query.direction == Direction::From;
        if ((forward ? link.from : link.to) == query.name) {
            names.push_back(forward ? link.to : link.from);
        }
    }
    std::ranges::sort(names);
    return names;
}

Result<LinkPage> MemoryResourceStore::links(const LinkQuery& query) {
    if (auto checked = check_query(query); !checked) return fail(std::move(checked.error()));
    auto after = page_start(query);
    if (!after) return fail(std::move(after.error()));
    const std::shared_lock lock(mutex_);
    LinkPage page{ends_locked(query), {}};
    if (cut_page(page.names, *after, query.order, query.limit,
                 [](const std::string& name) { return name; })) {
        page.next_page = page_token_after(query, page.names.back());
    }
    return page;
}

Result<void> MemoryResourceStore::scan_links(const Relation& relation,
                                             std::function<void(Link)> visitor) {
    const std::shared_lock lock(mutex_);
    for (const Link& link : links_) {
        if (link.relation == relation) visitor(link);
    }
    return {};
}

bool MemoryResourceStore::holds(const Exists& what) const {
    return records_.contains(what.key);
}
bool MemoryResourceStore::holds(const IsAbsent& what) const {
    return !records_.contains(what.key);
}
bool MemoryResourceStore::holds(const HasRevision& what) const {
    const auto found = records_.find(what.key);
    return found != records_.end() && found->second.revision == what.revision;
}
bool MemoryResourceStore::holds(const FewerThan& what) const {
    return count_locked(what.tenant, what.kind) < what.count;
}
bool MemoryResourceStore::holds(const IsLinked& what) const {
    return links_.contains(what.link);
}
bool MemoryResourceStore::holds(const IsNotLinked& what) const {
    return !links_.contains(what.link);
}
bool MemoryResourceStore::holds(const HasNoLinks& what) const {
    return ends_locked({.tenant = what.tenant,
                        .relation = what.relation,
                        .direction = what.direction,
                        .name = what.name})
        .empty();
}

void MemoryResourceStore::make(const Put& change, Revision revision, WallTime now) {
    const auto [found, added] = records_.try_emplace(change.key);
    Record& record = found->second;
    record = {change.key, change.body, revision, added ? now : record.created, now};
}
void MemoryResourceStore::make(const Remove& change, Revision, WallTime) {
    records_.erase(change.key);
}
void MemoryResourceStore::make(const AddLink& change, Revision, WallTime) {
    links_.insert(change.link);
}
void MemoryResourceStore::make(const RemoveLink& change, Revision, WallTime) {
    links_.erase(change.link);
}
void MemoryResourceStore::make(const RemoveLinks& change, Revision, WallTime) {
    std::erase_if(links_, [&](const Link& link) {
        return link.tenant == change.tenant && link.relation == change.relation &&
               (change.direction == Direction::From ? link.from : link.to) == change.name;
    });
}

Result<Revision> MemoryResourceStore::apply(const Batch& batch) {
    if (auto checked = check_batch(batch); !checked) return fail(std::move(checked.error()));
    const std::unique_lock lock(mutex_);
    for (const Condition& condition : batch.conditions()) {
        if (!std::visit([this](const auto& what) { return holds(what); }, condition.what)) {
            return fail(condition.otherwise);
        }
    }
    if (batch.changes().empty()) return Revision(revision_);
    const Revision revision(++revision_);
    const WallTime now = clock_.wall_now();
    for (const Change& change : batch.changes()) {
        std::visit([&](const auto& what) { make(what, revision, now); }, change);
    }
    return revision;
}

}  // namespace gatehouse::storage
