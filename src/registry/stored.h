// A record of the registry as it was read: with its revision, on which a change depends.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "registry/refusal.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

template <class Value>
struct Stored {
    Value value;
    storage::Revision revision;
};

// What refusals call a kind of record, and the field that names it.
struct RecordWords {
    std::string_view what;   // "thing group"
    std::string_view field;  // "thingGroupName"
};

// ResourceNotFound; names the tenant that has it.
Refused missing(storage::ResourceStore& store, const storage::RecordKey& key,
                const RecordWords& words);

// When a record is no longer as it was read.
Error changed_meanwhile(const RecordWords& words, std::string_view name);

// VersionConflict unless `expected` is absent or the version.
Outcome<void> check_version(const RecordWords& words, std::string_view name, std::uint64_t version,
                            std::optional<std::uint64_t> expected);

// `decode` answers a Result of the value.
template <class Decode>
auto read_stored(storage::ResourceStore& store, const storage::RecordKey& key,
                 const RecordWords& words, Decode decode)
    -> Outcome<Stored<typename decltype(decode(std::declval<storage::Record>()))::value_type>> {
    const auto record = store.get(key);
    if (!record && record.error().kind == ErrorKind::NotFound) {
        return refuse(missing(store, key, words));
    }
    if (!record) return refuse(refused_by(record.error()));
    auto value = decode(*record);
    if (!value) return refuse(refused_by(value.error()));
    return Stored{std::move(*value), record->revision};
}

}  // namespace gatehouse::registry
