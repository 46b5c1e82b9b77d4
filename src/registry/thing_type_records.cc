#include "registry/thing_type_records.h"

#include <fmt/format.h>

#include <utility>

#include "base/resource_tags.h"
#include "base/uuid.h"
#include "registry/persistently.h"
#include "registry/thing_record.h"
#include "registry/thing_type_record.h"

namespace gatehouse::registry {
namespace {

constexpr std::size_t searchable_attributes_max = 3;

constexpr std::size_t propagating_attributes_max = 20;  // ours: bounds what each message carries

constexpr RecordWords thing_type_words{"thing type", "thingTypeName"};

Error overtaken(const ThingTypeName& name) {
    return changed_meanwhile(thing_type_words, name.view());
}

// "5 minutes", which clients look for.
std::string text_of(std::chrono::seconds wait) {
    return wait.count() % 60 == 0 ? fmt::format("{} minutes", wait.count() / 60)
                                  : fmt::format("{} seconds", wait.count());
}

Outcome<void> check_searchable(const std::vector<std::string>& attributes) {
    if (attributes.size() <= searchable_attributes_max) return {};
    return refuse(Refusal::InvalidRequest,
                  fmt::format("{} searchable attributes; a thing type has at most {}",
                              attributes.size(), searchable_attributes_max),
                  "searchableAttributes");
}

Outcome<void> check_propagating(const std::vector<PropagatingAttribute>& propagating) {
    constexpr std::string_view field = "mqtt5Configuration";
    if (propagating.size() > propagating_attributes_max) {
        return refuse_field(field, fmt::format("{} propagating attributes; a thing type has at "
                                               "most {}",
                                               propagating.size(), propagating_attributes_max));
    }
    for (const PropagatingAttribute& each : propagating) {
        if (each.user_property.empty()) {
            return refuse_field(field, "a propagating attribute needs a userPropertyKey");
        }
        const std::string& of_connection = each.connection_attribute;
        if (each.thing_attribute.empty() == of_connection.empty()) {
            return refuse_field(field,
                                "a propagating attribute has a thingAttribute or a "
                                "connectionAttribute, one of both");
        }
        if (!of_connection.empty() && of_connection != client_id_attribute &&
            of_connection != thing_name_attribute) {
            return refuse_field(
                field, fmt::format("connectionAttribute is {} or {}, not '{}'", client_id_attribute,
                                   thing_name_attribute, of_connection));
        }
    }
    return {};
}

Outcome<void> check(const NewThingType& wanted) {
    if (auto checked = check_searchable(wanted.searchable_attributes); !checked) return checked;
    if (auto checked = check_propagating(wanted.propagating); !checked) return checked;
    if (const auto fault = tags_fault(wanted.tags)) {
        return refuse(Refusal::InvalidRequest, *fault, "tags");
    }
    return {};
}

}  // namespace

Outcome<ThingType> ThingTypeRecords::create(const Tenant& tenant, const NewThingType& wanted) {
    if (auto checked = check(wanted); !checked) return refuse(std::move(checked.error()));
    const ThingType type{.tenant = tenant,
                         .name = wanted.name,
                         .id = make_uuid(parts_.random),
                         .description = wanted.description,
                         .searchable_attributes = wanted.searchable_attributes,
                         .propagating = wanted.propagating,
                         .tags = wanted.tags};
    const auto key = key_of(tenant, wanted.name);
    storage::Batch batch;
    batch.require(storage::IsAbsent{key}, overtaken(wanted.name));
    batch.put(key, encode(type));
    const auto events = parts_.outbox.open(store_, tenant);
    if (!events) return refuse(events.error());
    events->tell(batch, Happening::Created, type);
    const auto created = store_.apply(batch);
    if (!created && created.error().kind != ErrorKind::Conflict) {
        return refuse(refused_by(created.error()));
    }
    auto there = describe(tenant, wanted.name);
    if (!there || (there->description == wanted.description &&
                   there->searchable_attributes == wanted.searchable_attributes &&
                   there->propagating == wanted.propagating)) {
        return there;
    }
    return refuse(
        Refused{Refusal::ResourceAlreadyExists,
                fmt::format("Thing Type {} already exists in account with different properties",
                            wanted.name.view()),
                "thingTypeName", there->id, there->arn()});
}

Outcome<Stored<ThingType>> ThingTypeRecords::read(const Tenant& tenant, const ThingTypeName& name) {
    return read_stored(store_, key_of(tenant, name), thing_type_words, decode_thing_type);
}

Outcome<ThingType> ThingTypeRecords::describe(const Tenant& tenant, const ThingTypeName& name) {
    auto stored = read(tenant, name);
    if (!stored) return refuse(std::move(stored.error()));
    return std::move(stored->value);
}

Outcome<Page<ThingType>> ThingTypeRecords::list(const Tenant& tenant, const Listing& listing,
                                                const std::optional<ThingTypeName>& only) {
    return list_records<ThingType>(
        store_,
        {.tenant = tenant, .kind = thing_type_kind, .prefix = only ? only->value() : std::string()},
        listing, decode_thing_type,
        [&](const ThingType& type) { return !only || type.name == *only; });
}

Outcome<void> ThingTypeRecords::deprecate(const Tenant& tenant, const ThingTypeName& name) {
    return set_deprecated(tenant, name, parts_.clock.wall_now());
}

Outcome<void> ThingTypeRecords::undo_deprecation(const Tenant& tenant, const ThingTypeName& name) {
    return set_deprecated(tenant, name, std::nullopt);
}

template <class Change>
Outcome<void> ThingTypeRecords::change(const Tenant& tenant, const ThingTypeName& name,
                                       Change change) {
    return persistently([&]() -> Outcome<void> {
        auto stored = read(tenant, name);
        if (!stored) return refuse(std::move(stored.error()));
        const ThingType before = stored->value;
        change(stored->value);
        if (stored->value == before) return {};
        const auto key = key_of(tenant, name);
        storage::Batch batch;
        batch.require(storage::HasRevision{key, stored->revision}, overtaken(name));
        batch.put(key, encode(stored->value));
        const auto events = parts_.outbox.open(store_, tenant);
        if (!events) return refuse(events.error());
        events->tell(batch, Happening::Updated, stored->value);
        if (const auto written = store_.apply(batch); !written) {
            return refuse(refused_by(written.error()));
        }
        return {};
    });
}

Outcome<void> ThingTypeRecords::set_deprecated(const Tenant& tenant, const ThingTypeName& name,
                                               std::optional<WallTime> since) {
    return change(tenant, name, [&](ThingType& type) {
        if (type.deprecated.has_value() != since.has_value()) type.deprecated = since;
    });
}

Outcome<void> ThingTypeRecords::update(const Tenant& tenant, const ThingTypeName& name,
                                       const ThingTypeChange& wanted) {
    if (wanted.searchable_attributes) {
        if (auto checked = check_searchable(*wanted.searchable_attributes); !checked) {
            return checked;
        }
    }
    if (wanted.propagating) {
        if (auto checked = check_propagating(*wanted.propagating); !checked) return checked;
    }
    return change(tenant, name, [&](ThingType& type) {
        if (wanted.propagating) type.propagating = *wanted.propagating;
        if (wanted.description) type.description = *wanted.description;
        if (wanted.searchable_attributes) {
            type.searchable_attributes = *wanted.searchable_attributes;
        }
    });
}

Outcome<void> ThingTypeRecords::remove(const Tenant& tenant, const ThingTypeName& name) {
    return persistently([&] { return try_remove(tenant, name); });
}

Outcome<void> ThingTypeRecords::try_remove(const Tenant& tenant, const ThingTypeName& name) {
    const auto stored = read(tenant, name);
    if (!stored) return refuse(stored.error());
    const auto refusal = [](std::string why) {
        return refuse(Refusal::InvalidRequest, std::move(why), "thingTypeName");
    };
    const auto& deprecated = stored->value.deprecated;
    if (!deprecated) {
        return refusal(fmt::format("Cannot delete thing type : {} is not deprecated", name.view()));
    }
    if (parts_.clock.wall_now() - *deprecated < parts_.settings.deprecated_min) {
        return refusal(fmt::format("Please wait for {} after deprecation and then retry",
                                   text_of(parts_.settings.deprecated_min)));
    }
    const auto things = store_.links({.tenant = tenant,
                                      .relation = type_thing_relation,
                                      .direction = storage::Direction::From,
                                      .name = name.value(),
                                      .limit = 1});
    if (!things) return refuse(refused_by(things.error()));
    if (!things->names.empty()) {
        return refusal(
            fmt::format("Cannot delete thing type : {} is still used by things such as "
                        "{}",
                        name.view(), things->names.front()));
    }
    const auto key = key_of(tenant, name);
    storage::Batch batch;
    batch.require(storage::HasRevision{key, stored->revision}, overtaken(name));
    batch.require(
        storage::HasNoLinks{tenant, type_thing_relation, storage::Direction::From, name.value()},
        overtaken(name));
    batch.change(storage::Remove{key});
    const auto events = parts_.outbox.open(store_, tenant);
    if (!events) return refuse(events.error());
    events->tell(batch, Happening::Deleted, stored->value);
    if (const auto removed = store_.apply(batch); !removed) {
        return refuse(refused_by(removed.error()));
    }
    return {};
}

}  // namespace gatehouse::registry
