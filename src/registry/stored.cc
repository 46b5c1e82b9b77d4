#include "registry/stored.h"

#include <fmt/format.h>

#include "registry/elsewhere.h"

namespace gatehouse::registry {

Refused missing(storage::ResourceStore& store, const storage::RecordKey& key,
                const RecordWords& words) {
    const auto having = store.tenants_with(key.kind, key.name);
    return {Refusal::ResourceNotFound,
            fmt::format("there is no {} '{}' in {}{}", words.what, key.name, describe(key.tenant),
                        having ? describe_elsewhere(key.tenant, *having) : std::string()),
            std::string(words.field),
            {},
            {}};
}

Error changed_meanwhile(const RecordWords& words, std::string_view name) {
    return {
        ErrorKind::Conflict,
        fmt::format("{} '{}' was changed meanwhile; look at it and try again", words.what, name),
        {}};
}

Outcome<void> check_version(const RecordWords& words, std::string_view name, std::uint64_t version,
                            std::optional<std::uint64_t> expected) {
    if (!expected || *expected == version) return {};
    return refuse(
        Refusal::VersionConflict,
        fmt::format("The version for {} {} does not match the expected version.", words.what, name),
        "expectedVersion");
}

}  // namespace gatehouse::registry
