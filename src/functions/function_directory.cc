#include "functions/function_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/uuid.h"
#include "functions/function_change.h"
#include "functions/function_record.h"
#include "functions/layer_records.h"

namespace gatehouse::functions {
namespace {

Error exists_already(const FunctionName& name) {
    return {ErrorKind::Conflict, "Function already exist: " + name.value(), {}};
}

// The API speaks of functions as being created or changed for a while; here that is over when it
// answers, but tools wait for the words. A revision that was in that state is not the present one.
Function as_pending(Function function, Random& random) {
    function.configuration.revision = RevisionId(make_uuid(random));
    function.configuration.state = FunctionState::Pending;
    function.configuration.state_reason = "The function is being created.";
    function.configuration.state_reason_code = "Creating";
    function.configuration.last_update_status.reset();
    return function;
}

Function as_in_progress(Function function, Random& random) {
    function.configuration.revision = RevisionId(make_uuid(random));
    function.configuration.last_update_status = LastUpdateStatus::InProgress;
    function.configuration.last_update_reason = "The function is being created.";
    function.configuration.last_update_reason_code = "Creating";
    return function;
}

void apply(const UpdateFunctionConfiguration& request, FunctionConfiguration& configuration) {
    const auto set = [](const auto& from, auto& to) {
        if (from) to = *from;
    };
    set(request.runtime, configuration.runtime);
    set(request.role, configuration.role);
    set(request.handler, configuration.handler);
    set(request.description, configuration.description);
    set(request.timeout_s, configuration.timeout_s);
    set(request.memory_mb, configuration.memory_mb);
    set(request.ephemeral_storage_mb, configuration.ephemeral_storage_mb);
    set(request.log_group, configuration.log_group);
    set(request.tracing, configuration.tracing);
    if (request.environment) configuration.environment = request.environment;
}

FunctionConfiguration configuration_of(const Tenant& tenant, const CreateFunction& request) {
    return {.name = request.name,
            .arn = arn_of(tenant, request.name),
            .runtime = request.runtime,
            .role = request.role,
            .handler = request.handler,
            .description = request.description,
            .timeout_s = request.timeout_s.value_or(timeout_s_default),
            .memory_mb = request.memory_mb.value_or(memory_mb_default),
            .ephemeral_storage_mb = request.ephemeral_storage_mb.value_or(ephemeral_storage_mb_min),
            .environment = request.environment,
            .log_group = request.log_group.value_or(own_log_group(request.name)),
            .architecture = request.architecture,
            .tracing = request.tracing,
            .state = FunctionState::Active,
            .last_update_status = LastUpdateStatus::Successful};
}

}  // namespace

Result<FunctionDirectory::Change> FunctionDirectory::begin(const Tenant& tenant,
                                                           const FunctionName& name) {
    Key key{tenant, name};
    if (!state_.lock()->changing.insert(key).second) {
        return fail(ErrorKind::Conflict,
                    "The operation cannot be performed at this time. An update is in progress for "
                    "resource: " +
                        arn_of(tenant, name));
    }
    return Change(*this, std::move(key));
}

Result<void> FunctionDirectory::load() {
    std::map<Key, Versions> functions;
    std::set<CodeHash> used;
    std::optional<Error> problem;
    const auto take = [&](const storage::Record& record) {
        Result<Function> function = decode_function(record.body);
        if (!function) {
            problem = std::move(function.error());
            problem->message += fmt::format(" (function '{}')", record.key.name);
            return;
        }
        note_packages(function->configuration, used);
        const Key key{record.key.tenant, function->configuration.name};
        functions[key].latest = std::make_shared<const Function>(std::move(*function));
    };
    if (auto scanned = parts_.store.blocking().scan(function_kind, take); !scanned) return scanned;
    if (problem) return fail(std::move(*problem));
    if (auto loaded = load_versions(functions, used); !loaded) return loaded;
    if (auto noted = LayerRecords(parts_.store.blocking()).note_packages(used); !noted) {
        return noted;
    }
    state_.lock()->functions = std::move(functions);
    parts_.packages.keep_only(used);
    return {};
}

FunctionSnapshot FunctionDirectory::find(const Tenant& tenant, const FunctionName& name) const {
    const auto state = state_.lock();
    const auto at = state->functions.find({tenant, name});
    return at == state->functions.end() ? nullptr : at->second.latest;
}

std::vector<FunctionSnapshot> FunctionDirectory::list(const Tenant& tenant, std::string_view after,
                                                      std::size_t limit) const {
    std::vector<FunctionSnapshot> found;
    const auto state = state_.lock();
    const Key start{tenant, FunctionName(after)};
    auto at =
        after.empty() ? state->functions.lower_bound(start) : state->functions.upper_bound(start);
    for (; at != state->functions.end() && at->first.first == tenant && found.size() < limit;
         ++at) {
        found.push_back(at->second.latest);
    }
    return found;
}

std::vector<Tenant> FunctionDirectory::tenants_with(const FunctionName& name) const {
    std::vector<Tenant> tenants;
    const auto state = state_.lock();
    for (const auto& [key, function] : state->functions) {
        if (key.second == name) tenants.push_back(key.first);
    }
    return tenants;
}

async::Task<Result<std::vector<LayerUse>>> FunctionDirectory::layers_of(
    Tenant tenant, std::vector<std::string> arns) {
    if (arns.empty()) co_return std::vector<LayerUse>();
    co_return co_await parts_.store.run(
        [tenant = std::move(tenant), arns = std::move(arns)](storage::ResourceStore& store) {
            return LayerRecords(store).resolve(tenant, arns);
        });
}

async::Task<Result<void>> FunctionDirectory::check_size(FunctionConfiguration configuration) {
    if (configuration.layers.empty()) co_return Result<void>();
    std::vector<CodeHash> hashes{configuration.code_hash};
    for (const LayerUse& layer : configuration.layers) hashes.push_back(layer.code_hash);
    PackageStore& packages = parts_.packages;
    const auto bytes = co_await parts_.workers.run(
        *async::EventLoop::current(),
        [&packages, hashes = std::move(hashes)]() -> Result<std::uint64_t> {
            std::uint64_t all = 0;
            for (const CodeHash& hash : hashes) {
                const auto each = packages.unpacked_bytes(hash);
                if (!each) return each;
                all += *each;
            }
            return all;
        });
    if (!bytes) co_return fail(bytes.error());
    if (*bytes <= unzipped_bytes_max) co_return Result<void>();
    co_return fail(ErrorKind::InvalidInput,
                   fmt::format("Function code combined with layers exceeds the maximum allowed "
                               "size of {} bytes. The actual size is {} bytes.",
                               unzipped_bytes_max, *bytes));
}

async::Task<Result<StoredPackage>> FunctionDirectory::keep(std::string zip) {
    PackageStore& packages = parts_.packages;
    co_return co_await parts_.workers.run(
        *async::EventLoop::current(),
        [&packages, zip = std::move(zip)]() -> Result<StoredPackage> { return packages.add(zip); });
}

async::Task<Result<void>> FunctionDirectory::check_role(Tenant tenant, FunctionName name,
                                                        std::string role) {
    if (!parts_.check_role) co_return Result<void>();
    const auto& check = parts_.check_role;
    co_return co_await parts_.workers.run(
        *async::EventLoop::current(),
        [&check, tenant = std::move(tenant), name = std::move(name), role = std::move(role)] {
            return check(tenant, name, role);
        });
}

async::Task<Result<FunctionSnapshot>> FunctionDirectory::store(Function function,
                                                               storage::Batch batch) {
    batch.put(record_key(function.tenant, function.configuration.name), encode(function));
    Result<storage::Revision> applied = co_await parts_.store.apply(std::move(batch));
    if (!applied) co_return fail(std::move(applied.error()));
    auto snapshot = std::make_shared<const Function>(std::move(function));
    state_.lock()->functions[{snapshot->tenant, snapshot->configuration.name}].latest = snapshot;
    co_return snapshot;
}

async::Task<Result<FunctionSnapshot>> FunctionDirectory::replace(Function function,
                                                                 storage::Batch batch) {
    const FunctionName name = function.configuration.name;
    batch.require(storage::Exists{record_key(function.tenant, name)},
                  function_not_found(function.tenant, name));
    co_return co_await store(std::move(function), std::move(batch));
}

async::Task<Result<Function>> FunctionDirectory::create(Tenant tenant, CreateFunction request) {
    Function function{
        .tenant = tenant, .configuration = configuration_of(tenant, request), .tags = request.tags};
    if (auto checked = check_configuration(function.configuration); !checked) {
        co_return fail(std::move(checked.error()));
    }
    if (auto checked = check_tags(request.tags); !checked) {
        co_return fail(std::move(checked.error()));
    }
    const Result<Change> change = begin(tenant, request.name);
    if (!change) co_return fail(change.error());
    if (find(tenant, request.name)) co_return fail(exists_already(request.name));
    if (auto checked = co_await check_role(tenant, request.name, request.role); !checked) {
        co_return fail(std::move(checked.error()));
    }
    auto layers = co_await layers_of(tenant, std::move(request.layers));
    if (!layers) co_return fail(std::move(layers.error()));
    function.configuration.layers = std::move(*layers);
    Result<StoredPackage> package = co_await keep(std::move(request.zip));
    if (!package) co_return fail(std::move(package.error()));
    function.configuration.code_hash = package->hash;
    function.configuration.code_bytes = package->bytes;
    if (auto fits = co_await check_size(function.configuration); !fits) {
        co_return fail(std::move(fits.error()));
    }
    function.configuration.last_modified = parts_.clock.wall_now();
    function.configuration.revision = RevisionId(make_uuid(parts_.random));
    storage::Batch batch;
    batch.require(storage::IsAbsent{record_key(tenant, request.name)},
                  exists_already(request.name));
    Result<FunctionSnapshot> stored = co_await store(std::move(function), std::move(batch));
    if (!stored) co_return fail(std::move(stored.error()));
    co_return as_pending(**stored, parts_.random);
}

async::Task<Result<Function>> FunctionDirectory::update_code(Tenant tenant, FunctionName name,
                                                             UpdateFunctionCode request) {
    const Result<Change> change = begin(tenant, name);
    if (!change) co_return fail(change.error());
    const FunctionSnapshot present = find(tenant, name);
    if (!present) co_return fail(function_not_found(tenant, name));
    if (auto checked = check_revision(request.revision, present->configuration.revision);
        !checked) {
        co_return fail(std::move(checked.error()));
    }
    Result<StoredPackage> package = co_await keep(std::move(request.zip));
    if (!package) co_return fail(std::move(package.error()));
    Function function = *present;
    function.configuration.code_hash = package->hash;
    function.configuration.code_bytes = package->bytes;
    if (auto fits = co_await check_size(function.configuration); !fits) {
        co_return fail(std::move(fits.error()));
    }
    if (request.dry_run == DryRun::Yes) {
        co_return as_in_progress(std::move(function), parts_.random);
    }
    function.configuration.last_modified = parts_.clock.wall_now();
    function.configuration.revision = RevisionId(make_uuid(parts_.random));
    Result<FunctionSnapshot> stored = co_await replace(std::move(function));
    if (!stored) co_return fail(std::move(stored.error()));
    co_return as_in_progress(**stored, parts_.random);
}

async::Task<Result<Function>> FunctionDirectory::update_configuration(
    Tenant tenant, FunctionName name, UpdateFunctionConfiguration request) {
    const Result<Change> change = begin(tenant, name);
    if (!change) co_return fail(change.error());
    const FunctionSnapshot present = find(tenant, name);
    if (!present) co_return fail(function_not_found(tenant, name));
    if (auto checked = check_revision(request.revision, present->configuration.revision);
        !checked) {
        co_return fail(std::move(checked.error()));
    }
    if (request.role) {
        auto checked = co_await check_role(tenant, name, *request.role);
        if (!checked) co_return fail(std::move(checked.error()));
    }
    Function function = *present;
    apply(request, function.configuration);
    if (auto checked = check_configuration(function.configuration); !checked) {
        co_return fail(std::move(checked.error()));
    }
    if (request.layers) {
        auto layers = co_await layers_of(tenant, std::move(*request.layers));
        if (!layers) co_return fail(std::move(layers.error()));
        function.configuration.layers = std::move(*layers);
        auto fits = co_await check_size(function.configuration);
        if (!fits) co_return fail(std::move(fits.error()));
    }
    function.configuration.last_modified = parts_.clock.wall_now();
    function.configuration.revision = RevisionId(make_uuid(parts_.random));
    Result<FunctionSnapshot> stored = co_await replace(std::move(function));
    if (!stored) co_return fail(std::move(stored.error()));
    co_return as_in_progress(**stored, parts_.random);
}

async::Task<Result<void>> FunctionDirectory::remove(Tenant tenant, FunctionName name) {
    const Result<Change> change = begin(tenant, name);
    if (!change) co_return fail(change.error());
    storage::Batch batch;
    batch.require(storage::Exists{record_key(tenant, name)}, function_not_found(tenant, name));
    batch.change(storage::Remove{record_key(tenant, name)});
    for (const FunctionSnapshot& version : versions(tenant, name)) {
        batch.change(storage::Remove{record_key(tenant, name, version->configuration.version)});
    }
    Result<storage::Revision> applied = co_await parts_.store.apply(std::move(batch));
    if (!applied) co_return fail(std::move(applied.error()));
    state_.lock()->functions.erase({tenant, name});
    if (parts_.on_removed) parts_.on_removed(tenant, name);
    co_return Result<void>();
}

async::Task<Result<void>> FunctionDirectory::change_tags(Tenant tenant, FunctionName name,
                                                         std::map<std::string, std::string> added,
                                                         std::vector<std::string> removed) {
    const Result<Change> change = begin(tenant, name);
    if (!change) co_return fail(change.error());
    const FunctionSnapshot present = find(tenant, name);
    if (!present) co_return fail(function_not_found(tenant, name));
    Function function = *present;
    for (auto& [key, value] : added) function.tags.insert_or_assign(key, std::move(value));
    for (const std::string& key : removed) function.tags.erase(key);
    if (auto checked = check_tags(function.tags); !checked) {
        co_return fail(std::move(checked.error()));
    }
    const Result<FunctionSnapshot> stored = co_await replace(std::move(function));
    if (!stored) co_return fail(stored.error());
    co_return Result<void>();
}

async::Task<Result<std::string>> FunctionDirectory::package(FunctionRef function) {
    const auto present = get(function.tenant, function.name, function.qualifier);
    if (!present) co_return fail(present.error());
    PackageStore& packages = parts_.packages;
    const CodeHash hash = (*present)->configuration.code_hash;
    co_return co_await parts_.workers.run(
        *async::EventLoop::current(),
        [&packages, hash]() -> Result<std::string> { return packages.read(hash); });
}

}  // namespace gatehouse::functions
