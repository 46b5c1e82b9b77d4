// Clients whom a change of the registry concerns: who they are, or what they may do, may be
// something else by now.
#pragma once

#include <string>
#include <vector>

#include "base/tenant.h"
#include "registry/registered_certificate.h"

namespace gatehouse::registry {

struct AffectedClients {
    Tenant tenant;
    // Those with one of these certificates, and those with any certificate and one of these ids.
    std::vector<CertificateId> certificates;
    std::vector<std::string> client_ids;
    // All that present a certificate: nobody can tell which, or they are very many.
    bool is_everyone = false;
    // With it: those of all tenants, whatever the one above is.
    bool is_every_tenant = false;

    bool operator==(const AffectedClients&) const = default;
};

// All that present a certificate, whichever tenant they are of.
inline AffectedClients every_client() {
    return {.tenant = {},
            .certificates = {},
            .client_ids = {},
            .is_everyone = true,
            .is_every_tenant = true};
}

}  // namespace gatehouse::registry
