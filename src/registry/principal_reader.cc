#include "registry/principal_reader.h"

#include <algorithm>

#include "registry/certificate_records.h"
#include "registry/policy_record.h"
#include "registry/registered_certificate_record.h"
#include "registry/thing_record.h"

namespace gatehouse::registry {
namespace {

Outcome<std::vector<std::string>> linked(storage::ResourceStore& store, storage::LinkQuery query) {
    query.limit = storage::page_records_max;
    auto page = store.links(query);
    if (!page) return refuse(refused_by(page.error()));
    return std::move(page->names);
}

class PrincipalReader {
public:
    PrincipalReader(storage::ResourceStore& store, const Tenant& tenant, const CertificateId& id)
        : store_(store), tenant_(tenant), id_(id), arn_(arn_of(tenant, id)) {}

    Outcome<RegisteredCertificate> certificate() {
        const auto record = store_.get(key_of(tenant_, id_));
        if (!record) return refuse(refused_by(record.error()));
        auto read = decode_certificate(*record);
        if (!read) return refuse(refused_by(read.error()));
        return std::move(*read);
    }

    Outcome<std::vector<AttachedPolicy>> policies() {
        const auto names = linked(store_, {.tenant = tenant_,
                                           .relation = policy_target_relation,
                                           .direction = storage::Direction::To,
                                           .name = arn_});
        if (!names) return refuse(names.error());
        std::vector<AttachedPolicy> policies;
        for (const std::string& name : *names) {
            const auto record = store_.get(key_of(tenant_, PolicyName(name)));
            // Deleted in this moment.
            if (!record && record.error().kind == ErrorKind::NotFound) continue;
            if (!record) return refuse(refused_by(record.error()));
            const auto policy = decode_policy(*record);
            if (!policy) return refuse(refused_by(policy.error()));
            policies.push_back({policy->name, policy->counting().document});
        }
        return policies;
    }

    Outcome<std::optional<Thing>> thing(const std::optional<std::string>& client_id) {
        const auto exclusive = linked(store_, {.tenant = tenant_,
                                               .relation = exclusive_principal_relation,
                                               .direction = storage::Direction::To,
                                               .name = arn_});
        if (!exclusive) return refuse(exclusive.error());
        if (!exclusive->empty()) return read_thing(exclusive->front());
        if (!client_id || client_id->empty() || client_id->size() > storage::name_bytes_max) {
            return std::optional<Thing>();
        }
        const auto principals = linked(store_, {.tenant = tenant_,
                                                .relation = thing_principal_relation,
                                                .direction = storage::Direction::From,
                                                .name = *client_id});
        if (!principals) return refuse(principals.error());
        if (std::ranges::find(*principals, arn_) == principals->end()) {
            return std::optional<Thing>();
        }
        return read_thing(*client_id);
    }

private:
    Outcome<std::optional<Thing>> read_thing(const std::string& name) {
        const auto record = store_.get(key_of(tenant_, ThingName(name)));
        if (!record && record.error().kind == ErrorKind::NotFound) return std::optional<Thing>();
        if (!record) return refuse(refused_by(record.error()));
        auto thing = decode_thing(*record);
        if (!thing) return refuse(refused_by(thing.error()));
        return std::optional(std::move(*thing));
    }

    storage::ResourceStore& store_;
    const Tenant& tenant_;
    const CertificateId& id_;
    const std::string arn_;
};

}  // namespace

Outcome<CertificatePrincipal> read_principal(storage::ResourceStore& store, const Tenant& tenant,
                                             const CertificateId& id,
                                             const std::optional<std::string>& client_id) {
    PrincipalReader reader(store, tenant, id);
    auto certificate = reader.certificate();
    if (!certificate) return refuse(std::move(certificate.error()));
    auto policies = reader.policies();
    if (!policies) return refuse(std::move(policies.error()));
    auto thing = reader.thing(client_id);
    if (!thing) return refuse(std::move(thing.error()));
    return CertificatePrincipal{std::move(*certificate), std::move(*policies), std::move(*thing)};
}

}  // namespace gatehouse::registry
