#include "registry/policy_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/resource_tags.h"
#include "base/uuid.h"
#include "policy/document.h"
#include "registry/attached_policies.h"
#include "registry/creation_order.h"
#include "registry/elsewhere.h"
#include "registry/persistently.h"
#include "registry/policy_record.h"
#include "registry/principal_guard.h"
#include "registry/registered_certificate_record.h"
#include "registry/stored.h"
#include "registry/tag_records.h"
#include "registry/thing_group_record.h"
#include "registry/thing_record.h"
#include "storage/listing.h"

namespace gatehouse::registry {
namespace {

constexpr RecordWords policy_words{"policy", "policyName"};

Error overtaken(const PolicyName& name) {
    return changed_meanwhile(policy_words, name.view());
}

storage::Link link_of(const Tenant& tenant, const PolicyName& name, const PolicyTarget& target) {
    return {tenant, policy_target_relation, name.value(), target.text};
}

std::unexpected<Refused> no_version(const PolicyName& name, PolicyVersionId id) {
    return refuse(Refusal::ResourceNotFound,
                  fmt::format("policy '{}' has no version {}", name.view(), id.value()),
                  "policyVersionId");
}

// Attached to any of the groups.
Outcome<std::set<std::string>> policies_of(storage::ResourceStore& store, const Tenant& tenant,
                                           const std::vector<ThingGroupName>& groups) {
    std::set<std::string> found;
    for (const ThingGroupName& group : groups) {
        const auto names = policies_at(store, tenant, arn_of(tenant, group));
        if (!names) return refuse(names.error());
        found.insert(names->begin(), names->end());
    }
    return found;
}

}  // namespace

policy::DocumentLimits PolicyRecords::limits() const {
    return {.characters_max = parts_.settings.characters_max};
}

Outcome<void> PolicyRecords::check_document(const std::string& document) const {
    const auto parsed = policy::parse_document(document, policy::Dialect::IotPolicy, limits());
    if (parsed) return {};
    return refuse(Refusal::MalformedPolicy, parsed.error().describe(), "policyDocument");
}

Outcome<Policy> PolicyRecords::create(const Tenant& tenant, const PolicyName& name,
                                      std::string document, Texts tags) {
    storage::Batch batch;
    auto policy = add_to(batch, tenant, name, std::move(document), std::move(tags));
    if (!policy) return policy;
    if (const auto created = store_.apply(batch); !created) {
        if (created.error().kind != ErrorKind::Conflict) {
            return refuse(refused_by(created.error()));
        }
        return refuse(Refused{Refusal::ResourceAlreadyExists, created.error().message, "policyName",
                              name.value(), policy->arn()});
    }
    return get(tenant, name);
}

Outcome<Policy> PolicyRecords::add_to(storage::Batch& batch, const Tenant& tenant,
                                      const PolicyName& name, std::string document, Texts tags) {
    if (auto checked = check_document(document); !checked) {
        return refuse(std::move(checked.error()));
    }
    if (auto checked = check_tags(tags); !checked) return refuse(std::move(checked.error()));
    const PolicyVersionId first(1U);
    const WallTime now = parts_.clock.wall_now();
    Policy policy{.tenant = tenant,
                  .name = name,
                  .versions = {{first, std::move(document), now}},
                  .default_version = first,
                  .last_version = first,
                  .generation_id = make_uuid(parts_.random),
                  .tags = std::move(tags),
                  .created = now};
    const auto key = key_of(tenant, name);
    batch.require(
        storage::IsAbsent{key},
        Error{ErrorKind::Conflict,
              fmt::format("Policy cannot be created - name already exists (name={})", name.view()),
              {}});
    batch.put(key, encode(policy));
    batch.change(storage::AddLink{creation_link(key, now)});
    return policy;
}

Outcome<Stored<Policy>> PolicyRecords::read(const Tenant& tenant, const PolicyName& name) {
    return read_stored(store_, key_of(tenant, name), policy_words, decode_policy);
}

Refused PolicyRecords::not_found(const Tenant& tenant, const PolicyName& name) {
    return missing(store_, key_of(tenant, name), policy_words);
}

Outcome<Policy> PolicyRecords::get(const Tenant& tenant, const PolicyName& name) {
    auto stored = read(tenant, name);
    if (!stored) return refuse(std::move(stored.error()));
    return std::move(stored->value);
}

Outcome<Page<Policy>> PolicyRecords::list(const Tenant& tenant, const Listing& listing) {
    return list_by_creation<Policy>(store_, tenant, policy_kind, listing, decode_policy);
}

template <class Change>
Outcome<Policy> PolicyRecords::change(const Tenant& tenant, const PolicyName& name, Change change) {
    return persistently([&]() -> Outcome<Policy> {
        auto stored = read(tenant, name);
        if (!stored) return refuse(std::move(stored.error()));
        if (Outcome<void> changed = change(stored->value); !changed) {
            return refuse(std::move(changed.error()));
        }
        const auto key = key_of(tenant, name);
        storage::Batch batch;
        batch.require(storage::HasRevision{key, stored->revision}, overtaken(name));
        batch.put(key, encode(stored->value));
        if (const auto written = store_.apply(batch); !written) {
            return refuse(refused_by(written.error()));
        }
        return get(tenant, name);
    });
}

Outcome<Policy> PolicyRecords::create_version(const Tenant& tenant, const PolicyName& name,
                                              std::string document, SetAsDefault set_as_default) {
    if (auto checked = check_document(document); !checked) {
        return refuse(std::move(checked.error()));
    }
    return change(tenant, name, [&](Policy& policy) -> Outcome<void> {
        if (policy.versions.size() >= parts_.settings.versions_max) {
            return refuse(Refusal::VersionsLimitExceeded,
                          fmt::format("The policy {} already has the maximum number of versions "
                                      "({}); delete one first",
                                      name.view(), parts_.settings.versions_max),
                          "policyName");
        }
        policy.last_version = PolicyVersionId(policy.last_version.value() + 1);
        policy.versions.push_back({policy.last_version, document, parts_.clock.wall_now()});
        if (set_as_default == SetAsDefault::Yes) policy.default_version = policy.last_version;
        return {};
    });
}

Outcome<void> PolicyRecords::remove_version(const Tenant& tenant, const PolicyName& name,
                                            PolicyVersionId id) {
    const auto changed = change(tenant, name, [&](Policy& policy) -> Outcome<void> {
        if (policy.version(id) == nullptr) return no_version(name, id);
        if (policy.default_version == id) {
            return refuse(Refusal::DeleteConflict,
                          fmt::format("Cannot delete the default version of a policy (name={}); "
                                      "make another version the default first",
                                      name.view()),
                          "policyVersionId");
        }
        std::erase_if(policy.versions, [id](const auto& version) { return version.id == id; });
        return {};
    });
    if (!changed) return refuse(changed.error());
    return {};
}

Outcome<void> PolicyRecords::set_default(const Tenant& tenant, const PolicyName& name,
                                         PolicyVersionId id) {
    const auto changed = change(tenant, name, [&](Policy& policy) -> Outcome<void> {
        if (policy.version(id) == nullptr) return no_version(name, id);
        policy.default_version = id;
        return {};
    });
    if (!changed) return refuse(changed.error());
    return {};
}

Outcome<bool> PolicyRecords::is_attached(const Tenant& tenant, const PolicyName& name) {
    const auto targets = targets_of(tenant, name, {.page_size = 1});
    if (!targets) return refuse(targets.error());
    return !targets->items.empty();
}

Outcome<void> PolicyRecords::remove(const Tenant& tenant, const PolicyName& name) {
    return persistently([&] { return try_remove(tenant, name); });
}

Outcome<void> PolicyRecords::try_remove(const Tenant& tenant, const PolicyName& name) {
    const auto stored = read(tenant, name);
    if (!stored) return refuse(stored.error());
    const auto attached = is_attached(tenant, name);
    if (!attached) return refuse(attached.error());
    if (*attached) {
        return refuse(Refusal::DeleteConflict,
                      fmt::format("The policy cannot be deleted as the policy is attached to one "
                                  "or more principals (name={})",
                                  name.view()),
                      "policyName");
    }
    if (stored->value.versions.size() > 1) {
        return refuse(Refusal::DeleteConflict,
                      fmt::format("Cannot delete the policy because it has one or more policy "
                                  "versions attached to it (name={})",
                                  name.view()),
                      "policyName");
    }
    // Both were just seen to hold; when they no longer do, the next attempt says why.
    const auto key = key_of(tenant, name);
    storage::Batch batch;
    batch.require(storage::HasRevision{key, stored->revision}, overtaken(name));
    batch.require(
        storage::HasNoLinks{tenant, policy_target_relation, storage::Direction::From, name.value()},
        overtaken(name));
    batch.change(storage::Remove{key});
    batch.change(storage::RemoveLink{creation_link(key, stored->value.created)});
    if (const auto removed = store_.apply(batch); !removed) {
        return refuse(refused_by(removed.error()));
    }
    return {};
}

Outcome<void> PolicyRecords::check_room(const Tenant& tenant, const PolicyName& name,
                                        const PolicyTarget& target) {
    const auto attached = attached_to(tenant, target, {.page_size = parts_.settings.attached_max});
    if (!attached) return refuse(attached.error());
    if (attached->items.size() < parts_.settings.attached_max ||
        std::ranges::find(attached->items, name.value()) != attached->items.end()) {
        return {};
    }
    return refuse(Refusal::LimitExceeded,
                  fmt::format("{} has {} policies attached, the most it may have; detach one first",
                              target.text, parts_.settings.attached_max),
                  "target");
}

Outcome<void> PolicyRecords::attach(const Tenant& tenant, const PolicyName& name,
                                    const PolicyTarget& target) {
    return persistently([&] { return try_attach(tenant, name, target); });
}

Outcome<void> PolicyRecords::try_attach(const Tenant& tenant, const PolicyName& name,
                                        const PolicyTarget& target) {
    const auto guard = PrincipalGuard::take(store_, tenant, target.text);
    if (!guard) return refuse(guard.error());
    if (auto room = check_room(tenant, name, target); !room) {
        return refuse(std::move(room.error()));
    }
    storage::Batch batch;
    batch.require(storage::Exists{key_of(tenant, name)},
                  Error{ErrorKind::NotFound, not_found(tenant, name).message, {}});
    if (target.kind == PolicyTarget::Kind::Certificate) {
        batch.require(
            storage::Exists{key_of(tenant, certificates::CertificateId(target.name))},
            Error{ErrorKind::NotFound,
                  fmt::format("there is no certificate {} in {}", target.name, describe(tenant)),
                  {}});
    }
    if (target.kind == PolicyTarget::Kind::ThingGroup) {
        const auto group = read_stored(store_, key_of(tenant, ThingGroupName(target.name)),
                                       {"thing group", "target"}, decode_thing_group);
        if (!group) return refuse(group.error());
        if (group->value.is_dynamic()) {
            return refuse(
                Refusal::InvalidRequest,
                fmt::format("thing group {} is dynamic: no policies can be attached to it",
                            target.name),
                "target");
        }
        batch.require(storage::Exists{key_of(tenant, group->value.name)}, overtaken(name));
    }
    guard->add_to(batch);
    batch.change(storage::AddLink{link_of(tenant, name, target)});
    if (const auto attached = store_.apply(batch); !attached) {
        return refuse(refused_by(attached.error()));
    }
    return {};
}

Outcome<void> PolicyRecords::detach(const Tenant& tenant, const PolicyName& name,
                                    const PolicyTarget& target) {
    storage::Batch batch;
    batch.require(storage::Exists{key_of(tenant, name)},
                  Error{ErrorKind::NotFound, not_found(tenant, name).message, {}});
    batch.change(storage::RemoveLink{link_of(tenant, name, target)});
    if (const auto detached = store_.apply(batch); !detached) {
        return refuse(refused_by(detached.error()));
    }
    return {};
}

Outcome<Page<std::string>> PolicyRecords::attached_to(const Tenant& tenant,
                                                      const PolicyTarget& target,
                                                      const Listing& listing) {
    return list_links(store_,
                      {.tenant = tenant,
                       .relation = policy_target_relation,
                       .direction = storage::Direction::To,
                       .name = target.text},
                      listing);
}

Outcome<Page<std::string>> PolicyRecords::attached_at_or_above(const Tenant& tenant,
                                                               const PolicyTarget& target,
                                                               const Listing& listing) {
    if (target.kind != PolicyTarget::Kind::ThingGroup) return attached_to(tenant, target, listing);
    if (auto checked = check_page_size(listing.page_size); !checked) {
        return refuse(std::move(checked.error()));
    }
    const storage::LinkQuery query{.tenant = tenant,
                                   .relation = policy_target_relation,
                                   .direction = storage::Direction::To,
                                   .name = target.text,
                                   .page_token = listing.marker};
    const auto start = storage::page_start(query);
    if (!start) return refuse(refused_listing(start.error()));
    const auto line = line_of(store_, tenant, ThingGroupName(target.name));
    if (!line) return refuse(line.error());
    const auto names = policies_of(store_, tenant, *line);
    if (!names) return refuse(names.error());
    Page<std::string> page;
    for (auto name = *start ? names->upper_bound(**start) : names->begin(); name != names->end();
         ++name) {
        if (page.items.size() == listing.page_size) {
            page.next_marker = storage::page_token_after(query, page.items.back());
            break;
        }
        page.items.push_back(*name);
    }
    return page;
}

Outcome<Page<std::string>> PolicyRecords::targets_of(const Tenant& tenant, const PolicyName& name,
                                                     const Listing& listing) {
    if (const auto stored = read(tenant, name); !stored) return refuse(stored.error());
    return list_links(store_,
                      {.tenant = tenant,
                       .relation = policy_target_relation,
                       .direction = storage::Direction::From,
                       .name = name.value()},
                      listing);
}

Outcome<void> PolicyRecords::check_there(const storage::RecordKey& key, const RecordWords& words) {
    const auto record = store_.get(key);
    if (record) return {};
    if (record.error().kind == ErrorKind::NotFound) return refuse(missing(store_, key, words));
    return refuse(refused_by(record.error()));
}

Outcome<std::vector<AttachedPolicy>> PolicyRecords::effective(
    const Tenant& tenant, const std::optional<PolicyTarget>& principal,
    const std::optional<ThingName>& thing) {
    if (!principal && !thing) {
        return refuse(Refusal::InvalidRequest, "give a principal, a thingName or both",
                      "principal");
    }
    if (principal && principal->kind == PolicyTarget::Kind::Certificate) {
        const auto key = key_of(tenant, certificates::CertificateId(principal->name));
        if (auto there = check_there(key, {"certificate", "principal"}); !there) {
            return refuse(std::move(there.error()));
        }
    }
    if (thing) {
        if (auto there = check_there(key_of(tenant, *thing), thing_words); !there) {
            return refuse(std::move(there.error()));
        }
    }
    return effective_policies(store_, tenant, principal, thing.value_or(ThingName()));
}

Outcome<std::vector<TrialAnswer>> PolicyRecords::try_out(const Tenant& tenant,
                                                         const AuthorizationTrial& trial) {
    return try_authorization(store_, tenant, trial, parts_.clock, limits());
}

}  // namespace gatehouse::registry
