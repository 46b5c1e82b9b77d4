#include "registry/identity_watch.h"

#include <optional>
#include <type_traits>
#include <utility>

#include "registry/listing.h"
#include "registry/policy_record.h"
#include "registry/policy_target.h"
#include "registry/registered_certificate_record.h"
#include "registry/thing_group_record.h"
#include "registry/thing_record.h"

namespace gatehouse::registry {
namespace {

using Kind = ChangedSubject::Kind;

constexpr std::size_t clients_max = 10'000;

std::optional<Kind> kind_of(const storage::Kind& kind) {
    if (kind == certificate_kind) return Kind::Certificate;
    if (kind == policy_kind) return Kind::Policy;
    if (kind == thing_kind) return Kind::Thing;
    return std::nullopt;  // what a group is like counts for no policy
}

// Who is at a link's end `to`.
std::optional<ChangedSubject> subject_at(const Tenant& tenant, const storage::Relation& relation,
                                         const std::string& to) {
    if (relation == group_thing_relation) return ChangedSubject{tenant, Kind::Thing, to};
    const bool is_principal =
        relation == thing_principal_relation || relation == exclusive_principal_relation;
    if (!is_principal && relation != policy_target_relation) return std::nullopt;
    const auto target = parse_policy_target(tenant, to);
    if (!target) return std::nullopt;
    switch (target->kind) {
        case PolicyTarget::Kind::Certificate:
            return ChangedSubject{tenant, Kind::Certificate, target->name};
        case PolicyTarget::Kind::ThingGroup:
            return ChangedSubject{tenant, Kind::ThingGroup, target->name};
        case PolicyTarget::Kind::CognitoIdentity: return std::nullopt;
    }
    return std::nullopt;
}

std::optional<ChangedSubject> subject_of(const storage::Change& change) {
    return std::visit(
        [](const auto& what) -> std::optional<ChangedSubject> {
            using What = std::decay_t<decltype(what)>;
            if constexpr (std::is_same_v<What, storage::Put> ||
                          std::is_same_v<What, storage::Remove>) {
                const auto kind = kind_of(what.key.kind);
                if (!kind) return std::nullopt;
                return ChangedSubject{what.key.tenant, *kind, what.key.name};
            } else if constexpr (std::is_same_v<What, storage::RemoveLinks>) {
                if (what.direction != storage::Direction::To) return std::nullopt;
                return subject_at(what.tenant, what.relation, what.name);
            } else {
                return subject_at(what.link.tenant, what.link.relation, what.link.to);
            }
        },
        change);
}

// Collects whom subjects concern; a read that fails ends it.
class Collector {
public:
    explicit Collector(storage::ResourceStore& store) : store_(store) {}

    Outcome<void> add(const ChangedSubject& subject) {
        switch (subject.kind) {
            case Kind::Certificate: certificates_.insert(CertificateId(subject.name)); return {};
            case Kind::Policy: return add_policy(subject);
            case Kind::ThingGroup: return add_group(subject);
            case Kind::Thing: return add_thing(subject.tenant, subject.name);
        }
        return {};
    }
    bool is_too_many() const {
        return is_cut_ || certificates_.size() + client_ids_.size() > clients_max;
    }
    AffectedClients clients_of(const Tenant& tenant) const {
        return {.tenant = tenant,
                .certificates = {certificates_.begin(), certificates_.end()},
                .client_ids = {client_ids_.begin(), client_ids_.end()}};
    }

private:
    Outcome<std::vector<std::string>> links(const Tenant& tenant, const storage::Relation& relation,
                                            const std::string& from) {
        auto names = all_links(store_, {.tenant = tenant,
                                        .relation = relation,
                                        .direction = storage::Direction::From,
                                        .name = from});
        is_cut_ = is_cut_ || (names && names->size() == storage::page_records_max);
        return names;
    }

    Outcome<void> add_policy(const ChangedSubject& policy) {
        const auto targets = links(policy.tenant, policy_target_relation, policy.name);
        if (!targets) return refuse(targets.error());
        for (const std::string& target : *targets) {
            const auto subject = subject_at(policy.tenant, policy_target_relation, target);
            if (!subject) continue;
            if (auto added = add(*subject); !added || is_too_many()) return added;
        }
        return {};
    }

    Outcome<void> add_group(const ChangedSubject& group) {
        for (const auto& relation : {group_thing_relation, group_thing_below_relation}) {
            const auto things = links(group.tenant, relation, group.name);
            if (!things) return refuse(things.error());
            // Policies of groups count for clients that are called as the thing.
            client_ids_.insert(things->begin(), things->end());
        }
        return {};
    }

    // A client is it by its id, or by a certificate that acts for no other.
    Outcome<void> add_thing(const Tenant& tenant, const std::string& thing) {
        client_ids_.insert(thing);
        const auto principals = links(tenant, exclusive_principal_relation, thing);
        if (!principals) return refuse(principals.error());
        for (const std::string& principal : *principals) {
            const auto subject = subject_at(tenant, exclusive_principal_relation, principal);
            if (subject) certificates_.insert(CertificateId(subject->name));
        }
        return {};
    }

    storage::ResourceStore& store_;
    std::set<CertificateId> certificates_;
    std::set<std::string> client_ids_;
    bool is_cut_ = false;  // a listing was longer than is read
};

}  // namespace

std::set<ChangedSubject> changed_subjects(const storage::Batch& batch) {
    std::set<ChangedSubject> subjects;
    for (const storage::Change& change : batch.changes()) {
        if (auto subject = subject_of(change)) subjects.insert(std::move(*subject));
    }
    return subjects;
}

AffectedClients affected_by(storage::ResourceStore& store,
                            const std::set<ChangedSubject>& subjects) {
    Collector collector(store);
    const Tenant& tenant = subjects.begin()->tenant;
    for (const ChangedSubject& subject : subjects) {
        if (!collector.add(subject) || collector.is_too_many()) {
            return {.tenant = tenant,
                    .certificates = {},
                    .client_ids = {},
                    .is_everyone = true,
                    .is_every_tenant = false};
        }
    }
    return collector.clients_of(tenant);
}

void IdentityWatch::on_affected(Tell tell) {
    has_listener_ = tell != nullptr;
    *tell_.lock() = std::move(tell);
}

void IdentityWatch::note(const storage::Batch& batch) {
    if (!has_listener_) return;
    auto subjects = changed_subjects(batch);
    if (subjects.empty()) return;
    {
        const auto pending = pending_.lock();
        pending->subjects.merge(subjects);
        if (pending->is_worked_on) return;
        pending->is_worked_on = true;
    }
    // Where nothing more can be queued, who made the change waits.
    if (!workers_.post([this] { work_off(); })) work_off();
}

void IdentityWatch::work_off() {
    for (;;) {
        std::set<ChangedSubject> subjects;
        {
            const auto pending = pending_.lock();
            subjects.swap(pending->subjects);
            if (subjects.empty()) {
                pending->is_worked_on = false;
                return;
            }
        }
        tell(subjects);
    }
}

void IdentityWatch::tell(const std::set<ChangedSubject>& subjects) {
    auto next = subjects.begin();
    while (next != subjects.end()) {
        std::set<ChangedSubject> of_tenant;
        const Tenant& tenant = next->tenant;
        for (; next != subjects.end() && next->tenant == tenant; ++next) of_tenant.insert(*next);
        const AffectedClients affected = affected_by(store_, of_tenant);
        const auto listener = tell_.lock();
        if (*listener) (*listener)(affected);
    }
}

}  // namespace gatehouse::registry
