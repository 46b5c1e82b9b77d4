// For tests of domain configurations: what a server says about names, certificates to import.
#pragma once

#include <optional>
#include <string>

#include "net/test_identity.h"
#include "registry/domain_configuration_records.h"
#include "registry/imported_certificate_records.h"

namespace gatehouse::registry {

// A server whose names are gate.test and everything below it.
class SampleNaming final : public DomainNaming {
public:
    Result<std::string> managed_name(const Tenant& tenant, std::string_view label) const override {
        return std::string(label) + ".iot." + tenant.region.value() + ".gate.test";
    }
    std::optional<std::string> why_reserved(const Tenant&,
                                            std::string_view domain_name) const override {
        if (domain_name != "gate.test") return std::nullopt;
        return "it is an endpoint of this server";
    }
    Result<void> can_show_own(std::string_view domain_name) const override {
        if (domain_name.ends_with(".gate.test")) return {};
        return fail(ErrorKind::Conflict, "its CA may not sign for it");
    }
    bool has_built_in_authorizer(const Tenant&, std::string_view name) const override {
        return name == "built-in";
    }
};

inline CertificateImport sample_import(const char* names = "DNS:iot.customer.test") {
    const net::TestIdentity made = net::make_identity(names);
    return {.certificate_pem = made.certificate, .chain_pem = "", .private_key_pem = made.key};
}

}  // namespace gatehouse::registry
