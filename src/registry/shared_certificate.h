// Which accounts of a region may have the same certificate: one, or several if all of them
// registered it as SNI_ONLY, so that the host name that a client asks for tells them apart.
// Source: AWS IoT Developer Guide, "Register a client certificate registered by a CA in multiple
// accounts": X.509 certificates used by multi-account registration.
#pragma once

#include <string>
#include <string_view>

#include "registry/refusal.h"
#include "registry/registered_certificate.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

struct SharedCertificate {
    storage::RecordKey key;
    CertificateMode mode;
    std::string arn;
    std::string_view exists;  // "The certificate is already registered"
    std::string_view field;
};

// ResourceAlreadyExists. `decode` reads the records of the key's kind, which have a mode.
template <class Certificate, class Decode>
Outcome<void> check_sharing(storage::ResourceStore& store, const SharedCertificate& wanted,
                            Decode decode) {
    const auto tenants = store.tenants_with(wanted.key.kind, wanted.key.name);
    if (!tenants) return refuse(refused_by(tenants.error()));
    for (const Tenant& tenant : *tenants) {
        if (tenant == wanted.key.tenant) {
            return refuse(Refused{Refusal::ResourceAlreadyExists, std::string(wanted.exists),
                                  std::string(wanted.field), wanted.key.name, wanted.arn});
        }
        if (tenant.region != wanted.key.tenant.region) continue;
        const auto record = store.get({tenant, wanted.key.kind, wanted.key.name});
        if (!record) continue;  // it is gone
        const Result<Certificate> other = decode(*record);
        if (!other) return refuse(refused_by(other.error()));
        if (wanted.mode == CertificateMode::SniOnly && other->mode == CertificateMode::SniOnly) {
            continue;
        }
        return refuse(Refusal::ResourceAlreadyExists,
                      std::string(wanted.exists) +
                          " in another account of this region; several may register it only in "
                          "certificateMode SNI_ONLY, all of them",
                      std::string(wanted.field));
    }
    return {};
}

}  // namespace gatehouse::registry
