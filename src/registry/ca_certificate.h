// A certificate authority of somebody else whose device certificates the registry takes.
// Source: AWS IoT API Reference, CACertificateDescription, RegistrationConfig.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/choice.h"
#include "base/clock.h"
#include "base/tenant.h"
#include "registry/registered_certificate.h"
#include "registry/texts.h"

namespace gatehouse::registry {

// What its certificates are told apart by in an ARN: "cacert/ID".
inline constexpr std::string_view ca_certificate_resource = "cacert/";

// Inactive: no certificate of it is registered any more; those that are registered stay good.
enum class CaStatus : std::uint8_t { Active, Inactive };
// Whether a device's first connection registers its certificate.
enum class AutoRegistration : std::uint8_t { Enable, Disable };

// What is made for a device beside its registration: see provisioning_records.h.
struct RegistrationConfig {
    std::string template_body;
    std::string role_arn;
    std::string template_name;

    bool operator==(const RegistrationConfig&) const = default;
};

struct CaCertificate {
    Tenant tenant;
    CertificateId id;
    CaStatus status = CaStatus::Inactive;
    // That of the certificates, too, which are registered because of it.
    CertificateMode mode = CertificateMode::Default;
    std::string pem;
    std::string subject;  // RFC 2253
    AutoRegistration auto_registration = AutoRegistration::Disable;
    RegistrationConfig config;
    std::string generation_id;
    std::uint64_t customer_version = 1;
    WallTime not_before{};
    WallTime not_after{};
    WallTime created{};
    WallTime modified{};
    Texts tags;

    // arn:aws:iot:REGION:ACCOUNT:cacert/ID
    std::string arn() const;
    bool operator==(const CaCertificate&) const = default;
};

}  // namespace gatehouse::registry

template <>
struct gatehouse::ChoiceNames<gatehouse::registry::CaStatus> {
    static constexpr std::array<std::string_view, 2> names{"ACTIVE", "INACTIVE"};
};
template <>
struct gatehouse::ChoiceNames<gatehouse::registry::AutoRegistration> {
    static constexpr std::array<std::string_view, 2> names{"ENABLE", "DISABLE"};
};
