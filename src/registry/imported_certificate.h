// A server certificate that somebody imported, with its private key, as AWS Certificate Manager
// keeps them: what a domain configuration shows to devices.
// Source: AWS Certificate Manager API Reference, ImportCertificate, CertificateDetail.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/named.h"
#include "base/tenant.h"
#include "registry/texts.h"

namespace gatehouse::registry {

using ImportedCertificateId = Named<std::string, struct ImportedCertificateIdTag>;  // a UUID

struct ImportedCertificate {
    Tenant tenant;
    ImportedCertificateId id;
    std::string certificate_pem;  // one certificate
    std::string chain_pem;        // those above it; may be empty
    std::string sealed_key;       // the private key in PEM, sealed for this record
    WallTime imported{};          // for the last time
    Texts tags;
    WallTime created{};

    // arn:aws:acm:REGION:ACCOUNT:certificate/ID
    std::string arn() const;
    bool operator==(const ImportedCertificate&) const = default;
};

// What ImportCertificate is given.
struct CertificateImport {
    std::string certificate_pem;
    std::string chain_pem;
    std::string private_key_pem;
    Texts tags;
};

// A certificate and who shows it: ARNs of domain configurations.
struct ImportedCertificateInUse {
    ImportedCertificate certificate;
    std::vector<std::string> in_use_by;
};

}  // namespace gatehouse::registry
