// The layers that exist: published and removed here, kept in the resource store; their packages lie
// beside those of functions.
//
// Errors of the operations, beside the store's: NotFound, InvalidInput (the package, a field),
// TooLarge (the package). Messages are AWS's where its API has one.
//
// Threads: operations from a task on any loop.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "async/task.h"
#include "async/worker_pool.h"
#include "base/clock.h"
#include "base/pinned.h"
#include "base/random.h"
#include "functions/layer_records.h"
#include "functions/package_store.h"
#include "storage/async_resource_store.h"

namespace gatehouse::functions {

struct PublishLayer {
    LayerName name;
    std::string zip;  // the package's bytes
    std::string description;
    std::string license;
    std::vector<std::string> runtimes;
    std::vector<std::string> architectures;
};

class LayerDirectory : Pinned {
public:
    struct Parts {
        storage::AsyncResourceStore& store;
        PackageStore& packages;
        async::WorkerPool& workers;
        const Clock& clock;
        Random& random;
    };
    explicit LayerDirectory(Parts parts) : parts_(parts) {}

    async::Task<Result<LayerVersion>> publish(Tenant tenant, PublishLayer request);
    async::Task<Result<LayerVersion>> get(Tenant tenant, LayerName name, std::uint64_t number);
    // As of LayerRecords.
    async::Task<Result<LayerVersion>> get_for(Tenant reader, LayerReference reference);
    async::Task<Result<std::vector<LayerVersion>>> versions(Tenant tenant, LayerName name,
                                                            LayerFilter filter);
    async::Task<Result<std::vector<LayerVersion>>> newest(Tenant tenant, LayerFilter filter);
    async::Task<Result<void>> remove(Tenant tenant, LayerName name, std::uint64_t number);
    // As add_statement() and remove_statement(), of the version's policy.
    struct AddedStatement {
        std::string text;
        RevisionId revision;
    };
    async::Task<Result<AddedStatement>> add_permission(Tenant tenant, LayerName name,
                                                       std::uint64_t number, Permission permission,
                                                       std::optional<RevisionId> revision);
    async::Task<Result<void>> remove_permission(Tenant tenant, LayerName name, std::uint64_t number,
                                                StatementId statement,
                                                std::optional<RevisionId> revision);
    // The package as it was uploaded.
    async::Task<Result<std::string>> package(Tenant tenant, LayerName name, std::uint64_t number);

private:
    const Parts parts_;
};

}  // namespace gatehouse::functions
