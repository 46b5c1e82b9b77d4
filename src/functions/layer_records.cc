#include "functions/layer_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/arn.h"
#include "base/json.h"

namespace gatehouse::functions {
namespace {

// How many numbers a layer has given; stays when its versions are gone.
const storage::Kind layer_kind("layer");
const storage::Kind layer_version_kind("layer_version");  // "NAME:NUMBER"

// As often as a change is tried anew that others came before: more than workers that may.
constexpr int overtaken_attempts_max = 64;

storage::RecordKey version_key(const Tenant& tenant, const LayerName& name, std::uint64_t number) {
    return {tenant, layer_version_kind, fmt::format("{}:{}", name.view(), number)};
}

std::unexpected<Error> no_such_layer() {
    return fail(ErrorKind::NotFound, "The resource you requested does not exist.");
}

bool is_shown(const LayerVersion& version, const LayerFilter& filter) {
    const auto goes_with = [](const std::vector<std::string>& all, const std::string& wanted) {
        return wanted.empty() || std::ranges::count(all, wanted) > 0;
    };
    return goes_with(version.runtimes, filter.runtime) &&
           goes_with(version.architectures, filter.architecture);
}

// Whether the policy permits GetLayerVersion, the one action it can name, to the account.
bool lets_have(const ResourcePolicy& policy, const AccountId& account) {
    return std::ranges::any_of(policy.permissions, [&](const Permission& permission) {
        return permission.principal == "*" || permission.principal == account.view() ||
               permission.principal == fmt::format("arn:aws:iam::{}:root", account.view());
    });
}

Result<std::uint64_t> last_number_in(const storage::Record& record) {
    const auto body = parse_json(record.body, "the record of a layer");
    const auto* const object = body ? body->if_object() : nullptr;
    const auto* const last = object == nullptr ? nullptr : object->if_contains("last");
    if (last != nullptr && last->is_int64()) return static_cast<std::uint64_t>(last->as_int64());
    return fail(ErrorKind::Corrupt,
                fmt::format("the record of layer '{}' does not read", record.key.name));
}

}  // namespace

Result<LayerVersion> LayerRecords::add(LayerVersion version) {
    for (int attempt = 1;; ++attempt) {
        auto added = try_add(version);
        if (added || added.error().kind != ErrorKind::Conflict ||
            attempt == overtaken_attempts_max) {
            return added;
        }
    }
}

Result<LayerVersion> LayerRecords::try_add(LayerVersion version) {
    const storage::RecordKey key{version.tenant, layer_kind, version.name.value()};
    const auto record = store_.get(key);
    const Error overtaken{
        ErrorKind::Conflict,
        fmt::format("another version of layer '{}' was published meanwhile; try again",
                    version.name.view()),
        {}};
    storage::Batch batch;
    std::uint64_t last = 0;
    if (record) {
        const auto read = last_number_in(*record);
        if (!read) return fail(read.error());
        last = *read;
        batch.require(storage::HasRevision{key, record->revision}, overtaken);
    } else {
        if (record.error().kind != ErrorKind::NotFound) return fail(record.error());
        batch.require(storage::IsAbsent{key}, overtaken);
    }
    version.number = last + 1;
    batch.put(key, to_text(json::object{{"last", version.number}}));
    batch.put(version_key(version.tenant, version.name, version.number), encode(version));
    if (const auto applied = store_.apply(batch); !applied) return fail(applied.error());
    return version;
}

Result<LayerVersion> LayerRecords::get(const Tenant& tenant, const LayerName& name,
                                       std::uint64_t number) {
    const auto record = store_.get(version_key(tenant, name, number));
    if (!record && record.error().kind == ErrorKind::NotFound) return no_such_layer();
    if (!record) return fail(record.error());
    return decode_layer_version(tenant, record->body);
}

Result<LayerVersion> LayerRecords::get_for(const Tenant& reader, const LayerReference& reference) {
    const std::string_view account = reference.account;
    if (account.empty() || account == reader.account.view()) {
        return get(reader, reference.name, *reference.number);
    }
    const Tenant owner{AccountId(reference.account), reader.region};
    auto version = get(owner, reference.name, *reference.number);
    if (version && lets_have(version->policy, reader.account)) return version;
    if (!version && version.error().kind != ErrorKind::NotFound) return version;
    return fail(ErrorKind::NotAllowed,
                fmt::format("User: arn:aws:iam::{}:root is not authorized to perform: "
                            "lambda:GetLayerVersion on resource: {} because no resource-based "
                            "policy allows the lambda:GetLayerVersion action",
                            reader.account.view(),
                            make_arn(owner, "lambda",
                                     fmt::format("layer:{}:{}", reference.name.view(),
                                                 *reference.number))));
}

Result<void> LayerRecords::change_policy(const Tenant& tenant, const LayerName& name,
                                         std::uint64_t number,
                                         const std::function<Result<void>(LayerVersion&)>& change) {
    for (int attempt = 1;; ++attempt) {
        const storage::RecordKey key = version_key(tenant, name, number);
        const auto record = store_.get(key);
        if (!record && record.error().kind == ErrorKind::NotFound) return no_such_layer();
        if (!record) return fail(record.error());
        auto version = decode_layer_version(tenant, record->body);
        if (!version) return fail(std::move(version.error()));
        if (auto changed = change(*version); !changed) return changed;
        const Error overtaken{ErrorKind::Conflict,
                              "the policy was changed by another request meanwhile; try again",
                              {}};
        storage::Batch batch;
        batch.require(storage::HasRevision{key, record->revision}, overtaken);
        batch.put(key, encode(*version));
        const auto applied = store_.apply(batch);
        if (applied) return {};
        if (applied.error().kind != ErrorKind::Conflict || attempt == overtaken_attempts_max) {
            return fail(applied.error());
        }
    }
}

Result<std::vector<LayerVersion>> LayerRecords::all(const Tenant& tenant, const std::string& prefix,
                                                    const LayerFilter& filter) {
    std::vector<LayerVersion> found;
    storage::ListQuery query{
        .tenant = tenant, .kind = layer_version_kind, .prefix = prefix, .limit = 1000};
    do {
        const auto page = store_.list(query);
        if (!page) return fail(page.error());
        for (const storage::Record& record : page->records) {
            auto version = decode_layer_version(tenant, record.body);
            if (!version) return fail(std::move(version.error()));
            if (is_shown(*version, filter)) found.push_back(std::move(*version));
        }
        query.page_token = page->next_page;
    } while (!query.page_token.empty());
    return found;
}

Result<std::vector<LayerVersion>> LayerRecords::versions(const Tenant& tenant,
                                                         const LayerName& name,
                                                         const LayerFilter& filter) {
    auto found = all(tenant, name.value() + ':', filter);
    if (found) std::ranges::sort(*found, std::ranges::greater(), &LayerVersion::number);
    return found;
}

Result<std::vector<LayerVersion>> LayerRecords::newest(const Tenant& tenant,
                                                       const LayerFilter& filter) {
    auto found = all(tenant, "", filter);
    if (!found) return found;
    std::map<LayerName, LayerVersion> by_name;
    for (LayerVersion& version : *found) {
        LayerVersion& kept = by_name[version.name];
        if (version.number > kept.number) kept = std::move(version);
    }
    std::vector<LayerVersion> newest;
    for (auto& [name, version] : by_name) newest.push_back(std::move(version));
    return newest;
}

Result<void> LayerRecords::remove(const Tenant& tenant, const LayerName& name,
                                  std::uint64_t number) {
    storage::Batch batch;
    batch.change(storage::Remove{version_key(tenant, name, number)});
    if (const auto removed = store_.apply(batch); !removed) return fail(removed.error());
    return {};
}

Result<std::vector<LayerUse>> LayerRecords::resolve(const Tenant& tenant,
                                                    const std::vector<std::string>& arns) {
    if (arns.size() > function_layers_max) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("Cannot reference more than {} layers.", function_layers_max));
    }
    std::vector<LayerUse> uses;
    std::map<std::string, std::string> seen;  // by the layer's ARN
    for (const std::string& arn : arns) {
        const auto named = parse_layer_reference(arn);
        if (!named || !named->number) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("Layer version ARN {} is not valid: it must be "
                                    "arn:aws:lambda:REGION:ACCOUNT:layer:NAME:NUMBER",
                                    arn));
        }
        if (named->region != tenant.region.view()) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("Layers are not in the same region as the function. Layers are "
                                    "expected to be in region {}.",
                                    tenant.region.view()));
        }
        auto version = get_for(tenant, *named);
        if (!version && version.error().kind == ErrorKind::NotFound) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("Layer version {} does not exist.", arn));
        }
        if (!version) return fail(std::move(version.error()));
        if (const auto [other, is_new] = seen.emplace(version->layer_arn(), arn); !is_new) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("Two different versions of the same layer are not allowed to "
                                    "be referenced in the same function. {} and {} versions of the "
                                    "same layer",
                                    other->second, arn));
        }
        uses.push_back({version->arn(), version->code_hash, version->code_bytes});
    }
    return uses;
}

Result<void> LayerRecords::note_packages(std::set<CodeHash>& used) {
    std::optional<Error> problem;
    const auto take = [&](const storage::Record& record) {
        auto version = decode_layer_version(record.key.tenant, record.body);
        if (version) {
            used.insert(version->code_hash);
        } else {
            problem = std::move(version.error());
        }
    };
    if (auto scanned = store_.scan(layer_version_kind, take); !scanned) return scanned;
    if (problem) return fail(std::move(*problem));
    return {};
}

}  // namespace gatehouse::functions
