// A certificate provider: a function that signs the requests of CreateCertificateFromCsr in the
// place of this server's own authority.
// Source: AWS IoT API Reference, CreateCertificateProvider, DescribeCertificateProvider; Developer
// Guide, "Self-managed certificate signing using AWS IoT Core certificate provider".
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/named.h"
#include "base/tenant.h"
#include "registry/texts.h"

namespace gatehouse::registry {

using CertificateProviderName =
    Named<std::string, struct CertificateProviderNameTag>;  // [\w=,@-]{1,128}

inline constexpr std::size_t certificate_providers_max = 1;  // a tenant

struct CertificateProvider {
    Tenant tenant;
    CertificateProviderName name;
    std::string function_arn;
    // The operations whose certificates it makes, by AWS's names: "CreateCertificateFromCsr".
    std::vector<std::string> operations;
    Texts tags;
    std::string client_token;  // of the call that created it; may be empty
    WallTime created{};
    WallTime modified{};

    // arn:aws:iot:REGION:ACCOUNT:certificateprovider/NAME
    std::string arn() const;
    bool operator==(const CertificateProvider&) const = default;
};

// What CreateCertificateProvider is given.
struct NewCertificateProvider {
    CertificateProviderName name;
    std::string function_arn;
    std::vector<std::string> operations;
    Texts tags;
    std::string client_token;
};

// What UpdateCertificateProvider is given; absent members stay as they are.
struct CertificateProviderChange {
    std::optional<std::string> function_arn;
    std::optional<std::vector<std::string>> operations;
};

}  // namespace gatehouse::registry
