// The checks of an audit: what each is called, how grave its findings are, and what they are about.
// Source: AWS IoT Device Defender Developer Guide, "Audit checks".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/choice.h"

namespace gatehouse::audit {

enum class Check : std::uint8_t {
    AuthenticatedCognitoRole,
    CaCertificateExpiring,
    CaCertificateKeyQuality,
    ConflictingClientIds,
    DeviceCertificateAge,
    DeviceCertificateExpiring,
    DeviceCertificateKeyQuality,
    DeviceCertificateShared,
    IntermediateCaRevoked,
    IotPolicyOverlyPermissive,
    IotPolicyMisconfigured,
    RoleAliasUnusedServices,
    RoleAliasOverlyPermissive,
    LoggingDisabled,
    RevokedCaCertificate,
    RevokedDeviceCertificate,
    UnauthenticatedCognitoRole,
};
inline constexpr std::size_t checks_count = 17;

enum class Severity : std::uint8_t { Critical, High, Medium, Low };

enum class ResourceType : std::uint8_t {
    DeviceCertificate,
    CaCertificate,
    IotPolicy,
    CognitoIdentityPool,
    ClientId,
    AccountSettings,
    RoleAlias,
    IamRole,
    IssuerCertificate,
};

struct CheckFacts {
    Severity severity;
    ResourceType resource;  // that findings are about
    // Why it cannot be made here, in a sentence's end; empty: it can.
    std::string_view unavailable;
    // The only option that its configuration may have, a number of days; empty: none.
    std::string_view option;
    std::uint32_t days_usual = 0;  // of that option
};

const CheckFacts& facts_of(Check check);

// Of either option.
inline constexpr std::uint32_t option_days_min = 30;
inline constexpr std::uint32_t option_days_max = 3652;

}  // namespace gatehouse::audit

template <>
struct gatehouse::ChoiceNames<gatehouse::audit::Check> {
    static constexpr std::array<std::string_view, gatehouse::audit::checks_count> names{
        "AUTHENTICATED_COGNITO_ROLE_OVERLY_PERMISSIVE_CHECK",
        "CA_CERTIFICATE_EXPIRING_CHECK",
        "CA_CERTIFICATE_KEY_QUALITY_CHECK",
        "CONFLICTING_CLIENT_IDS_CHECK",
        "DEVICE_CERTIFICATE_AGE_CHECK",
        "DEVICE_CERTIFICATE_EXPIRING_CHECK",
        "DEVICE_CERTIFICATE_KEY_QUALITY_CHECK",
        "DEVICE_CERTIFICATE_SHARED_CHECK",
        "INTERMEDIATE_CA_REVOKED_FOR_ACTIVE_DEVICE_CERTIFICATES_CHECK",
        "IOT_POLICY_OVERLY_PERMISSIVE_CHECK",
        "IOT_POLICY_POTENTIAL_MISCONFIGURATION_CHECK",
        "IOT_ROLE_ALIAS_ALLOWS_ACCESS_TO_UNUSED_SERVICES_CHECK",
        "IOT_ROLE_ALIAS_OVERLY_PERMISSIVE_CHECK",
        "LOGGING_DISABLED_CHECK",
        "REVOKED_CA_CERTIFICATE_STILL_ACTIVE_CHECK",
        "REVOKED_DEVICE_CERTIFICATE_STILL_ACTIVE_CHECK",
        "UNAUTHENTICATED_COGNITO_ROLE_OVERLY_PERMISSIVE_CHECK"};
};
template <>
struct gatehouse::ChoiceNames<gatehouse::audit::Severity> {
    static constexpr std::array<std::string_view, 4> names{"CRITICAL", "HIGH", "MEDIUM", "LOW"};
};
template <>
struct gatehouse::ChoiceNames<gatehouse::audit::ResourceType> {
    static constexpr std::array<std::string_view, 9> names{
        "DEVICE_CERTIFICATE", "CA_CERTIFICATE", "IOT_POLICY", "COGNITO_IDENTITY_POOL", "CLIENT_ID",
        "ACCOUNT_SETTINGS",   "ROLE_ALIAS",     "IAM_ROLE",   "ISSUER_CERTIFICATE"};
};
