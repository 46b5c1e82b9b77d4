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

    bool operator==(const AffectedClients&) const = default;
};

}  // namespace gatehouse::registry
