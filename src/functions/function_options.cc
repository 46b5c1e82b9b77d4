// What FunctionDirectory keeps of a function beside its code: who may invoke it, how much of it
// runs at once, how its events are repeated.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "functions/function_change.h"
#include "functions/permission.h"

namespace gatehouse::functions {
namespace {

Error no_event_config(const FunctionRef& function) {
    const Qualifier& named = function.qualifier;
    return {ErrorKind::NotFound,
            fmt::format("The function {} doesn't have an EventInvokeConfig",
                        arn_of(function.tenant, function.name,
                               named.empty() ? Qualifier(latest_version) : named)),
            {}};
}

// $LATEST and no qualifier mean the same: one policy, one treatment of events.
Qualifier kept_as(const Qualifier& qualifier) {
    return qualifier.view() == latest_version ? Qualifier() : qualifier;
}

}  // namespace

async::Task<Result<void>> FunctionDirectory::reserve_concurrency(
    Tenant tenant, FunctionName name, std::optional<std::uint32_t> reserved) {
    const Result<Change> change = begin(tenant, name);
    if (!change) co_return fail(change.error());
    const FunctionSnapshot present = find(tenant, name);
    if (!present) co_return fail(function_not_found(tenant, name));
    const std::uint64_t others = usage(tenant).reserved - present->reserved_concurrency.value_or(0);
    if (reserved && others + *reserved > account_concurrency_max - unreserved_concurrency_min) {
        co_return fail(ErrorKind::InvalidInput,
                       fmt::format("Specified ReservedConcurrentExecutions for function decreases "
                                   "account's UnreservedConcurrentExecution below its minimum "
                                   "value of [{}].",
                                   unreserved_concurrency_min));
    }
    Function function = *present;
    function.reserved_concurrency = reserved;
    const Result<FunctionSnapshot> stored = co_await replace(std::move(function));
    if (!stored) co_return fail(stored.error());
    const auto state = state_.lock();
    for (auto& [number, version] : state->functions[{tenant, name}].published) {
        Function changed = *version;
        changed.reserved_concurrency = reserved;
        version = std::make_shared<const Function>(std::move(changed));
    }
    co_return Result<void>();
}

FunctionDirectory::Usage FunctionDirectory::usage(const Tenant& tenant) const {
    Usage usage;
    const auto state = state_.lock();
    for (auto at = state->functions.lower_bound({tenant, {}});
         at != state->functions.end() && at->first.first == tenant; ++at) {
        const Function& latest = *at->second.latest;
        ++usage.functions;
        usage.code_bytes += latest.configuration.code_bytes;
        usage.reserved += latest.reserved_concurrency.value_or(0);
        for (const auto& [number, version] : at->second.published) {
            usage.code_bytes += version->configuration.code_bytes;
        }
    }
    return usage;
}

async::Task<Result<std::string>> FunctionDirectory::add_permission(
    FunctionRef reference, Permission permission, std::optional<RevisionId> revision) {
    if (auto checked = check_permission(permission); !checked) {
        co_return fail(std::move(checked.error()));
    }
    const Result<Change> change = begin(reference.tenant, reference.name);
    if (!change) co_return fail(change.error());
    const auto named = get(reference.tenant, reference.name, reference.qualifier);
    if (!named) co_return fail(named.error());
    Function function = *find(reference.tenant, reference.name);
    const Qualifier qualifier = kept_as(reference.qualifier);
    auto text = add_statement(function.policies[qualifier], std::move(permission), revision,
                              qualified_arn(function.configuration, qualifier), parts_.random);
    if (!text) co_return text;
    const Result<FunctionSnapshot> stored = co_await replace(std::move(function));
    if (!stored) co_return fail(stored.error());
    co_return text;
}

async::Task<Result<void>> FunctionDirectory::remove_permission(FunctionRef reference,
                                                               StatementId statement,
                                                               std::optional<RevisionId> revision) {
    const Result<Change> change = begin(reference.tenant, reference.name);
    if (!change) co_return fail(change.error());
    const auto named = get(reference.tenant, reference.name, reference.qualifier);
    if (!named) co_return fail(named.error());
    Function function = *find(reference.tenant, reference.name);
    const Qualifier qualifier = kept_as(reference.qualifier);
    ResourcePolicy& policy = function.policies[qualifier];
    auto removed = remove_statement(policy, statement, revision, parts_.random);
    if (!removed) co_return removed;
    if (policy.permissions.empty()) function.policies.erase(qualifier);
    const Result<FunctionSnapshot> stored = co_await replace(std::move(function));
    if (!stored) co_return fail(stored.error());
    co_return Result<void>();
}

Result<FunctionDirectory::Policy> FunctionDirectory::policy(const FunctionRef& reference) const {
    const auto named = get(reference.tenant, reference.name, reference.qualifier);
    if (!named) return fail(named.error());
    const FunctionSnapshot latest = find(reference.tenant, reference.name);
    const Qualifier qualifier = kept_as(reference.qualifier);
    const auto policy = latest->policies.find(qualifier);
    if (policy == latest->policies.end()) {
        return fail(ErrorKind::NotFound, "The resource you requested does not exist.");
    }
    return Policy{resource_policy_text(*latest, qualifier), policy->second.revision};
}

async::Task<Result<EventInvokeConfig>> FunctionDirectory::configure_events(
    FunctionRef reference, EventInvokeConfig config, EventConfigChange change_kind) {
    const Result<Change> change = begin(reference.tenant, reference.name);
    if (!change) co_return fail(change.error());
    const auto named = get(reference.tenant, reference.name, reference.qualifier);
    if (!named) co_return fail(ErrorKind::NotFound, "The function doesn't exist.");
    Function function = *find(reference.tenant, reference.name);
    const Qualifier qualifier = kept_as(reference.qualifier);
    const auto present = function.event_configs.find(qualifier);
    if (change_kind == EventConfigChange::Merge) {
        if (present == function.event_configs.end()) co_return fail(no_event_config(reference));
        if (!config.retries_max) config.retries_max = present->second.retries_max;
        if (!config.age_max_s) config.age_max_s = present->second.age_max_s;
    }
    config.last_modified = parts_.clock.wall_now();
    function.event_configs[qualifier] = config;
    const Result<FunctionSnapshot> stored = co_await replace(std::move(function));
    if (!stored) co_return fail(stored.error());
    co_return config;
}

async::Task<Result<void>> FunctionDirectory::remove_event_config(FunctionRef reference) {
    const Result<Change> change = begin(reference.tenant, reference.name);
    if (!change) co_return fail(change.error());
    if (auto present = event_config(reference); !present) co_return fail(present.error());
    Function function = *find(reference.tenant, reference.name);
    function.event_configs.erase(kept_as(reference.qualifier));
    const Result<FunctionSnapshot> stored = co_await replace(std::move(function));
    if (!stored) co_return fail(stored.error());
    co_return Result<void>();
}

Result<EventInvokeConfig> FunctionDirectory::event_config(const FunctionRef& reference) const {
    const auto named = get(reference.tenant, reference.name, reference.qualifier);
    if (!named) return fail(ErrorKind::NotFound, "The function doesn't exist.");
    const FunctionSnapshot latest = find(reference.tenant, reference.name);
    const auto present = latest->event_configs.find(kept_as(reference.qualifier));
    if (present == latest->event_configs.end()) return fail(no_event_config(reference));
    return present->second;
}

}  // namespace gatehouse::functions
