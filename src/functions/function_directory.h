// The functions that exist: made, changed and removed here, kept in the resource store, and held
// in memory as snapshots so that finding one costs no disk.
//
// Errors of the operations, beside the store's: InvalidInput (a field; place.field names it),
// NotFound, Conflict (it exists already, or is being changed right now; place.field is
// "revisionId" when the caller's revision is not the present one), TooLarge (the package),
// LimitExceeded (policy text). Messages are AWS's where its API has one.
//
// Threads: find() and the other const methods from any thread; operations from a task on any
// loop. Two operations on one function never overlap: the later one fails with Conflict.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "async/guarded.h"
#include "async/worker_pool.h"
#include "base/random.h"
#include "functions/function_requests.h"
#include "functions/instance_pool.h"
#include "functions/package_store.h"
#include "functions/permission.h"
#include "storage/async_resource_store.h"

namespace gatehouse::functions {

class FunctionDirectory final : public FunctionLookup, Pinned {
public:
    struct Parts {
        storage::AsyncResourceStore& store;
        PackageStore& packages;
        async::WorkerPool& workers;
        const Clock& clock;
        Random& random;
        // Told after a function is gone, on the loop of the task that removed it.
        std::move_only_function<void(const Tenant&, const FunctionName&)> on_removed;
    };
    explicit FunctionDirectory(Parts parts) : parts_(std::move(parts)) {}

    // Reads everything from the store, at start, and removes packages nobody uses.
    Result<void> load();

    FunctionSnapshot find(const Tenant& tenant, const FunctionName& name) const override;
    // NotFound with AWS's message when absent.
    Result<FunctionSnapshot> get(const Tenant& tenant, const FunctionName& name) const;
    // By name, beginning after `after`; at most `limit`.
    std::vector<FunctionSnapshot> list(const Tenant& tenant, std::string_view after,
                                       std::size_t limit) const;
    // Tenants that have a function of this name, for "it exists, but elsewhere".
    std::vector<Tenant> tenants_with(const FunctionName& name) const;

    // The answers show the change as under way (State Pending, LastUpdateStatus InProgress), as
    // AWS answers; it is complete when they arrive, and find() shows that.
    async::Task<Result<Function>> create(Tenant tenant, CreateFunction request);
    async::Task<Result<Function>> update_code(Tenant tenant, FunctionName name,
                                              UpdateFunctionCode request);
    async::Task<Result<Function>> update_configuration(Tenant tenant, FunctionName name,
                                                       UpdateFunctionConfiguration request);
    async::Task<Result<void>> remove(Tenant tenant, FunctionName name);
    // Empty: back to the common bound.
    async::Task<Result<void>> reserve_concurrency(Tenant tenant, FunctionName name,
                                                  std::optional<std::uint32_t> reserved);

    // Tags with these keys get these values; then the keys in `removed` go. InvalidInput when more
    // than resource_tags_max are left.
    async::Task<Result<void>> change_tags(Tenant tenant, FunctionName name,
                                          std::map<std::string, std::string> added,
                                          std::vector<std::string> removed);

    // The statement's JSON text.
    async::Task<Result<std::string>> add_permission(Tenant tenant, FunctionName name,
                                                    Permission permission,
                                                    std::optional<RevisionId> revision);
    async::Task<Result<void>> remove_permission(Tenant tenant, FunctionName name,
                                                StatementId statement,
                                                std::optional<RevisionId> revision);
    struct Policy {
        std::string text;
        RevisionId revision;
    };
    // NotFound when the function has no permissions.
    Result<Policy> policy(const Tenant& tenant, const FunctionName& name) const;

    // The package as it was uploaded.
    async::Task<Result<std::string>> package(Tenant tenant, FunctionName name);

private:
    using Key = std::pair<Tenant, FunctionName>;
    struct State {
        std::map<Key, FunctionSnapshot> functions;
        std::set<Key> changing;
    };
    class Change;

    Result<Change> begin(const Tenant& tenant, const FunctionName& name);
    async::Task<Result<StoredPackage>> keep(std::string zip);
    async::Task<Result<FunctionSnapshot>> store(Function function, storage::Batch batch);
    async::Task<Result<FunctionSnapshot>> replace(Function function);

    Parts parts_;
    async::Guarded<State> state_;
};

}  // namespace gatehouse::functions
