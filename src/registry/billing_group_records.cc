#include "registry/billing_group_records.h"

#include <fmt/format.h>

#include <utility>

#include "base/resource_tags.h"
#include "base/uuid.h"
#include "registry/billing_group_record.h"
#include "registry/persistently.h"
#include "registry/thing_record.h"

namespace gatehouse::registry {
namespace {

// Of things that are let go in one batch.
constexpr std::size_t released_members_max = 100;

Error overtaken(const BillingGroupName& name) {
    return changed_meanwhile(billing_group_words, name.view());
}

}  // namespace

Outcome<BillingGroup> BillingGroupRecords::create(const Tenant& tenant,
                                                  const NewBillingGroup& wanted) {
    if (const auto fault = tags_fault(wanted.tags)) {
        return refuse(Refusal::InvalidRequest, *fault, "tags");
    }
    const BillingGroup group{.tenant = tenant,
                             .name = wanted.name,
                             .id = make_uuid(parts_.random),
                             .description = wanted.description,
                             .tags = wanted.tags};
    const auto key = key_of(tenant, wanted.name);
    storage::Batch batch;
    batch.require(storage::IsAbsent{key}, overtaken(wanted.name));
    batch.put(key, encode(group));
    auto created = apply(batch);
    if (!created && created.error().refusal != Refusal::VersionConflict) {
        return refuse(std::move(created.error()));
    }
    auto there = describe(tenant, wanted.name);
    if (!there || there->description == wanted.description) return there;
    return refuse(Refused{Refusal::ResourceAlreadyExists,
                          fmt::format("Billing Group {} already exists in current account with "
                                      "different properties",
                                      wanted.name.view()),
                          "billingGroupName", there->id, there->arn()});
}

Outcome<Stored<BillingGroup>> BillingGroupRecords::read(const Tenant& tenant,
                                                        const BillingGroupName& name) {
    return read_stored(store_, key_of(tenant, name), billing_group_words, decode_billing_group);
}

Outcome<BillingGroup> BillingGroupRecords::describe(const Tenant& tenant,
                                                    const BillingGroupName& name) {
    auto stored = read(tenant, name);
    if (!stored) return refuse(std::move(stored.error()));
    return std::move(stored->value);
}

Outcome<std::uint64_t> BillingGroupRecords::update(const Tenant& tenant,
                                                   const BillingGroupName& name,
                                                   const BillingGroupChange& change) {
    return persistently([&] { return try_update(tenant, name, change); });
}

Outcome<std::uint64_t> BillingGroupRecords::try_update(const Tenant& tenant,
                                                       const BillingGroupName& name,
                                                       const BillingGroupChange& change) {
    auto stored = read(tenant, name);
    if (!stored) return refuse(std::move(stored.error()));
    BillingGroup& group = stored->value;
    if (auto checked =
            check_version(billing_group_words, name.view(), group.version, change.expected_version);
        !checked) {
        return refuse(std::move(checked.error()));
    }
    if (change.description) group.description = *change.description;
    ++group.version;
    const auto key = key_of(tenant, name);
    storage::Batch batch;
    batch.require(storage::HasRevision{key, stored->revision}, overtaken(name));
    batch.put(key, encode(group));
    if (auto written = apply(batch); !written) return refuse(std::move(written.error()));
    return group.version;
}

Outcome<void> BillingGroupRecords::remove(const Tenant& tenant, const BillingGroupName& name,
                                          std::optional<std::uint64_t> expected_version) {
    return persistently([&] { return try_remove(tenant, name, expected_version); });
}

Outcome<void> BillingGroupRecords::try_remove(const Tenant& tenant, const BillingGroupName& name,
                                              std::optional<std::uint64_t> expected_version) {
    const auto stored = read(tenant, name);
    if (!stored && stored.error().refusal == Refusal::ResourceNotFound) return {};
    if (!stored) return refuse(stored.error());
    if (auto checked = check_version(billing_group_words, name.view(), stored->value.version,
                                     expected_version);
        !checked) {
        return checked;
    }
    if (auto released = release_things(stored->value); !released) return released;
    const auto key = key_of(tenant, name);
    storage::Batch batch;
    batch.require(storage::HasRevision{key, stored->revision}, overtaken(name));
    batch.require(storage::HasNoLinks{tenant, billing_group_thing_relation,
                                      storage::Direction::From, name.value()},
                  overtaken(name));
    batch.change(storage::Remove{key});
    return apply(batch);
}

// In batches of bounded size; whoever looks meanwhile sees a group that gets smaller.
Outcome<void> BillingGroupRecords::release_things(const BillingGroup& group) {
    for (;;) {
        const auto things = store_.links({.tenant = group.tenant,
                                          .relation = billing_group_thing_relation,
                                          .direction = storage::Direction::From,
                                          .name = group.name.value(),
                                          .limit = released_members_max});
        if (!things) return refuse(refused_by(things.error()));
        if (things->names.empty()) return {};
        storage::Batch batch;
        for (const std::string& thing : things->names) {
            const ThingName name(thing);
            auto moved = move(batch, group.tenant, name, {}, group.name);
            if (!moved && moved.error().refusal != Refusal::ResourceNotFound) return moved;
            if (!moved) {
                // Deleted in this moment, with its link.
                batch.require(storage::IsAbsent{key_of(group.tenant, name)},
                              changed_meanwhile(thing_words, thing));
            }
            batch.change(storage::RemoveLink{
                {group.tenant, billing_group_thing_relation, group.name.value(), thing}});
        }
        if (auto released = apply(batch); !released) return released;
    }
}

Outcome<Page<BillingGroup>> BillingGroupRecords::list(const Tenant& tenant, const Listing& listing,
                                                      const std::string& prefix) {
    return list_records<BillingGroup>(
        store_, {.tenant = tenant, .kind = billing_group_kind, .prefix = prefix}, listing,
        decode_billing_group, [](const BillingGroup&) { return true; });
}

Outcome<void> BillingGroupRecords::move(storage::Batch& batch, const Tenant& tenant,
                                        const ThingName& name, const BillingGroupName& to,
                                        const std::optional<BillingGroupName>& only_from) {
    const auto key = key_of(tenant, name);
    auto stored = read_stored(store_, key, thing_words, decode_thing);
    if (!stored) return refuse(std::move(stored.error()));
    Thing& thing = stored->value;
    if (thing.billing_group == to || (only_from && thing.billing_group != *only_from)) return {};
    batch.require(storage::HasRevision{key, stored->revision},
                  changed_meanwhile(thing_words, name.view()));
    if (!thing.billing_group.empty()) batch.change(storage::RemoveLink{billing_link(thing)});
    thing.billing_group = to;
    if (!to.empty()) batch.change(storage::AddLink{billing_link(thing)});
    batch.put(key, encode(thing));
    return {};
}

Outcome<void> BillingGroupRecords::add_thing(const Tenant& tenant, const BillingGroupName& name,
                                             const ThingName& thing) {
    return persistently([&]() -> Outcome<void> {
        if (auto group = read(tenant, name); !group) return refuse(std::move(group.error()));
        storage::Batch batch;
        batch.require(storage::Exists{key_of(tenant, name)}, overtaken(name));
        if (auto moved = move(batch, tenant, thing, name); !moved) return moved;
        return apply(batch);
    });
}

Outcome<void> BillingGroupRecords::remove_thing(const Tenant& tenant, const BillingGroupName& name,
                                                const ThingName& thing) {
    return persistently([&]() -> Outcome<void> {
        if (auto group = read(tenant, name); !group) return refuse(std::move(group.error()));
        storage::Batch batch;
        if (auto moved = move(batch, tenant, thing, {}, name); !moved) return moved;
        return apply(batch);
    });
}

Outcome<Page<std::string>> BillingGroupRecords::things_in(const Tenant& tenant,
                                                          const BillingGroupName& name,
                                                          const Listing& listing) {
    if (auto group = read(tenant, name); !group) return refuse(std::move(group.error()));
    return list_links(store_,
                      {.tenant = tenant,
                       .relation = billing_group_thing_relation,
                       .direction = storage::Direction::From,
                       .name = name.value()},
                      listing);
}

Outcome<void> BillingGroupRecords::apply(const storage::Batch& batch) {
    if (const auto applied = store_.apply(batch); !applied) {
        return refuse(refused_by(applied.error()));
    }
    return {};
}

}  // namespace gatehouse::registry
