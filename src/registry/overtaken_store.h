// For tests: a store in which somebody else acts just before a batch is applied.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "storage/resource_store.h"

namespace gatehouse::registry {

class OvertakenStore final : public storage::ResourceStore {
public:
    explicit OvertakenStore(storage::ResourceStore& inner) : inner_(inner) {}
    std::function<void(storage::ResourceStore&)> before_apply;

    Result<storage::Record> get(const storage::RecordKey& key) override { return inner_.get(key); }
    Result<storage::RecordPage> list(const storage::ListQuery& query) override {
        return inner_.list(query);
    }
    Result<std::size_t> count(const Tenant& tenant, const storage::Kind& kind) override {
        return inner_.count(tenant, kind);
    }
    Result<std::vector<Tenant>> tenants_with(const storage::Kind& kind,
                                             const std::string& name) override {
        return inner_.tenants_with(kind, name);
    }
    Result<void> scan(const storage::Kind& kind,
                      std::function<void(storage::Record)> visitor) override {
        return inner_.scan(kind, std::move(visitor));
    }
    Result<storage::LinkPage> links(const storage::LinkQuery& query) override {
        return inner_.links(query);
    }
    Result<void> scan_links(const storage::Relation& relation,
                            std::function<void(storage::Link)> visitor) override {
        return inner_.scan_links(relation, std::move(visitor));
    }
    Result<storage::Revision> apply(const storage::Batch& batch) override {
        if (before_apply) before_apply(inner_);
        return inner_.apply(batch);
    }

private:
    storage::ResourceStore& inner_;
};

}  // namespace gatehouse::registry
