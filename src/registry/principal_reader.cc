#include "registry/principal_reader.h"

#include <algorithm>

#include "registry/listing.h"
#include "registry/registered_certificate_record.h"
#include "registry/stored.h"
#include "registry/thing_record.h"
#include "registry/thing_type_record.h"

namespace gatehouse::registry {
namespace {

Outcome<PrincipalThing> read_thing(storage::ResourceStore& store, const Tenant& tenant,
                                   const std::string& name, bool is_exclusive) {
    const auto record = store.get(key_of(tenant, ThingName(name)));
    if (!record && record.error().kind == ErrorKind::NotFound) return PrincipalThing();
    if (!record) return refuse(refused_by(record.error()));
    auto thing = decode_thing(*record);
    if (!thing) return refuse(refused_by(thing.error()));
    return PrincipalThing{std::move(*thing), is_exclusive};
}

// A type that is gone, or does not read, enriches nothing: that keeps nobody out.
UserProperties propagated_of(storage::ResourceStore& store, const Thing& thing,
                             const std::optional<std::string>& client_id) {
    UserProperties properties;
    if (thing.type.empty()) return properties;
    const auto record = store.get(key_of(thing.tenant, thing.type));
    if (!record) return properties;
    const auto type = decode_thing_type(*record);
    if (!type) return properties;
    for (const PropagatingAttribute& each : type->propagating) {
        if (each.connection_attribute == client_id_attribute) {
            if (client_id) properties.emplace_back(each.user_property, *client_id);
        } else if (each.connection_attribute == thing_name_attribute) {
            properties.emplace_back(each.user_property, thing.name.value());
        } else if (const auto own = thing.attributes.find(each.thing_attribute);
                   own != thing.attributes.end()) {
            properties.emplace_back(each.user_property, own->second);
        }
    }
    return properties;
}

}  // namespace

Outcome<PrincipalThing> thing_of_principal(storage::ResourceStore& store, const Tenant& tenant,
                                           const std::string& principal,
                                           const std::optional<std::string>& client_id) {
    const auto exclusive = all_links(store, {.tenant = tenant,
                                             .relation = exclusive_principal_relation,
                                             .direction = storage::Direction::To,
                                             .name = principal});
    if (!exclusive) return refuse(exclusive.error());
    if (!exclusive->empty()) return read_thing(store, tenant, exclusive->front(), true);
    if (!client_id || client_id->empty() || client_id->size() > storage::name_bytes_max) {
        return PrincipalThing();
    }
    const auto principals = all_links(store, {.tenant = tenant,
                                              .relation = thing_principal_relation,
                                              .direction = storage::Direction::From,
                                              .name = *client_id});
    if (!principals) return refuse(principals.error());
    if (std::ranges::find(*principals, principal) == principals->end()) {
        return PrincipalThing();
    }
    return read_thing(store, tenant, *client_id, false);
}

ThingName named_by(const std::optional<std::string>& client_id, const std::optional<Thing>& thing) {
    const bool is_named = thing && client_id && *client_id == thing->name.view();
    return is_named ? thing->name : ThingName();
}

Outcome<CertificatePrincipal> read_principal(storage::ResourceStore& store, const Tenant& tenant,
                                             const CertificateId& id,
                                             const std::optional<std::string>& client_id) {
    auto certificate =
        read_stored(store, key_of(tenant, id), {"certificate", ""}, decode_certificate);
    if (!certificate) return refuse(std::move(certificate.error()));
    // Whoever may not connect is told so, whatever else of it cannot be read.
    if (certificate->value.status != CertificateStatus::Active) {
        return CertificatePrincipal{std::move(certificate->value), {}, {}, false, {}};
    }
    const PolicyTarget principal{PolicyTarget::Kind::Certificate, id.value(), arn_of(tenant, id)};
    auto thing = thing_of_principal(store, tenant, principal.text, client_id);
    if (!thing) return refuse(std::move(thing.error()));
    auto policies = effective_policies(store, tenant, principal, named_by(client_id, thing->thing));
    if (!policies) return refuse(std::move(policies.error()));
    UserProperties propagated;
    if (thing->thing) propagated = propagated_of(store, *thing->thing, client_id);
    return CertificatePrincipal{std::move(certificate->value), std::move(*policies),
                                std::move(thing->thing), thing->is_exclusive,
                                std::move(propagated)};
}

}  // namespace gatehouse::registry
