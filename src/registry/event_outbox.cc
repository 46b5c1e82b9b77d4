#include "registry/event_outbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "base/uuid.h"
#include "registry/record_reader.h"
#include "signature/digest.h"

namespace gatehouse::registry {
namespace {

// Of the whole server: one queue for all tenants.
const storage::Kind event_kind{"registry-event"};

constexpr std::array<std::string_view, 3> happenings{"created", "updated", "deleted"};
constexpr std::array<std::string_view, 2> joinings{"added", "removed"};

std::string_view text_of(Happening happening) {
    return happenings[static_cast<std::size_t>(happening)];
}
std::string_view text_of(Joining joining) {
    return joinings[static_cast<std::size_t>(joining)];
}

std::string upper_case(std::string_view text) {
    std::string upper(text);
    for (char& c : upper) c = static_cast<char>(c - ('a' - 'A'));
    return upper;
}

json::value text_or_null(std::string_view text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

// The same for the same thing in the same group, in the form of a UUID.
std::string membership_id(const ThingGroup& group, const Thing& thing) {
    const std::string hex = signature::sha256_hex(group.id + "/" + thing.id);
    const std::string_view view = hex;
    return fmt::format("{}-{}-{}-{}-{}", view.substr(0, 8), view.substr(8, 4), view.substr(12, 4),
                       view.substr(16, 4), view.substr(20, 12));
}

}  // namespace

bool ChangeEvents::wants(std::string_view kind) const {
    const auto found = settings_.enabled.find(kind);
    return found != settings_.enabled.end() && found->second;
}

json::object ChangeEvents::begin(std::string_view type, std::string_view operation) const {
    return {{"eventType", type},
            {"eventId", make_uuid(outbox_.random_)},
            {"timestamp", outbox_.clock_.wall_now().time_since_epoch().count()},
            {"operation", upper_case(operation)},
            {"accountId", tenant_.account.view()}};
}

void ChangeEvents::write(storage::Batch& batch, std::string topic,
                         const json::object& payload) const {
    batch.put({Tenant(), event_kind, outbox_.next_name()},
              to_text(json::object{{"account", tenant_.account.view()},
                                   {"region", tenant_.region.view()},
                                   {"topic", std::move(topic)},
                                   {"payload", to_text(payload)}}));
}

void ChangeEvents::tell(storage::Batch& batch, Happening happening, const Thing& thing) const {
    if (!wants("THING")) return;
    json::object event = begin("THING_EVENT", text_of(happening));
    event["thingId"] = thing.id;
    event["thingName"] = thing.name.view();
    event["versionNumber"] = thing.version;
    event["thingTypeName"] = text_or_null(thing.type.view());
    event["attributes"] = to_object(thing.attributes);
    write(batch, fmt::format("$aws/events/thing/{}/{}", thing.name.view(), text_of(happening)),
          event);
}

void ChangeEvents::tell(storage::Batch& batch, Happening happening, const ThingType& type) const {
    if (!wants("THING_TYPE")) return;
    json::object event = begin("THING_TYPE_EVENT", text_of(happening));
    event["thingTypeId"] = type.id;
    event["thingTypeName"] = type.name.view();
    event["isDeprecated"] = type.deprecated.has_value();
    event["deprecationDate"] =
        type.deprecated ? json::value(type.deprecated->time_since_epoch().count()) : nullptr;
    event["searchableAttributes"] =
        json::array(type.searchable_attributes.begin(), type.searchable_attributes.end());
    event["description"] = type.description;
    write(batch, fmt::format("$aws/events/thingType/{}/{}", type.name.view(), text_of(happening)),
          event);
}

void ChangeEvents::tell(storage::Batch& batch, Happening happening, const ThingGroup& group,
                        const std::vector<ThingGroup>& above) const {
    if (!wants_groups()) return;
    json::object event = begin("THING_GROUP_EVENT", text_of(happening));
    event["thingGroupId"] = group.id;
    event["thingGroupName"] = group.name.view();
    event["versionNumber"] = group.version;
    event["parentGroupName"] = text_or_null(group.parent().view());
    event["parentGroupId"] = text_or_null(above.empty() ? "" : std::string_view(above.back().id));
    event["description"] = group.description;
    json::array line;
    for (const ThingGroup& each : above) {
        line.push_back(json::object{{"groupArn", each.arn()}, {"groupId", each.id}});
    }
    event["rootToParentThingGroups"] = std::move(line);
    event["attributes"] = to_object(group.attributes);
    event["dynamicGroupMappingId"] = nullptr;
    write(batch, fmt::format("$aws/events/thingGroup/{}/{}", group.name.view(), text_of(happening)),
          event);
}

void ChangeEvents::tell_type(storage::Batch& batch, Joining joining, const Thing& thing,
                             const ThingTypeName& type) const {
    if (type.empty() || !wants("THING_TYPE_ASSOCIATION")) return;
    json::object event = begin("THING_TYPE_ASSOCIATION_EVENT", text_of(joining));
    event["thingId"] = thing.id;
    event["thingName"] = thing.name.view();
    event["thingTypeName"] = type.view();
    write(batch,
          fmt::format("$aws/events/thingTypeAssociation/thing/{}/thingType/{}/{}",
                      thing.name.view(), type.view(), text_of(joining)),
          event);
}

void ChangeEvents::tell_membership(storage::Batch& batch, Joining joining, const ThingGroup& group,
                                   const Thing& thing) const {
    if (!wants_memberships()) return;
    json::object event = begin("THING_GROUP_MEMBERSHIP_EVENT", text_of(joining));
    event["groupArn"] = group.arn();
    event["groupId"] = group.id;
    event["thingArn"] = thing.arn();
    event["thingId"] = thing.id;
    event["membershipId"] = membership_id(group, thing);
    write(batch,
          fmt::format("$aws/events/thingGroupMembership/thingGroup/{}/thing/{}/{}",
                      group.name.view(), thing.name.view(), text_of(joining)),
          event);
}

void ChangeEvents::tell_child(storage::Batch& batch, Joining joining, const ThingGroup& parent,
                              const ThingGroup& child) const {
    if (!wants_hierarchy()) return;
    json::object event = begin("THING_GROUP_HIERARCHY_EVENT", text_of(joining));
    event["thingGroupId"] = parent.id;
    event["thingGroupName"] = parent.name.view();
    event["childGroupId"] = child.id;
    event["childGroupName"] = child.name.view();
    write(batch,
          fmt::format("$aws/events/thingGroupHierarchy/thingGroup/{}/childThingGroup/{}/{}",
                      parent.name.view(), child.name.view(), text_of(joining)),
          event);
}

Outcome<ChangeEvents> EventOutbox::open(storage::ResourceStore& store, const Tenant& tenant) {
    const EventSettingsRecords::Parts parts;
    auto settings = EventSettingsRecords(store, parts).get(tenant);
    if (!settings) return refuse(std::move(settings.error()));
    return ChangeEvents(*this, tenant, std::move(*settings));
}

std::string EventOutbox::next_name() {
    // A thousand and more a millisecond have their order.
    constexpr unsigned counted_bits = 16;
    const auto now = static_cast<std::uint64_t>(clock_.wall_now().time_since_epoch().count())
                     << counted_bits;
    std::uint64_t last = last_.load();
    std::uint64_t next = 0;
    do {
        next = std::max(last + 1, now);
    } while (!last_.compare_exchange_weak(last, next));
    return fmt::format("{:016x}-{}", next, make_uuid(random_));
}

Result<WrittenEvents> written_events(storage::ResourceStore& store, std::size_t most) {
    const auto page = store.list({.tenant = Tenant(), .kind = event_kind, .limit = most});
    if (!page) return fail(page.error());
    WrittenEvents written;
    for (const storage::Record& record : page->records) {
        const auto body = body_of(record, "registry event");
        if (!body) {
            written.unreadable.push_back(record.key);
            continue;
        }
        RecordReader reader(*body);
        WrittenEvent event{
            .key = record.key,
            .tenant = {AccountId(reader.text("account")), Region(reader.text("region"))},
            .topic = reader.text("topic"),
            .payload = reader.text("payload")};
        if (reader.is_whole()) {
            written.events.push_back(std::move(event));
        } else {
            written.unreadable.push_back(record.key);
        }
    }
    return written;
}

bool writes_events(const storage::Batch& batch) {
    return std::ranges::any_of(batch.changes(), [](const storage::Change& change) {
        const auto* const put = std::get_if<storage::Put>(&change);
        return put != nullptr && put->key.kind == event_kind;
    });
}

}  // namespace gatehouse::registry
