#include "audit/examination.h"

#include <fmt/format.h>

#include "audit/examination_parts.h"
#include "registry/logging_options.h"

namespace gatehouse::audit {

Outcome<ExaminedPage> examine_logging(const Examination& examination) {
    const auto settings = registry::LoggingOptions::read(examination.store, examination.tenant);
    if (!settings) return registry::refuse(registry::refused_by(settings.error()));
    ExaminedPage page{.looked_at = 1};
    const bool is_on = *settings && !(*settings)->levels.all_disabled &&
                       (*settings)->levels.default_level != logs::Level::Disabled;
    if (is_on) return page;
    page.found.push_back({.resource = {.identifier = {.type = ResourceType::AccountSettings,
                                                      .id = examination.tenant.account.value(),
                                                      .version = ""},
                                       .additional = {}},
                          .related = {},
                          .reason = "Logging is not enabled for this account and region.",
                          .reason_code = "LOGGING_DISABLED"});
    return page;
}

Outcome<ExaminedPage> examine(Check check, const Examination& examination) {
    using enum Check;
    switch (check) {
        case CaCertificateExpiring: return examine_ca_expiry(examination);
        case CaCertificateKeyQuality: return examine_ca_keys(examination);
        case DeviceCertificateAge: return examine_certificate_age(examination);
        case DeviceCertificateExpiring: return examine_certificate_expiry(examination);
        case DeviceCertificateKeyQuality: return examine_certificate_keys(examination);
        case IotPolicyOverlyPermissive: return examine_broad_policies(examination);
        case IotPolicyMisconfigured: return examine_misconfigured_policies(examination);
        case RoleAliasOverlyPermissive: return examine_role_aliases(examination);
        case LoggingDisabled: return examine_logging(examination);
        // There are no identity pools here.
        case AuthenticatedCognitoRole:
        case UnauthenticatedCognitoRole: return ExaminedPage();
        case ConflictingClientIds:
        case DeviceCertificateShared:
        case IntermediateCaRevoked:
        case RoleAliasUnusedServices:
        case RevokedCaCertificate:
        case RevokedDeviceCertificate: break;
    }
    return registry::refuse(
        registry::Refusal::InternalFailure,
        fmt::format("{} cannot be made: {}", name_of_choice(check), facts_of(check).unavailable));
}

}  // namespace gatehouse::audit
