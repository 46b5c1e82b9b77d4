#include "registry/principal_reader.h"

#include <algorithm>

#include "registry/listing.h"
#include "registry/registered_certificate_record.h"
#include "registry/thing_record.h"

namespace gatehouse::registry {
namespace {

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

    // A group's count only while the client id is the thing's name, also of an exclusive thing.
    Outcome<std::vector<AttachedPolicy>> policies(const std::optional<Thing>& thing,
                                                  const std::optional<std::string>& client_id) {
        const bool is_named = thing && client_id && *client_id == thing->name.view();
        return effective_policies(store_, tenant_, arn_, is_named ? thing->name : ThingName());
    }

    Outcome<std::optional<Thing>> thing(const std::optional<std::string>& client_id) {
        const auto exclusive = all_links(store_, {.tenant = tenant_,
                                                  .relation = exclusive_principal_relation,
                                                  .direction = storage::Direction::To,
                                                  .name = arn_});
        if (!exclusive) return refuse(exclusive.error());
        if (!exclusive->empty()) return read_thing(exclusive->front());
        if (!client_id || client_id->empty() || client_id->size() > storage::name_bytes_max) {
            return std::optional<Thing>();
        }
        const auto principals = all_links(store_, {.tenant = tenant_,
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
    auto thing = reader.thing(client_id);
    if (!thing) return refuse(std::move(thing.error()));
    auto policies = reader.policies(*thing, client_id);
    if (!policies) return refuse(std::move(policies.error()));
    return CertificatePrincipal{std::move(*certificate), std::move(*policies), std::move(*thing)};
}

}  // namespace gatehouse::registry
