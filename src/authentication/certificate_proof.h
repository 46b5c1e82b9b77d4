// What a certificate proved where an authorizer decides beside it (CUSTOM_AUTH_X509): who the
// client is, and what its registration allows.
// Source: AWS IoT Core Developer Guide, "Custom authentication with X.509 client certificates".
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "certificates/certificate.h"
#include "policy/document.h"
#include "policy/policy_index.h"
#include "policy/variables.h"

namespace gatehouse::authentication {

// Immutable.
struct CertificateProof {
    certificates::CertificateId id;
    std::uint64_t registry_epoch = 0;            // Identity::registry_epoch
    std::vector<policy::PolicySource> policies;  // attached to it, and to its thing's groups
    policy::Variables variables;                 // of the connection, certificate and thing
    std::vector<std::pair<std::string, std::string>> propagated;  // as of Identity
};
using CertificateProofPtr = std::shared_ptr<const CertificateProof>;

}  // namespace gatehouse::authentication
