#include "registry/provisioning_batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "certificates/issuer.h"
#include "registry/attached_policies.h"
#include "registry/membership.h"
#include "registry/policy_record.h"
#include "registry/principal_guard.h"
#include "registry/registered_certificate_record.h"
#include "registry/thing_record.h"

namespace gatehouse::registry {
namespace {

constexpr RecordWords provisioned_policy_words{"policy", "policyName"};

std::unexpected<Refused> conflicting(std::string_view what, std::string_view property) {
    return refuse(Refusal::ResourceAlreadyExists,
                  fmt::format("ResourceConflictsException: {} is there already, and the template's "
                              "OverrideSettings say FAIL for {}",
                              what, property),
                  std::string(property));
}

}  // namespace

Outcome<std::vector<ThingGroupName>> groups_left_by(storage::ResourceStore& store,
                                                    const Tenant& tenant,
                                                    const PlannedThing& wanted) {
    std::vector<ThingGroupName> left;
    if (!wanted.groups || wanted.on_groups != Override::Replace) return left;
    const auto groups = groups_holding(store, tenant, wanted.name);
    if (!groups) return refuse(groups.error());
    for (const ThingGroup& group : *groups) {
        const bool stays = std::ranges::count(*wanted.groups, group.name) > 0;
        if (!stays && !group.is_dynamic()) left.push_back(group.name);
    }
    return left;
}

Outcome<Provisioned> ProvisioningBatch::collect(storage::Batch& batch) {
    made_ = {};
    made_.device_configuration = plan_.device_configuration;
    if (auto added = add_thing(batch); !added) return refuse(std::move(added.error()));
    if (auto added = add_certificate(batch); !added) return refuse(std::move(added.error()));
    if (certificate_arn_.empty()) return std::move(made_);
    const auto guard = PrincipalGuard::take(store_, tenant_, certificate_arn_);
    if (!guard) return refuse(guard.error());
    guard->add_to(batch);
    if (auto added = add_policies(batch); !added) return refuse(std::move(added.error()));
    if (auto tied = tie(batch); !tied) return refuse(std::move(tied.error()));
    return std::move(made_);
}

Outcome<void> ProvisioningBatch::add_thing(storage::Batch& batch) {
    if (!plan_.thing) return {};
    const PlannedThing& wanted = *plan_.thing;
    made_.thing = wanted.name;
    made_.resource_arns[wanted.logical_name] = arn_of(tenant_, wanted.name);
    const auto stored =
        read_stored(store_, key_of(tenant_, wanted.name), thing_words, decode_thing);
    if (stored) return change_thing(batch, wanted, *stored);
    if (stored.error().refusal != Refusal::ResourceNotFound) return refuse(stored.error());
    return make_thing(batch, wanted);
}

Outcome<void> ProvisioningBatch::make_thing(storage::Batch& batch, const PlannedThing& wanted) {
    ThingRecords things(store_, parts_.things);
    const auto thing = things.add_to(batch, tenant_,
                                     {.name = wanted.name,
                                      .type = wanted.type.value_or(ThingTypeName()),
                                      .billing_group = wanted.billing_group,
                                      .attributes = wanted.attributes.value_or(Texts())});
    if (!thing) return refuse(thing.error());
    MembershipRecords memberships(store_, parts_.memberships);
    return memberships.change_in(
        batch, *thing,
        {.leave = {}, .join = wanted.groups.value_or(std::vector<ThingGroupName>())});
}

Outcome<ThingChange> ProvisioningBatch::change_of(const PlannedThing& wanted,
                                                  const Thing& present) const {
    const std::string what = fmt::format("thing {}", wanted.name.view());
    ThingChange change;
    if (wanted.attributes && wanted.on_attributes != Override::DoNothing) {
        if (wanted.on_attributes == Override::Fail) return conflicting(what, "AttributePayload");
        change.how = wanted.on_attributes == Override::Merge ? AttributeChange::Merge
                                                             : AttributeChange::Replace;
        Texts attributes = present.attributes;
        change_attributes(attributes, *wanted.attributes, change.how);
        if (attributes != present.attributes) change.attributes = *wanted.attributes;
    }
    if (wanted.type && wanted.on_type != Override::DoNothing) {
        if (wanted.on_type == Override::Fail) return conflicting(what, "ThingTypeName");
        if (*wanted.type != present.type) change.type = *wanted.type;
    }
    return change;
}

Outcome<MembershipChange> ProvisioningBatch::memberships_of(const PlannedThing& wanted) {
    MembershipChange change;
    if (!wanted.groups || wanted.on_groups == Override::DoNothing) return change;
    if (wanted.on_groups == Override::Fail) {
        return conflicting(fmt::format("thing {}", wanted.name.view()), "ThingGroups");
    }
    change.join = *wanted.groups;
    if (wanted.on_groups == Override::Merge) return change;
    auto leave = groups_left_by(store_, tenant_, wanted);
    if (!leave) return refuse(std::move(leave.error()));
    change.leave = std::move(*leave);
    for (const ThingGroupName& group : change.leave) {
        if (!wanted.may_leave || std::ranges::count(*wanted.may_leave, group) > 0) continue;
        return refuse(Refusal::ConflictingResourceUpdate,
                      fmt::format("thing {} was put into group {} meanwhile; try again",
                                  wanted.name.view(), group.view()));
    }
    return change;
}

Outcome<void> ProvisioningBatch::change_thing(storage::Batch& batch, const PlannedThing& wanted,
                                              const Stored<Thing>& stored) {
    const auto change = change_of(wanted, stored.value);
    if (!change) return refuse(change.error());
    const auto memberships = memberships_of(wanted);
    if (!memberships) return refuse(memberships.error());
    const auto key = key_of(tenant_, wanted.name);
    Thing thing = stored.value;
    if (change->attributes || change->type) {
        auto changed = ThingRecords(store_, parts_.things).change_in(batch, stored, *change);
        if (!changed) return refuse(std::move(changed.error()));
        thing = std::move(*changed);
    } else {
        batch.require(storage::HasRevision{key, stored.revision},
                      changed_meanwhile(thing_words, wanted.name.view()));
    }
    const std::size_t before = batch.changes().size();
    MembershipRecords records(store_, parts_.memberships);
    if (auto joined = records.change_in(batch, thing, *memberships); !joined) return joined;
    // Written as it is: of two that change its groups, one then sees that it was overtaken.
    if (batch.changes().size() > before) batch.put(key, encode(thing));
    return {};
}

Outcome<void> ProvisioningBatch::add_certificate(storage::Batch& batch) {
    if (!plan_.certificate) return {};
    auto certificate = certificate_in(batch, *plan_.certificate);
    if (!certificate) return refuse(std::move(certificate.error()));
    certificate_arn_ = certificate->arn();
    made_.resource_arns[plan_.certificate->logical_name] = certificate_arn_;
    made_.certificate_pem = std::move(certificate->pem);
    return {};
}

Outcome<RegisteredCertificate> ProvisioningBatch::certificate_in(storage::Batch& batch,
                                                                 const PlannedCertificate& wanted) {
    CertificateRecords certificates(store_, parts_.certificates);
    if (wanted.source == CertificateSource::SigningRequest) {
        return certificates.add_to(batch, tenant_, {.pem = issued_, .status = wanted.status});
    }
    CertificateId id = certificate_id_of_text(wanted.text);
    if (wanted.source == CertificateSource::Pem) {
        const auto facts = certificates::parse_single_certificate_pem(wanted.text);
        if (!facts) {
            return refuse(Refusal::CertificateValidation, facts.error().message, "CertificatePem");
        }
        id = facts->id;
    }
    auto stored = read_stored(store_, key_of(tenant_, id), certificate_words, decode_certificate);
    if (stored) return keep_certificate(batch, wanted, std::move(*stored));
    if (wanted.source == CertificateSource::Id ||
        stored.error().refusal != Refusal::ResourceNotFound) {
        return refuse(std::move(stored.error()));
    }
    return certificates.add_signed_to(
        batch, tenant_,
        {.pem = wanted.text, .authority_pem = wanted.authority_pem, .status = wanted.status});
}

Outcome<RegisteredCertificate> ProvisioningBatch::keep_certificate(
    storage::Batch& batch, const PlannedCertificate& wanted, Stored<RegisteredCertificate> stored) {
    const RegisteredCertificate& present = stored.value;
    const bool waits = present.status == CertificateStatus::PendingActivation;
    const auto otherwise = wanted.names_status ? Override::Replace : Override::DoNothing;
    const Override how = waits ? Override::Replace : wanted.on_status.value_or(otherwise);
    if (how == Override::Fail && wanted.names_status) {
        return conflicting(fmt::format("certificate {}", present.id.view()), "Status");
    }
    if (how == Override::Replace && present.status != wanted.status) {
        CertificateRecords certificates(store_, parts_.certificates);
        if (auto set = certificates.set_status_in(batch, stored, wanted.status); !set) {
            return refuse(std::move(set.error()));
        }
    } else {
        batch.require(storage::HasRevision{key_of(tenant_, present.id), stored.revision},
                      changed_meanwhile(certificate_words, present.id.view()));
    }
    return std::move(stored.value);
}

Outcome<void> ProvisioningBatch::add_policy(storage::Batch& batch, const PlannedPolicy& wanted) {
    const auto key = key_of(tenant_, wanted.name);
    const auto present = read_stored(store_, key, provisioned_policy_words, decode_policy);
    const Error meanwhile = changed_meanwhile(provisioned_policy_words, wanted.name.view());
    if (present && wanted.document) {
        if (present->value.counting().document != *wanted.document) {
            return refuse(Refusal::ResourceRegistrationFailure,
                          fmt::format("policy {}, by the SHA-256 of the template's "
                                      "PolicyDocument, is there already, and says something else",
                                      wanted.name.view()),
                          "PolicyDocument");
        }
        batch.require(storage::HasRevision{key, present->revision}, meanwhile);
        return {};
    }
    if (present) {
        batch.require(storage::Exists{key}, meanwhile);
        return {};
    }
    if (!wanted.document || present.error().refusal != Refusal::ResourceNotFound) {
        return refuse(present.error());
    }
    PolicyRecords policies(store_, parts_.policies);
    const auto made = policies.add_to(batch, tenant_, wanted.name, *wanted.document, {});
    if (!made) return refuse(made.error());
    return {};
}

Outcome<void> ProvisioningBatch::add_policies(storage::Batch& batch) {
    const auto present = policies_at(store_, tenant_, certificate_arn_);
    if (!present) return refuse(present.error());
    std::set<std::string> attached(present->begin(), present->end());
    std::set<std::string> wanted;
    for (const PlannedPolicy& policy : plan_.policies) {
        made_.resource_arns[policy.logical_name] = arn_of(tenant_, policy.name);
        if (!wanted.insert(policy.name.value()).second) continue;
        if (auto added = add_policy(batch, policy); !added) return added;
        if (!attached.insert(policy.name.value()).second) continue;
        if (attached.size() > parts_.policies.settings.attached_max) {
            return refuse(Refusal::LimitExceeded,
                          fmt::format("{} would have more than {} policies attached, the most it "
                                      "may have; detach one first",
                                      certificate_arn_, parts_.policies.settings.attached_max),
                          "target");
        }
        batch.change(storage::AddLink{
            {tenant_, policy_target_relation, policy.name.value(), certificate_arn_}});
    }
    return {};
}

Outcome<void> ProvisioningBatch::tie(storage::Batch& batch) {
    if (!plan_.thing) return {};
    const ThingName& thing = plan_.thing->name;
    ThingRecords things(store_, parts_.things);
    const auto principal = parse_principal(tenant_, certificate_arn_);
    if (!principal) return refuse(principal.error());
    if (auto checked = things.check_tie(tenant_, thing, *principal, PrincipalTie::NonExclusive);
        !checked) {
        return checked;
    }
    batch.change(
        storage::AddLink{{tenant_, thing_principal_relation, thing.value(), certificate_arn_}});
    return {};
}

}  // namespace gatehouse::registry
