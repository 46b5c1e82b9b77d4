// The functions that exist: made, changed and removed here, kept in the resource store, and held
// in memory as snapshots so that finding one costs no disk.
//
// Errors of the operations, beside the store's: InvalidInput (a field; place.field names it; or the
// role, or a layer),
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
        // Whether a function may have the role: InvalidInput in AWS's words when not. Called on a
        // worker, where it may block. Empty: any.
        std::function<Result<void>(const Tenant&, const FunctionName&, const std::string& role)>
            check_role = {};
    };
    explicit FunctionDirectory(Parts parts) : parts_(std::move(parts)) {}

    // Reads everything from the store, at start, and removes packages nobody uses.
    Result<void> load();

    // $LATEST.
    FunctionSnapshot find(const Tenant& tenant, const FunctionName& name) const;
    FunctionSnapshot choose(const FunctionRef& function, Random& random) const override;
    // NotFound with AWS's message when absent. With the name of an alias, its first version.
    Result<FunctionSnapshot> get(const Tenant& tenant, const FunctionName& name,
                                 const Qualifier& qualifier = {}) const;
    // By name, beginning after `after`; at most `limit`.
    std::vector<FunctionSnapshot> list(const Tenant& tenant, std::string_view after,
                                       std::size_t limit) const;
    // $LATEST, then what was published, the oldest first. Empty when there is no such function.
    std::vector<FunctionSnapshot> versions(const Tenant& tenant, const FunctionName& name) const;
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

    // A version of what $LATEST is now; the one published last when nothing changed since.
    // InvalidInput unless the code has the hash that was asked for.
    async::Task<Result<FunctionSnapshot>> publish(Tenant tenant, FunctionName name,
                                                  PublishVersion request);
    // Conflict while an alias leads to it.
    async::Task<Result<void>> remove_version(Tenant tenant, FunctionName name,
                                             FunctionVersion version);
    async::Task<Result<Alias>> create_alias(Tenant tenant, FunctionName name, Alias alias);
    async::Task<Result<Alias>> update_alias(Tenant tenant, FunctionName name, AliasName alias,
                                            UpdateAlias request);
    // Nothing happens when it is absent.
    async::Task<Result<void>> remove_alias(Tenant tenant, FunctionName name, AliasName alias);

    // How events to the function as it is named with this qualifier are treated. Merge: what the
    // change does not say stays.
    enum class EventConfigChange : std::uint8_t { Replace, Merge };
    async::Task<Result<EventInvokeConfig>> configure_events(FunctionRef function,
                                                            EventInvokeConfig config,
                                                            EventConfigChange change);
    async::Task<Result<void>> remove_event_config(FunctionRef function);
    // NotFound when there is none; or no such function, version or alias.
    Result<EventInvokeConfig> event_config(const FunctionRef& function) const;

    // Empty: back to the common bound. InvalidInput when it leaves too little to the others.
    async::Task<Result<void>> reserve_concurrency(Tenant tenant, FunctionName name,
                                                  std::optional<std::uint32_t> reserved);

    // Tags with these keys get these values; then the keys in `removed` go. InvalidInput when more
    // than resource_tags_max are left.
    async::Task<Result<void>> change_tags(Tenant tenant, FunctionName name,
                                          std::map<std::string, std::string> added,
                                          std::vector<std::string> removed);

    // Of the function as it is named with this qualifier. The statement's JSON text.
    async::Task<Result<std::string>> add_permission(FunctionRef function, Permission permission,
                                                    std::optional<RevisionId> revision);
    async::Task<Result<void>> remove_permission(FunctionRef function, StatementId statement,
                                                std::optional<RevisionId> revision);
    struct Policy {
        std::string text;
        RevisionId revision;
    };
    // NotFound when the function has no permissions.
    Result<Policy> policy(const FunctionRef& function) const;

    // The package as it was uploaded.
    async::Task<Result<std::string>> package(FunctionRef function);

    struct Usage {
        std::size_t functions = 0;
        std::uint64_t code_bytes = 0;  // of all versions
        std::uint64_t reserved = 0;    // concurrency
    };
    Usage usage(const Tenant& tenant) const;

private:
    using Key = std::pair<Tenant, FunctionName>;
    struct Versions {
        FunctionSnapshot latest;
        std::map<std::uint64_t, FunctionSnapshot> published;
    };
    struct State {
        std::map<Key, Versions> functions;
        std::set<Key> changing;
    };
    class Change;

    Result<Change> begin(const Tenant& tenant, const FunctionName& name);
    async::Task<Result<void>> check_role(Tenant tenant, FunctionName name, std::string role);
    async::Task<Result<std::vector<LayerUse>>> layers_of(Tenant tenant,
                                                         std::vector<std::string> arns);
    // The code and the layers are not too large together.
    async::Task<Result<void>> check_size(FunctionConfiguration configuration);
    async::Task<Result<StoredPackage>> keep(std::string zip);
    async::Task<Result<FunctionSnapshot>> store(Function function, storage::Batch batch);
    async::Task<Result<FunctionSnapshot>> replace(Function function, storage::Batch batch = {});
    // What the qualifier names; null: nothing. `draw`: from 0 up to 1, for an alias of two.
    static FunctionSnapshot version_of(const Versions& versions, const Qualifier& qualifier,
                                       double draw);
    Result<void> load_versions(std::map<Key, Versions>& functions, std::set<CodeHash>& used);
    Result<void> check_alias(const Tenant& tenant, const FunctionName& name,
                             const Alias& alias) const;

    Parts parts_;
    async::Guarded<State> state_;
};

}  // namespace gatehouse::functions
