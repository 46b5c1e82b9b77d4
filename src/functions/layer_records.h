// Layers in the resource store, one operation a method, and what functions may have of them.
// Source: AWS Lambda API Reference, the operations of the same names.
//
// Errors, beside the store's: NotFound, InvalidInput, in AWS's words where its API has them.
//
// Threads: every method may be called from any thread, and blocks: call it on a worker.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "functions/layer.h"
#include "storage/resource_store.h"

namespace gatehouse::functions {

// Which versions a list shows; empty: all.
struct LayerFilter {
    std::string runtime;
    std::string architecture;
};

class LayerRecords {
public:
    // The store must outlive it.
    explicit LayerRecords(storage::ResourceStore& store) : store_(store) {}

    // Gives the version the layer's next number.
    Result<LayerVersion> add(LayerVersion version);
    Result<LayerVersion> get(const Tenant& tenant, const LayerName& name, std::uint64_t number);
    // As a tenant reads the one that it names: its own, or another account's whose policy lets it.
    // NotFound; NotAllowed: of another account, whether it is there or not. Requires: the
    // reference has a number.
    Result<LayerVersion> get_for(const Tenant& reader, const LayerReference& reference);
    // The newest first.
    Result<std::vector<LayerVersion>> versions(const Tenant& tenant, const LayerName& name,
                                               const LayerFilter& filter);
    // Of each layer the newest one, by name.
    Result<std::vector<LayerVersion>> newest(const Tenant& tenant, const LayerFilter& filter);
    // Nothing happens when it is absent. Its number is not given again.
    Result<void> remove(const Tenant& tenant, const LayerName& name, std::uint64_t number);

    // Changes a version's policy; the change is made anew where another one came first.
    Result<void> change_policy(const Tenant& tenant, const LayerName& name, std::uint64_t number,
                               const std::function<Result<void>(LayerVersion&)>& change);

    // The layers of a function by the ARNs of their versions, in their order. InvalidInput: too
    // many, one that is not there, or two versions of one layer. NotAllowed: as get_for().
    Result<std::vector<LayerUse>> resolve(const Tenant& tenant,
                                          const std::vector<std::string>& arns);
    // Of every version of every tenant: packages that are in use.
    Result<void> note_packages(std::set<CodeHash>& used);

private:
    Result<std::vector<LayerVersion>> all(const Tenant& tenant, const std::string& prefix,
                                          const LayerFilter& filter);
    Result<LayerVersion> try_add(LayerVersion version);

    storage::ResourceStore& store_;
};

}  // namespace gatehouse::functions
