// The versions and aliases of FunctionDirectory.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/uuid.h"
#include "functions/function_change.h"
#include "functions/function_record.h"

namespace gatehouse::functions {
namespace {

std::uint64_t number_of(std::string_view version) {
    std::uint64_t number = 0;
    std::from_chars(version.data(), version.data() + version.size(), number);
    return number;
}

Qualifier qualifier_of(const auto& name) {
    return Qualifier(name.view());
}

Error no_alias(const Tenant& tenant, const FunctionName& name, const AliasName& alias) {
    return {ErrorKind::NotFound,
            "Cannot find alias arn: " + arn_of(tenant, name, qualifier_of(alias)),
            {}};
}

// Whether publishing would make the same version once more. What a version is called and when it
// was made says nothing.
bool is_published_as(const FunctionConfiguration& latest, const FunctionConfiguration& version) {
    FunctionConfiguration same = latest;
    same.version = version.version;
    same.description = version.description;
    same.last_modified = version.last_modified;
    same.revision = version.revision;
    return same == version;
}

// Source of the rules: Lambda Developer Guide, "Using Lambda aliases for weighted routing".
Result<void> check_shares(const Alias& alias) {
    if (alias.other_versions.size() > 1) {
        return fail(ErrorKind::InvalidInput,
                    "Number of items in AdditionalVersionWeights cannot be greater than 1");
    }
    for (const auto& [version, share] : alias.other_versions) {
        if (alias.version.view() == latest_version) {
            return fail(ErrorKind::InvalidInput,
                        "$LATEST is not supported for an alias pointing to more than 1 version");
        }
        if (version == alias.version) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("Invalid function version {}. Function version {} is already "
                                    "included in routing configuration.",
                                    version.view(), version.view()));
        }
        if (!(share >= 0 && share <= 1)) {
            return fail(
                ErrorKind::InvalidInput,
                fmt::format("the weight of version {} must be from 0 to 1", version.view()));
        }
    }
    return {};
}

}  // namespace

FunctionSnapshot FunctionDirectory::version_of(const Versions& versions, const Qualifier& qualifier,
                                               double draw) {
    const auto published = [&](std::string_view version) -> FunctionSnapshot {
        if (version == latest_version) return versions.latest;
        const auto at = versions.published.find(number_of(version));
        const bool is_it =
            at != versions.published.end() && at->second->configuration.version.view() == version;
        return is_it ? at->second : nullptr;
    };
    if (qualifier.empty()) return versions.latest;
    if (qualifier.view() == latest_version || is_version_number(qualifier.view())) {
        return published(qualifier.view());
    }
    const auto alias = versions.latest->aliases.find(AliasName(qualifier.value()));
    if (alias == versions.latest->aliases.end()) return nullptr;
    for (const auto& [version, share] : alias->second.other_versions) {
        if (draw < share) return published(version.view());
        draw -= share;
    }
    return published(alias->second.version.view());
}

FunctionSnapshot FunctionDirectory::choose(const FunctionRef& function, Random& random) const {
    const bool is_certain = function.qualifier.empty();
    const double draw = is_certain ? 0 : random.fraction();
    const auto state = state_.lock();
    const auto at = state->functions.find({function.tenant, function.name});
    if (at == state->functions.end()) return nullptr;
    return version_of(at->second, function.qualifier, draw);
}

Result<FunctionSnapshot> FunctionDirectory::get(const Tenant& tenant, const FunctionName& name,
                                                const Qualifier& qualifier) const {
    const auto state = state_.lock();
    const auto at = state->functions.find({tenant, name});
    FunctionSnapshot found;
    if (at != state->functions.end()) found = version_of(at->second, qualifier, 1);
    if (!found) return fail(function_not_found(tenant, name, qualifier));
    return found;
}

std::vector<FunctionSnapshot> FunctionDirectory::versions(const Tenant& tenant,
                                                          const FunctionName& name) const {
    std::vector<FunctionSnapshot> found;
    const auto state = state_.lock();
    const auto at = state->functions.find({tenant, name});
    if (at == state->functions.end()) return found;
    found.push_back(at->second.latest);
    for (const auto& [number, version] : at->second.published) found.push_back(version);
    return found;
}

Result<void> FunctionDirectory::load_versions(std::map<Key, Versions>& functions,
                                              std::set<CodeHash>& used) {
    std::optional<Error> problem;
    const auto take = [&](const storage::Record& record) {
        Result<Function> version = decode_function(record.body);
        if (!version) {
            problem = std::move(version.error());
            problem->message += fmt::format(" (version '{}')", record.key.name);
            return;
        }
        const auto of = functions.find({record.key.tenant, version->configuration.name});
        if (of == functions.end()) return;
        note_packages(version->configuration, used);
        version->reserved_concurrency = of->second.latest->reserved_concurrency;
        const auto number = number_of(version->configuration.version.view());
        of->second.published[number] = std::make_shared<const Function>(std::move(*version));
    };
    if (auto scanned = parts_.store.blocking().scan(version_kind, take); !scanned) return scanned;
    if (problem) return fail(std::move(*problem));
    return {};
}

async::Task<Result<FunctionSnapshot>> FunctionDirectory::publish(Tenant tenant, FunctionName name,
                                                                 PublishVersion request) {
    const Result<Change> change = begin(tenant, name);
    if (!change) co_return fail(change.error());
    const auto present = versions(tenant, name);
    if (present.empty()) co_return fail(function_not_found(tenant, name));
    Function latest = *present.front();
    const FunctionConfiguration& configuration = latest.configuration;
    if (auto checked = check_revision(request.revision, configuration.revision); !checked) {
        co_return fail(std::move(checked.error()));
    }
    const std::string sha256 = code_sha256_base64(configuration.code_hash);
    if (request.code_sha256 && *request.code_sha256 != sha256) {
        co_return fail(ErrorKind::InvalidInput,
                       fmt::format("CodeSHA256 ({}) is different from current CodeSHA256 in "
                                   "$LATEST ({}). Please try again with the CodeSHA256 in $LATEST.",
                                   *request.code_sha256, sha256));
    }
    if (present.size() > 1 && is_published_as(configuration, present.back()->configuration)) {
        co_return present.back();
    }
    const std::uint64_t number = ++latest.versions_published;
    Function version{.tenant = tenant,
                     .configuration = configuration,
                     .reserved_concurrency = latest.reserved_concurrency};
    version.configuration.version = FunctionVersion(std::to_string(number));
    version.configuration.revision = RevisionId(make_uuid(parts_.random));
    if (request.description) version.configuration.description = std::move(*request.description);
    if (auto checked = check_configuration(version.configuration); !checked) {
        co_return fail(std::move(checked.error()));
    }
    storage::Batch batch;
    batch.put(record_key(tenant, name, version.configuration.version), encode(version));
    const auto stored = co_await replace(std::move(latest), std::move(batch));
    if (!stored) co_return fail(stored.error());
    auto snapshot = std::make_shared<const Function>(std::move(version));
    state_.lock()->functions[{tenant, name}].published[number] = snapshot;
    co_return snapshot;
}

async::Task<Result<void>> FunctionDirectory::remove_version(Tenant tenant, FunctionName name,
                                                            FunctionVersion version) {
    const Result<Change> change = begin(tenant, name);
    if (!change) co_return fail(change.error());
    const auto found = get(tenant, name, qualifier_of(version));
    if (!found) co_return fail(found.error());
    Function latest = *find(tenant, name);
    std::string leading;
    for (const auto& [alias_name, alias] : latest.aliases) {
        if (alias.version != version && !alias.other_versions.contains(version)) continue;
        leading += (leading.empty() ? "" : ", ") + arn_of(tenant, name, qualifier_of(alias_name));
    }
    if (!leading.empty()) {
        co_return fail(ErrorKind::Conflict,
                       fmt::format("Version {} can't be deleted because the following aliases "
                                   "reference it: [{}]",
                                   version.view(), leading));
    }
    latest.policies.erase(qualifier_of(version));
    latest.event_configs.erase(qualifier_of(version));
    storage::Batch batch;
    batch.change(storage::Remove{record_key(tenant, name, version)});
    const auto stored = co_await replace(std::move(latest), std::move(batch));
    if (!stored) co_return fail(stored.error());
    state_.lock()->functions[{tenant, name}].published.erase(number_of(version.view()));
    co_return Result<void>();
}

Result<void> FunctionDirectory::check_alias(const Tenant& tenant, const FunctionName& name,
                                            const Alias& alias) const {
    if (alias.description.size() > description_max) {
        return fail(
            ErrorKind::InvalidInput,
            fmt::format("the description of an alias has at most {} characters", description_max));
    }
    if (auto checked = check_shares(alias); !checked) return checked;
    if (auto found = get(tenant, name, qualifier_of(alias.version)); !found) {
        return fail(found.error());
    }
    for (const auto& [version, share] : alias.other_versions) {
        if (auto found = get(tenant, name, qualifier_of(version)); !found) {
            return fail(found.error());
        }
    }
    return {};
}

async::Task<Result<Alias>> FunctionDirectory::create_alias(Tenant tenant, FunctionName name,
                                                           Alias alias) {
    const Result<Change> change = begin(tenant, name);
    if (!change) co_return fail(change.error());
    if (auto checked = check_alias(tenant, name, alias); !checked) {
        co_return fail(std::move(checked.error()));
    }
    Function function = *find(tenant, name);
    if (function.aliases.contains(alias.name)) {
        co_return fail(ErrorKind::Conflict,
                       "Alias already exists: " + arn_of(tenant, name, qualifier_of(alias.name)));
    }
    alias.revision = RevisionId(make_uuid(parts_.random));
    function.aliases[alias.name] = alias;
    const auto stored = co_await replace(std::move(function));
    if (!stored) co_return fail(stored.error());
    co_return alias;
}

async::Task<Result<Alias>> FunctionDirectory::update_alias(Tenant tenant, FunctionName name,
                                                           AliasName alias, UpdateAlias request) {
    const Result<Change> change = begin(tenant, name);
    if (!change) co_return fail(change.error());
    const FunctionSnapshot present = find(tenant, name);
    if (!present) co_return fail(function_not_found(tenant, name));
    Function function = *present;
    const auto at = function.aliases.find(alias);
    if (at == function.aliases.end()) co_return fail(no_alias(tenant, name, alias));
    Alias& changed = at->second;
    if (auto checked = check_revision(request.revision, changed.revision); !checked) {
        co_return fail(std::move(checked.error()));
    }
    if (request.version) changed.version = std::move(*request.version);
    if (request.description) changed.description = std::move(*request.description);
    if (request.other_versions) changed.other_versions = std::move(*request.other_versions);
    if (auto checked = check_alias(tenant, name, changed); !checked) {
        co_return fail(std::move(checked.error()));
    }
    changed.revision = RevisionId(make_uuid(parts_.random));
    Alias answer = changed;
    const auto stored = co_await replace(std::move(function));
    if (!stored) co_return fail(stored.error());
    co_return answer;
}

async::Task<Result<void>> FunctionDirectory::remove_alias(Tenant tenant, FunctionName name,
                                                          AliasName alias) {
    const Result<Change> change = begin(tenant, name);
    if (!change) co_return fail(change.error());
    const FunctionSnapshot present = find(tenant, name);
    if (!present || !present->aliases.contains(alias)) co_return Result<void>();
    Function function = *present;
    function.aliases.erase(alias);
    function.policies.erase(qualifier_of(alias));
    function.event_configs.erase(qualifier_of(alias));
    const auto stored = co_await replace(std::move(function));
    if (!stored) co_return fail(stored.error());
    co_return Result<void>();
}

}  // namespace gatehouse::functions
