#include "audit/check.h"

namespace gatehouse::audit {
namespace {

constexpr std::string_view no_crls =
    "the revocation lists of authorities are not fetched by this server";
constexpr std::string_view no_history =
    "this server keeps no history of connections to look through";
constexpr std::string_view no_service_use =
    "this server does not know which services a device's credentials were used with";
constexpr std::string_view age_option = "CERT_AGE_THRESHOLD_IN_DAYS";
constexpr std::string_view expiry_option = "CERT_EXPIRATION_THRESHOLD_IN_DAYS";

using About = ResourceType;

// In the order of Check.
constexpr std::array<CheckFacts, checks_count> all_facts{{
    {Severity::Critical, About::CognitoIdentityPool, "", ""},
    {Severity::Medium, About::CaCertificate, "", expiry_option, 30},
    {Severity::Critical, About::CaCertificate, "", ""},
    {Severity::High, About::ClientId, no_history, ""},
    {Severity::Low, About::DeviceCertificate, "", age_option, 365},
    {Severity::Medium, About::DeviceCertificate, "", expiry_option, 30},
    {Severity::Critical, About::DeviceCertificate, "", ""},
    {Severity::Critical, About::DeviceCertificate, no_history, ""},
    {Severity::Critical, About::IssuerCertificate, no_crls, ""},
    {Severity::Critical, About::IotPolicy, "", ""},
    {Severity::Medium, About::IotPolicy, "", ""},
    {Severity::Medium, About::RoleAlias, no_service_use, ""},
    {Severity::Critical, About::RoleAlias, "", ""},
    {Severity::Low, About::AccountSettings, "", ""},
    {Severity::Critical, About::CaCertificate, no_crls, ""},
    {Severity::Medium, About::DeviceCertificate, no_crls, ""},
    {Severity::Critical, About::CognitoIdentityPool, "", ""},
}};

}  // namespace

const CheckFacts& facts_of(Check check) {
    return all_facts[static_cast<std::size_t>(check)];
}

}  // namespace gatehouse::audit
