// A ResourceStore that tells somebody of every batch that was applied, before apply() returns: who
// waited for the change finds that it was told.
//
// Threads: as the store that it stands before; the observer is called on the thread that applied.
#pragma once

#include <functional>

#include "storage/resource_store.h"

namespace gatehouse::storage {

class ObservedResourceStore final : public ResourceStore {
public:
    // Of a batch with changes, all of which are durable. Batches that touch the same records may be
    // told in another order than they were applied in: read the store for how things stand.
    using Observer = std::function<void(const Batch&)>;

    // The store must outlive it.
    ObservedResourceStore(ResourceStore& store, Observer observer)
        : store_(store), observer_(std::move(observer)) {}

    Result<Record> get(const RecordKey& key) override { return store_.get(key); }
    Result<RecordPage> list(const ListQuery& query) override { return store_.list(query); }
    Result<std::size_t> count(const Tenant& tenant, const Kind& kind) override {
        return store_.count(tenant, kind);
    }
    Result<std::vector<Tenant>> tenants_with(const Kind& kind, const std::string& name) override {
        return store_.tenants_with(kind, name);
    }
    Result<void> scan(const Kind& kind, std::function<void(Record)> visitor) override {
        return store_.scan(kind, std::move(visitor));
    }
    Result<LinkPage> links(const LinkQuery& query) override { return store_.links(query); }
    Result<void> scan_links(const Relation& relation, std::function<void(Link)> visitor) override {
        return store_.scan_links(relation, std::move(visitor));
    }
    Result<Revision> apply(const Batch& batch) override {
        auto applied = store_.apply(batch);
        if (applied && !batch.changes().empty()) observer_(batch);
        return applied;
    }

private:
    ResourceStore& store_;
    const Observer observer_;
};

}  // namespace gatehouse::storage
