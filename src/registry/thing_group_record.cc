#include "registry/thing_group_record.h"

#include <utility>

#include "base/json.h"
#include "registry/record_reader.h"

namespace gatehouse::registry {
namespace {

constexpr std::string_view thing_group_noun = "thing group";
constexpr const char* query_member = "query";  // of dynamic groups alone

}  // namespace

storage::RecordKey key_of(const Tenant& tenant, const ThingGroupName& name) {
    return {tenant, thing_group_kind, name.value()};
}

std::string encode(const ThingGroup& group) {
    json::array ancestors;
    for (const ThingGroupName& ancestor : group.ancestors) ancestors.emplace_back(ancestor.value());
    json::object body{
        {"id", group.id},
        {"ancestors", std::move(ancestors)},
        {"description", group.description},
        {"attributes", to_object(group.attributes)},
        {"tags", to_object(group.tags)},
        {"version", group.version},
    };
    if (group.is_dynamic()) body[query_member] = group.query;
    return to_text(body);
}

Result<ThingGroup> decode_thing_group(const storage::Record& record) {
    const auto body = body_of(record, thing_group_noun);
    if (!body) return fail(body.error());
    RecordReader reader(*body);
    ThingGroup group{.tenant = record.key.tenant,
                     .name = ThingGroupName(record.key.name),
                     .id = reader.text("id"),
                     .description = reader.text("description"),
                     .attributes = reader.texts("attributes"),
                     .tags = reader.texts("tags"),
                     .version = reader.number("version"),
                     .created = record.created};
    for (std::string& ancestor : reader.names("ancestors")) {
        group.ancestors.emplace_back(std::move(ancestor));
    }
    if (body->contains(query_member)) group.query = reader.text(query_member);
    if (!reader.is_whole()) return unreadable(record, thing_group_noun);
    return group;
}

}  // namespace gatehouse::registry
