// Resources in memory only: for tests, and the simplest statement of what a backend does.
#pragma once

#include <map>
#include <set>
#include <shared_mutex>

#include "storage/resource_store.h"

namespace gatehouse::storage {

class MemoryResourceStore final : public ResourceStore {
public:
    // The clock must outlive the store.
    explicit MemoryResourceStore(const Clock& clock) : clock_(clock) {}

    Result<Record> get(const RecordKey& key) override;
    Result<RecordPage> list(const ListQuery& query) override;
    Result<std::size_t> count(const Tenant& tenant, const Kind& kind) override;
    Result<std::vector<Tenant>> tenants_with(const Kind& kind, const std::string& name) override;
    Result<void> scan(const Kind& kind, std::function<void(Record)> visitor) override;
    Result<LinkPage> links(const LinkQuery& query) override;
    Result<void> scan_links(const Relation& relation, std::function<void(Link)> visitor) override;
    Result<Revision> apply(const Batch& batch) override;

private:
    // Bounds and conditions are judged before the first change, and no change can fail: so a
    // batch needs nothing to roll back.
    bool holds(const Exists& what) const;
    bool holds(const IsAbsent& what) const;
    bool holds(const HasRevision& what) const;
    bool holds(const FewerThan& what) const;
    bool holds(const IsLinked& what) const;
    bool holds(const IsNotLinked& what) const;
    bool holds(const HasNoLinks& what) const;
    void make(const Put& change, Revision revision, WallTime now);
    void make(const Remove& change, Revision revision, WallTime now);
    void make(const AddLink& change, Revision revision, WallTime now);
    void make(const RemoveLink& change, Revision revision, WallTime now);
    void make(const RemoveLinks& change, Revision revision, WallTime now);
    std::size_t count_locked(const Tenant& tenant, const Kind& kind) const;
    std::vector<std::string> ends_locked(const LinkQuery& query) const;

    const Clock& clock_;
    std::shared_mutex mutex_;  // guards what follows
    std::map<RecordKey, Record> records_;
    std::set<Link> links_;
    std::uint64_t revision_ = 0;
};

}  // namespace gatehouse::storage
