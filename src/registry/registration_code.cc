#include "registry/registration_code.h"

#include <array>

#include "base/encoding.h"
#include "base/json.h"
#include "registry/persistently.h"
#include "registry/record_reader.h"

namespace gatehouse::registry {
namespace {

constexpr std::string_view code_noun = "registration code";

storage::RecordKey code_key(const Tenant& tenant) {
    static const storage::Kind kind{"registration-code"};
    return {tenant, kind, "code"};
}

std::string make_code(Random& random) {
    std::array<std::uint8_t, 32> bytes;
    random.fill(bytes);
    return to_hex(bytes);
}

}  // namespace

Outcome<std::string> present_registration_code(storage::ResourceStore& store,
                                               const Tenant& tenant) {
    const auto record = store.get(code_key(tenant));
    if (!record && record.error().kind == ErrorKind::NotFound) return std::string();
    if (!record) return refuse(refused_by(record.error()));
    const auto body = body_of(*record, code_noun);
    if (!body) return refuse(refused_by(body.error()));
    RecordReader reader(*body);
    std::string code = reader.text("code");
    if (!reader.is_whole()) return refuse(refused_by(unreadable(*record, code_noun).error()));
    return code;
}

Outcome<std::string> registration_code(storage::ResourceStore& store, const Tenant& tenant,
                                       Random& random) {
    return persistently([&]() -> Outcome<std::string> {
        auto present = present_registration_code(store, tenant);
        if (!present || !present->empty()) return present;
        std::string code = make_code(random);
        storage::Batch batch;
        batch.require(storage::IsAbsent{code_key(tenant)},
                      Error{ErrorKind::Conflict, "a registration code was made meanwhile", {}});
        batch.put(code_key(tenant), to_text(json::object{{"code", code}}));
        if (const auto made = store.apply(batch); !made) return refuse(refused_by(made.error()));
        return code;
    });
}

Outcome<void> delete_registration_code(storage::ResourceStore& store, const Tenant& tenant) {
    const auto key = code_key(tenant);
    storage::Batch batch;
    batch.require(storage::Exists{key},
                  Error{ErrorKind::NotFound, "there is no registration code", {}});
    batch.change(storage::Remove{key});
    if (const auto removed = store.apply(batch); !removed) {
        return refuse(refused_by(removed.error()));
    }
    return {};
}

}  // namespace gatehouse::registry
