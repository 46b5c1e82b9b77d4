// Settings of which an account has one in a region: one record, read, changed and written on the
// condition that nobody wrote meanwhile.
#pragma once

#include <utility>

#include "base/clock.h"
#include "base/json.h"
#include "base/tenant.h"
#include "registry/persistently.h"
#include "registry/record_reader.h"
#include "registry/stored.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

// What there is of them, and when it was written.
template <class Value>
struct AccountRecord {
    Value value;
    storage::Revision revision;  // 0: nothing was ever set
    WallTime created{};
    WallTime modified{};

    bool is_set() const { return revision != storage::Revision(0); }
};

// The key of the only record of a kind.
storage::RecordKey account_key(const Tenant& tenant, const storage::Kind& kind);

// `decode` takes a RecordReader& and answers the value; what was never set is Value().
template <class Value, class Decode>
Outcome<AccountRecord<Value>> read_account_record(storage::ResourceStore& store,
                                                  const storage::RecordKey& key,
                                                  const RecordWords& words, Decode decode) {
    const auto record = store.get(key);
    if (!record && record.error().kind == ErrorKind::NotFound) return AccountRecord<Value>();
    if (!record) return refuse(refused_by(record.error()));
    const auto body = body_of(*record, words.what);
    if (!body) return refuse(refused_by(body.error()));
    RecordReader reader(*body);
    AccountRecord<Value> read{decode(reader), record->revision, record->created, record->modified};
    if (!reader.is_whole()) return refuse(refused_by(unreadable(*record, words.what).error()));
    return read;
}

// VersionConflict: somebody wrote since `revision` was read.
Outcome<void> write_account_record(storage::ResourceStore& store, const storage::RecordKey& key,
                                   const RecordWords& words, storage::Revision revision,
                                   const json::object& body);

}  // namespace gatehouse::registry
