#include "registry/thing_type_record.h"

#include "base/arn.h"
#include "base/json.h"
#include "registry/record_reader.h"

namespace gatehouse::registry {
namespace {

constexpr std::string_view thing_type_noun = "thing type";

json::array values_of(const std::vector<PropagatingAttribute>& propagating) {
    json::array values;
    for (const PropagatingAttribute& each : propagating) {
        values.push_back(json::object{{"userProperty", each.user_property},
                                      {"thingAttribute", each.thing_attribute},
                                      {"connectionAttribute", each.connection_attribute}});
    }
    return values;
}

std::vector<PropagatingAttribute> propagating_in(RecordReader& reader) {
    std::vector<PropagatingAttribute> propagating;
    for (const json::value& each : reader.array("propagating")) {
        reader.note(each.is_object());
        if (!each.is_object()) continue;
        RecordReader member(each.get_object());
        propagating.push_back({.user_property = member.text("userProperty"),
                               .thing_attribute = member.text("thingAttribute"),
                               .connection_attribute = member.text("connectionAttribute")});
        reader.note(member.is_whole());
    }
    return propagating;
}

}  // namespace

std::string ThingType::arn() const {
    return make_arn(tenant, "iot", "thingtype/" + name.value());
}

storage::RecordKey key_of(const Tenant& tenant, const ThingTypeName& name) {
    return {tenant, thing_type_kind, name.value()};
}

std::string encode(const ThingType& type) {
    return to_text(json::object{
        {"id", type.id},
        {"description", type.description},
        {"searchableAttributes",
         json::array(type.searchable_attributes.begin(), type.searchable_attributes.end())},
        {"propagating", values_of(type.propagating)},
        {"deprecated", type.deprecated ? type.deprecated->time_since_epoch().count() : 0},
        {"tags", to_object(type.tags)},
    });
}

Result<ThingType> decode_thing_type(const storage::Record& record) {
    const auto body = body_of(record, thing_type_noun);
    if (!body) return fail(body.error());
    RecordReader reader(*body);
    const std::uint64_t deprecated = reader.number("deprecated");
    ThingType type{.tenant = record.key.tenant,
                   .name = ThingTypeName(record.key.name),
                   .id = reader.text("id"),
                   .description = reader.text("description"),
                   .searchable_attributes = reader.names("searchableAttributes"),
                   .tags = reader.texts("tags"),
                   .created = record.created};
    // Records of earlier releases have none.
    if (body->contains("propagating")) type.propagating = propagating_in(reader);
    if (deprecated != 0) type.deprecated = WallTime(std::chrono::milliseconds(deprecated));
    if (!reader.is_whole()) return unreadable(record, thing_type_noun);
    return type;
}

}  // namespace gatehouse::registry
