#include "registry/thing_record.h"

#include "base/json.h"
#include "registry/record_reader.h"

namespace gatehouse::registry {
namespace {

constexpr std::string_view thing_noun = "thing";

}  // namespace

storage::RecordKey key_of(const Tenant& tenant, const ThingName& name) {
    return {tenant, thing_kind, name.value()};
}

std::string encode(const Thing& thing) {
    return to_text(json::object{
        {"id", thing.id},
        {"type", thing.type.value()},
        {"billingGroup", thing.billing_group.value()},
        {"attributes", to_object(thing.attributes)},
        {"version", thing.version},
    });
}

Result<Thing> decode_thing(const storage::Record& record) {
    const auto body = body_of(record, thing_noun);
    if (!body) return fail(body.error());
    RecordReader reader(*body);
    Thing thing{.tenant = record.key.tenant,
                .name = ThingName(record.key.name),
                .id = reader.text("id"),
                .type = ThingTypeName(reader.text("type")),
                .billing_group = BillingGroupName(reader.text("billingGroup")),
                .attributes = reader.texts("attributes"),
                .version = reader.number("version"),
                .created = record.created,
                .modified = record.modified};
    if (!reader.is_whole()) return unreadable(record, thing_noun);
    return thing;
}

}  // namespace gatehouse::registry
