#include "registry/account_record.h"

namespace gatehouse::registry {

storage::RecordKey account_key(const Tenant& tenant, const storage::Kind& kind) {
    return {tenant, kind, "all"};
}

Outcome<void> write_account_record(storage::ResourceStore& store, const storage::RecordKey& key,
                                   const RecordWords& words, storage::Revision revision,
                                   const json::object& body) {
    const Error overtaken = changed_meanwhile(words, "");
    storage::Batch batch;
    if (revision == storage::Revision(0)) {
        batch.require(storage::IsAbsent{key}, overtaken);
    } else {
        batch.require(storage::HasRevision{key, revision}, overtaken);
    }
    batch.put(key, to_text(body));
    if (const auto written = store.apply(batch); !written) {
        return refuse(refused_by(written.error()));
    }
    return {};
}

}  // namespace gatehouse::registry
