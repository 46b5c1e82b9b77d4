#include "registry/thing_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/uuid.h"
#include "registry/billing_group_record.h"
#include "registry/elsewhere.h"
#include "registry/membership.h"
#include "registry/persistently.h"
#include "registry/principal_guard.h"
#include "registry/registered_certificate_record.h"
#include "registry/thing_record.h"
#include "registry/thing_type_record.h"

namespace gatehouse::registry {
namespace {

Error overtaken(const ThingName& name) {
    return changed_meanwhile(thing_words, name.view());
}

std::unexpected<Refused> invalid(std::string message, std::string field) {
    return refuse(Refusal::InvalidRequest, std::move(message), std::move(field));
}

storage::Link type_link(const Thing& thing) {
    return {thing.tenant, type_thing_relation, thing.type.value(), thing.name.value()};
}

storage::Link principal_link(const Tenant& tenant, const storage::Relation& relation,
                             const ThingName& name, const PolicyTarget& principal) {
    return {tenant, relation, name.value(), principal.text};
}

Outcome<void> check_attributes(const Thing& thing) {
    const std::size_t most = thing.type.empty() ? attributes_max_untyped : attributes_max;
    if (thing.attributes.size() <= most) return {};
    return invalid(
        fmt::format("{} attributes; a thing {} a thing type has at most {}",
                    thing.attributes.size(), thing.type.empty() ? "without" : "with", most),
        "attributePayload");
}

Outcome<void> check_version(const Thing& thing, std::optional<std::uint64_t> expected) {
    if (!expected || *expected == thing.version) return {};
    return refuse(Refusal::VersionConflict,
                  fmt::format("The version for thing {} does not match the expected version.",
                              thing.name.view()),
                  "expectedVersion");
}

bool is_listed(const Thing& thing, const ThingFilter& filter) {
    if (filter.type && thing.type != *filter.type) return false;
    if (!filter.attribute) return true;
    const auto found = thing.attributes.find(*filter.attribute);
    if (found == thing.attributes.end()) return false;
    if (!filter.value) return true;
    return filter.how == ThingFilter::Value::Prefix ? found->second.starts_with(*filter.value)
                                                    : found->second == *filter.value;
}

Outcome<void> apply_change(Thing& thing, const ThingChange& change) {
    if (change.attributes) change_attributes(thing.attributes, *change.attributes, change.how);
    if (change.removes_type) thing.type = {};
    if (change.type) thing.type = *change.type;
    ++thing.version;
    return check_attributes(thing);
}

}  // namespace

Outcome<void> ThingRecords::check_type(const Tenant& tenant, const ThingTypeName& type) {
    if (type.empty()) return {};
    const auto record = store_.get(key_of(tenant, type));
    if (!record && record.error().kind == ErrorKind::NotFound) {
        return refuse(Refusal::ResourceNotFound,
                      fmt::format("there is no thing type '{}' in {}", type.view(),
                                  registry::describe(tenant)),
                      "thingTypeName");
    }
    if (!record) return refuse(refused_by(record.error()));
    const auto found = decode_thing_type(*record);
    if (!found) return refuse(refused_by(found.error()));
    if (!found->deprecated) return {};
    return invalid(
        fmt::format("Can not associate things with deprecated thing type {}", type.view()),
        "thingTypeName");
}

Outcome<Thing> ThingRecords::create(const Tenant& tenant, const NewThing& wanted) {
    return persistently([&] { return try_create(tenant, wanted); });
}

Thing ThingRecords::thing_of(const Tenant& tenant, const NewThing& wanted) const {
    return {.tenant = tenant,
            .name = wanted.name,
            .id = make_uuid(parts_.random),
            .type = wanted.type,
            .billing_group = wanted.billing_group,
            .attributes = without_empty(wanted.attributes)};
}

Outcome<Thing> ThingRecords::add_to(storage::Batch& batch, const Tenant& tenant,
                                    const NewThing& wanted) {
    Thing thing = thing_of(tenant, wanted);
    if (auto checked = check_attributes(thing); !checked) {
        return refuse(std::move(checked.error()));
    }
    if (auto staged = stage(batch, thing); !staged) return refuse(std::move(staged.error()));
    return thing;
}

Outcome<Thing> ThingRecords::try_create(const Tenant& tenant, const NewThing& wanted) {
    const Thing thing = thing_of(tenant, wanted);
    if (auto checked = check_attributes(thing); !checked) {
        return refuse(std::move(checked.error()));
    }
    if (auto there = read(tenant, wanted.name)) {
        const Thing& other = there->value;
        if (other.type == thing.type && other.billing_group == thing.billing_group &&
            other.attributes == thing.attributes) {
            return std::move(there->value);
        }
        return refuse(
            Refused{Refusal::ResourceAlreadyExists,
                    fmt::format("Thing {} already exists in account with different attributes",
                                wanted.name.view()),
                    "thingName", other.id, other.arn()});
    } else if (there.error().refusal != Refusal::ResourceNotFound) {
        return refuse(std::move(there.error()));
    }
    storage::Batch batch;
    if (auto staged = stage(batch, thing); !staged) return refuse(std::move(staged.error()));
    if (const auto created = store_.apply(batch); !created) {
        return refuse(refused_by(created.error()));
    }
    return thing;
}

Outcome<void> ThingRecords::stage(storage::Batch& batch, const Thing& thing) {
    if (auto checked = check_type(thing.tenant, thing.type); !checked) return checked;
    const auto key = key_of(thing.tenant, thing.name);
    batch.require(storage::IsAbsent{key}, overtaken(thing.name));
    if (!thing.type.empty()) {
        batch.require(storage::Exists{key_of(thing.tenant, thing.type)}, overtaken(thing.name));
        batch.change(storage::AddLink{type_link(thing)});
    }
    if (!thing.billing_group.empty()) {
        const auto group = key_of(thing.tenant, thing.billing_group);
        batch.require(
            storage::Exists{group},
            Error{ErrorKind::NotFound, missing(store_, group, billing_group_words).message, {}});
        batch.change(storage::AddLink{billing_link(thing)});
    }
    batch.put(key, encode(thing));
    const auto events = parts_.outbox.open(store_, thing.tenant);
    if (!events) return refuse(events.error());
    events->tell(batch, Happening::Created, thing);
    events->tell_type(batch, Joining::Added, thing, thing.type);
    return {};
}

Outcome<Stored<Thing>> ThingRecords::read(const Tenant& tenant, const ThingName& name) {
    return read_stored(store_, key_of(tenant, name), thing_words, decode_thing);
}

Refused ThingRecords::not_found(const Tenant& tenant, const ThingName& name) {
    return missing(store_, key_of(tenant, name), thing_words);
}

Outcome<Thing> ThingRecords::describe(const Tenant& tenant, const ThingName& name) {
    auto stored = read(tenant, name);
    if (!stored) return refuse(std::move(stored.error()));
    return std::move(stored->value);
}

Outcome<void> ThingRecords::update(const Tenant& tenant, const ThingName& name,
                                   const ThingChange& change) {
    if (change.removes_type && change.type) {
        return invalid("give thingTypeName or removeThingType, not both", "removeThingType");
    }
    return persistently([&] { return try_update(tenant, name, change); });
}

Outcome<void> ThingRecords::try_update(const Tenant& tenant, const ThingName& name,
                                       const ThingChange& change) {
    auto stored = read(tenant, name);
    if (!stored) return refuse(std::move(stored.error()));
    if (auto checked = check_version(stored->value, change.expected_version); !checked) {
        return checked;
    }
    storage::Batch batch;
    if (auto changed = change_in(batch, *stored, change); !changed) {
        return refuse(std::move(changed.error()));
    }
    if (const auto written = store_.apply(batch); !written) {
        return refuse(refused_by(written.error()));
    }
    return {};
}

Outcome<Thing> ThingRecords::change_in(storage::Batch& batch, const Stored<Thing>& stored,
                                       const ThingChange& change) {
    const Thing& before = stored.value;
    Thing thing = before;
    if (auto changed = apply_change(thing, change); !changed) {
        return refuse(std::move(changed.error()));
    }
    const auto key = key_of(thing.tenant, thing.name);
    batch.require(storage::HasRevision{key, stored.revision}, overtaken(thing.name));
    if (thing.type != before.type) {
        if (auto checked = check_type(thing.tenant, thing.type); !checked) {
            return refuse(std::move(checked.error()));
        }
        if (!before.type.empty()) batch.change(storage::RemoveLink{type_link(before)});
        if (!thing.type.empty()) {
            batch.require(storage::Exists{key_of(thing.tenant, thing.type)}, overtaken(thing.name));
            batch.change(storage::AddLink{type_link(thing)});
        }
    }
    batch.put(key, encode(thing));
    const auto events = parts_.outbox.open(store_, thing.tenant);
    if (!events) return refuse(events.error());
    events->tell(batch, Happening::Updated, thing);
    if (thing.type != before.type) {
        events->tell_type(batch, Joining::Removed, thing, before.type);
        events->tell_type(batch, Joining::Added, thing, thing.type);
    }
    return thing;
}

Outcome<void> ThingRecords::remove(const Tenant& tenant, const ThingName& name,
                                   std::optional<std::uint64_t> expected_version) {
    return persistently([&] { return try_remove(tenant, name, expected_version); });
}

Outcome<void> ThingRecords::try_remove(const Tenant& tenant, const ThingName& name,
                                       std::optional<std::uint64_t> expected_version) {
    const auto stored = read(tenant, name);
    if (!stored && stored.error().refusal == Refusal::ResourceNotFound) return {};
    if (!stored) return refuse(stored.error());
    if (auto checked = check_version(stored->value, expected_version); !checked) return checked;
    const auto principals = store_.links({.tenant = tenant,
                                          .relation = thing_principal_relation,
                                          .direction = storage::Direction::From,
                                          .name = name.value(),
                                          .limit = 1});
    if (!principals) return refuse(refused_by(principals.error()));
    if (!principals->names.empty()) {
        return invalid(fmt::format("Cannot delete. Thing {} is still attached to one or more "
                                   "principals",
                                   name.view()),
                       "thingName");
    }
    const auto key = key_of(tenant, name);
    storage::Batch batch;
    batch.require(storage::HasRevision{key, stored->revision}, overtaken(name));
    batch.require(storage::HasNoLinks{tenant, thing_principal_relation, storage::Direction::From,
                                      name.value()},
                  overtaken(name));
    batch.change(
        storage::RemoveLinks{tenant, type_thing_relation, storage::Direction::To, name.value()});
    leave_all_groups(batch, tenant, name);
    if (!stored->value.billing_group.empty()) {
        batch.change(storage::RemoveLink{billing_link(stored->value)});
    }
    batch.change(storage::Remove{key});
    if (auto told = tell_removal(batch, stored->value); !told) return told;
    if (const auto removed = store_.apply(batch); !removed) {
        return refuse(refused_by(removed.error()));
    }
    return {};
}

Outcome<void> ThingRecords::tell_removal(storage::Batch& batch, const Thing& thing) {
    const auto events = parts_.outbox.open(store_, thing.tenant);
    if (!events) return refuse(events.error());
    events->tell_type(batch, Joining::Removed, thing, thing.type);
    if (events->wants_memberships()) {
        const auto groups = groups_holding(store_, thing.tenant, thing.name);
        if (!groups) return refuse(groups.error());
        for (const ThingGroup& group : *groups) {
            events->tell_membership(batch, Joining::Removed, group, thing);
        }
    }
    events->tell(batch, Happening::Deleted, thing);
    return {};
}

Outcome<Page<Thing>> ThingRecords::list(const Tenant& tenant, const Listing& listing,
                                        const ThingFilter& filter) {
    return list_records<Thing>(store_, {.tenant = tenant, .kind = thing_kind}, listing,
                               decode_thing,
                               [&](const Thing& thing) { return is_listed(thing, filter); });
}

Outcome<void> ThingRecords::check_tie(const Tenant& tenant, const ThingName& name,
                                      const PolicyTarget& principal, PrincipalTie tie) {
    const auto conflict = [&](std::string_view why, std::string_view other) {
        return invalid(fmt::format("principal {} {} thing {}", principal.text, why, other),
                       "principal");
    };
    const auto others = things_of(tenant, principal, {.page_size = 2});
    if (!others) return refuse(others.error());
    const auto exclusive = list_links(store_,
                                      {.tenant = tenant,
                                       .relation = exclusive_principal_relation,
                                       .direction = storage::Direction::To,
                                       .name = principal.text},
                                      {.page_size = 1});
    if (!exclusive) return refuse(exclusive.error());
    if (!exclusive->items.empty() && exclusive->items.front() != name.view()) {
        return conflict("is attached exclusively to", exclusive->items.front());
    }
    const auto other = std::ranges::find_if(
        others->items, [&](const std::string& thing) { return thing != name.view(); });
    if (tie == PrincipalTie::Exclusive && other != others->items.end()) {
        return conflict("cannot be attached exclusively, since it is attached to", *other);
    }
    return {};
}

Outcome<void> ThingRecords::attach(const Tenant& tenant, const ThingName& name,
                                   const PolicyTarget& principal, PrincipalTie tie) {
    return persistently([&] { return try_attach(tenant, name, principal, tie); });
}

Outcome<void> ThingRecords::try_attach(const Tenant& tenant, const ThingName& name,
                                       const PolicyTarget& principal, PrincipalTie tie) {
    const auto guard = PrincipalGuard::take(store_, tenant, principal.text);
    if (!guard) return refuse(guard.error());
    if (auto checked = check_tie(tenant, name, principal, tie); !checked) return checked;
    storage::Batch batch;
    batch.require(storage::Exists{key_of(tenant, name)},
                  Error{ErrorKind::NotFound, not_found(tenant, name).message, {}});
    if (principal.kind == PolicyTarget::Kind::Certificate) {
        batch.require(storage::Exists{key_of(tenant, CertificateId(principal.name))},
                      Error{ErrorKind::NotFound,
                            fmt::format("there is no certificate {} in {}", principal.name,
                                        registry::describe(tenant)),
                            {}});
    }
    guard->add_to(batch);
    batch.change(
        storage::AddLink{principal_link(tenant, thing_principal_relation, name, principal)});
    const auto exclusive = principal_link(tenant, exclusive_principal_relation, name, principal);
    if (tie == PrincipalTie::Exclusive) {
        batch.change(storage::AddLink{exclusive});
    } else {
        batch.change(storage::RemoveLink{exclusive});
    }
    if (const auto attached = store_.apply(batch); !attached) {
        return refuse(refused_by(attached.error()));
    }
    return {};
}

Outcome<void> ThingRecords::detach(const Tenant& tenant, const ThingName& name,
                                   const PolicyTarget& principal) {
    storage::Batch batch;
    batch.require(storage::Exists{key_of(tenant, name)},
                  Error{ErrorKind::NotFound, not_found(tenant, name).message, {}});
    for (const auto& relation : {thing_principal_relation, exclusive_principal_relation}) {
        batch.change(storage::RemoveLink{principal_link(tenant, relation, name, principal)});
    }
    if (const auto detached = store_.apply(batch); !detached) {
        return refuse(refused_by(detached.error()));
    }
    return {};
}

Outcome<Page<std::string>> ThingRecords::principals_of(const Tenant& tenant, const ThingName& name,
                                                       const Listing& listing) {
    if (auto thing = read(tenant, name); !thing) return refuse(std::move(thing.error()));
    return list_links(store_,
                      {.tenant = tenant,
                       .relation = thing_principal_relation,
                       .direction = storage::Direction::From,
                       .name = name.value()},
                      listing);
}

Outcome<Page<std::string>> ThingRecords::things_of(const Tenant& tenant,
                                                   const PolicyTarget& principal,
                                                   const Listing& listing) {
    return list_links(store_,
                      {.tenant = tenant,
                       .relation = thing_principal_relation,
                       .direction = storage::Direction::To,
                       .name = principal.text},
                      listing);
}

Outcome<Page<TiedEnd>> ThingRecords::list_ties(storage::LinkQuery query, const Listing& listing,
                                               std::optional<PrincipalTie> only) {
    query.relation = exclusive_principal_relation;
    const auto exclusive = all_links(store_, query);
    if (!exclusive) return refuse(exclusive.error());
    query.relation = thing_principal_relation;
    auto links = list_links(store_, query, listing);
    if (!links) return refuse(std::move(links.error()));
    Page<TiedEnd> page{.next_marker = std::move(links->next_marker)};
    for (std::string& name : links->items) {
        const bool is_exclusive = std::ranges::find(*exclusive, name) != exclusive->end();
        const auto tie = is_exclusive ? PrincipalTie::Exclusive : PrincipalTie::NonExclusive;
        if (!only || tie == *only) page.items.push_back({std::move(name), tie});
    }
    return page;
}

Outcome<Page<TiedEnd>> ThingRecords::principal_ties_of(const Tenant& tenant, const ThingName& name,
                                                       const Listing& listing,
                                                       std::optional<PrincipalTie> only) {
    if (auto thing = read(tenant, name); !thing) return refuse(std::move(thing.error()));
    return list_ties(
        {.tenant = tenant, .direction = storage::Direction::From, .name = name.value()}, listing,
        only);
}

Outcome<Page<TiedEnd>> ThingRecords::thing_ties_of(const Tenant& tenant,
                                                   const PolicyTarget& principal,
                                                   const Listing& listing,
                                                   std::optional<PrincipalTie> only) {
    return list_ties(
        {.tenant = tenant, .direction = storage::Direction::To, .name = principal.text}, listing,
        only);
}

}  // namespace gatehouse::registry
