#include "server/serve/function_runtime.h"

#include "async/run_on.h"
#include "base/encoding.h"
#include "functions/permission.h"
#include "server/invoke_permission.h"
#include "server/serve/isolation_report.h"

namespace gatehouse::server {
namespace {

// Whether the function's resource policy lets iot.amazonaws.com invoke it for the resource.
class ResourcePolicies final : public authentication::InvokePermissions {
public:
    explicit ResourcePolicies(const functions::FunctionDirectory& directory)
        : directory_(directory) {}

    std::optional<std::string> problem(const functions::FunctionRef& reference,
                                       const Tenant& tenant,
                                       std::string_view resource_arn) const override {
        // Policies are kept with $LATEST, which is the function without a version, too.
        const bool is_latest = reference.qualifier.view() == functions::latest_version;
        const functions::Qualifier qualifier =
            is_latest ? functions::Qualifier() : reference.qualifier;
        const auto named = directory_.get(reference.tenant, reference.name, qualifier);
        const functions::FunctionSnapshot function =
            directory_.find(reference.tenant, reference.name);
        if (!named || !function) return std::nullopt;  // invoking says that there is none
        const std::string arn = functions::qualified_arn(function->configuration, qualifier);
        return missing_invoke_permission(functions::resource_policy_text(*function, qualifier),
                                         {.function_name = reference.name.view(),
                                          .function_arn = arn,
                                          .source_arn = resource_arn,
                                          .account = tenant.account.view()});
    }

private:
    const functions::FunctionDirectory& directory_;
};

functions::IsolationMode isolation_of(Isolation isolation) {
    switch (isolation) {
        case Isolation::Auto: return functions::IsolationMode::Auto;
        case Isolation::Required: return functions::IsolationMode::Required;
        case Isolation::None: return functions::IsolationMode::None;
    }
    return functions::IsolationMode::Required;
}

functions::NetworkAccess network_of(FunctionNetwork network) {
    switch (network) {
        case FunctionNetwork::Full: return functions::NetworkAccess::Full;
        case FunctionNetwork::Loopback: return functions::NetworkAccess::Loopback;
        case FunctionNetwork::None: return functions::NetworkAccess::None;
    }
    return functions::NetworkAccess::None;
}

functions::FunctionSettings function_settings(const Settings& settings,
                                              const storage::DataDir& data_dir) {
    functions::FunctionSettings made;
    made.package_dir = data_dir.file("functions");
    made.cache_dir = data_dir.file("cache");
    made.search_path = functions::default_search_path();
    made.runtime_fallback = settings.profile.behaviour.runtime_fallback;
    made.isolation = isolation_of(settings.functions.isolation);
    made.network = network_of(settings.functions.network);
    made.instances_max = settings.functions.instances_max;
    made.instances_per_function_max = settings.functions.instances_per_function_max;
    made.idle_max = std::chrono::seconds(settings.functions.idle_seconds);
    return made;
}

}  // namespace

Result<std::unique_ptr<FunctionRuntime>> FunctionRuntime::make(const Settings& settings,
                                                               Foundation& foundation, Loops& loops,
                                                               iam::FunctionKeys& keys) {
    std::unique_ptr<FunctionRuntime> made(new FunctionRuntime());
    const functions::FunctionSettings functions = function_settings(settings, *foundation.data_dir);
    auto files = functions::install_runtime_files(functions.cache_dir / "runtimes");
    if (!files) return fail(std::move(files.error()));
    made->log_ = std::make_unique<functions::EventSinkFunctionLog>(*foundation.log);
    made->packages_ = std::make_unique<functions::PackageStore>(functions::PackageStore::Places{
        functions.package_dir, functions.cache_dir, files->sandbox});
    if (auto opened = made->packages_->open(); !opened) return fail(std::move(opened.error()));
    if (auto groups = functions::MemoryGroups::open({})) {
        made->memory_groups_ = std::move(*groups);
        made->memory_text_ = "held by control groups";
    } else {
        made->memory_text_ = "watched, since " + groups.error().message;
    }
    made->pool_ = std::make_unique<functions::InstancePool>(
        functions::InstancePool::Parts{
            .loop = loops.main(),
            .workers = made->workers_,
            .log = *made->log_,
            .issuer = &keys,
            .random = foundation.random,
            .packages = *made->packages_,
            .memory_groups = made->memory_groups_.get(),
            .on_isolation =
                [&log = *foundation.log, tenant = default_tenant(settings),
                 mode = functions.isolation](std::string_view reached) {
                    report_isolation(log, tenant, mode, reached);
                }},
        functions, *files);
    made->make_directories(foundation, keys);
    if (auto loaded = made->directory_->load(); !loaded) return fail(std::move(loaded.error()));
    made->network_ = functions.network;
    made->make_invokers(foundation, loops);
    made->async_invocations_ = std::make_unique<functions::AsyncInvocations>(
        functions::AsyncInvocations::Parts{
            .loop = loops.main(),
            .invoker = *made->remote_,
            .events = *foundation.log,
            .store = *foundation.async_store,
            .config_of =
                [directory = made->directory_.get()](const functions::FunctionRef& function) {
                    return directory->event_config(function).value_or(
                        functions::EventInvokeConfig());
                }},
        functions::AsyncInvocationSettings());
    made->permissions_ = std::make_unique<ResourcePolicies>(*made->directory_);
    return made;
}

void FunctionRuntime::make_directories(Foundation& foundation, iam::FunctionKeys& keys) {
    directory_ = std::make_unique<functions::FunctionDirectory>(functions::FunctionDirectory::Parts{
        .store = *foundation.async_store,
        .packages = *packages_,
        .workers = workers_,
        .clock = *foundation.clock,
        .random = foundation.random,
        .on_removed =
            [pool = pool_.get()](const Tenant& tenant, const functions::FunctionName& name) {
                // The pool lives on its own loop.
                pool->loop().post([pool, tenant, name] { pool->forget(tenant, name); });
            },
        .check_role =
            [&keys](const Tenant& tenant, const functions::FunctionName& name,
                    const std::string& role) {
                return keys.check_role(tenant, name.value(), role);
            }});
    layers_ = std::make_unique<functions::LayerDirectory>(
        functions::LayerDirectory::Parts{.store = *foundation.async_store,
                                         .packages = *packages_,
                                         .workers = workers_,
                                         .clock = *foundation.clock,
                                         .random = foundation.random});
}

void FunctionRuntime::make_invokers(Foundation& foundation, Loops& loops) {
    invoker_ = std::make_unique<functions::PooledInvoker>(*directory_, *pool_, foundation.random);
    lookups_ = std::make_unique<net::NameLookups>(loops.main());
    remote_ = std::make_unique<functions::RemoteInvoker>(
        functions::RemoteInvoker::Parts{.functions = *directory_,
                                        .local = *invoker_,
                                        .home = loops.main(),
                                        .lookups = *lookups_,
                                        .log = *log_,
                                        .random = foundation.random},
        functions::RemoteInvoker::Settings{.network = network_});
}

FunctionRuntime::~FunctionRuntime() = default;

// Where an instance has no way to this machine's network, the address would only mislead.
void FunctionRuntime::announce_api(const std::string& url) {
    if (network_ != functions::NetworkAccess::Full) return;
    pool_->add_to_environment("AWS_ENDPOINT_URL", url);
}

Result<void> FunctionRuntime::resume_events() {
    return async_invocations_->resume();
}

async::Task<void> FunctionRuntime::stop(Deadline deadline) {
    async_invocations_->stop();
    remote_->close();
    co_await pool_->stop(deadline);
    co_await async_invocations_->join();
}

}  // namespace gatehouse::server
