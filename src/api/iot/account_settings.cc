#include "api/iot/account_settings.h"

#include "api/iot/errors.h"
#include "api/iot/present.h"
#include "api/shapes/iot/errors.h"

namespace gatehouse::api::iot {
namespace {

// Of a key of the customer's.
ConfigurationDetails details_of_kms() {
    return {.configuration_status = ConfigurationStatus::Unhealthy,
            .error_code = "KMS_KEY_VALIDATION_ERROR",
            .error_message =
                "This server has no KMS, so that the key cannot be reached. Secrets "
                "are encrypted with the key of the installation, as without it."};
}

// The operations on packages have exceptions of their own.
std::unexpected<wire::Failure> package_failure_of(const registry::Refused& refused) {
    switch (refused.refusal) {
        case registry::Refusal::InvalidRequest:
            return wire::fail_as(errors::validation_exception, refused.message);
        case registry::Refusal::VersionConflict:
            return wire::fail_as(errors::conflict_exception, refused.message);
        default: return wire::fail_as(errors::internal_server_exception, refused.message);
    }
}

}  // namespace

async::Task<wire::Outcome<DescribeEncryptionConfigurationResponse>>
DescribeEncryptionConfiguration::handle(const Caller& caller,
                                        DescribeEncryptionConfigurationRequest) const {
    const auto settings = co_await encryption.run(
        [&](registry::EncryptionSettingsRecords& records) { return records.get(caller.tenant); });
    if (!settings) co_return failure_of(settings.error());
    const bool is_own = settings->key == registry::EncryptionKey::AwsOwned;
    DescribeEncryptionConfigurationResponse response{
        .encryption_type =
            is_own ? EncryptionType::AwsOwnedKmsKey : EncryptionType::CustomerManagedKmsKey,
        .kms_key_arn = present(settings->kms_key_arn),
        .kms_access_role_arn = present(settings->kms_role_arn),
        .configuration_details =
            is_own ? ConfigurationDetails{.configuration_status = ConfigurationStatus::Healthy}
                   : details_of_kms()};
    if (settings->modified != WallTime{}) response.last_modified_date = settings->modified;
    co_return response;
}

async::Task<wire::Outcome<UpdateEncryptionConfigurationResponse>>
UpdateEncryptionConfiguration::handle(const Caller& caller,
                                      UpdateEncryptionConfigurationRequest request) const {
    const registry::EncryptionSettings wanted{
        .key = request.encryption_type == EncryptionType::AwsOwnedKmsKey
                   ? registry::EncryptionKey::AwsOwned
                   : registry::EncryptionKey::CustomerManaged,
        .kms_key_arn = request.kms_key_arn.value_or(""),
        .kms_role_arn = request.kms_access_role_arn.value_or("")};
    const auto updated = co_await encryption.run([&](registry::EncryptionSettingsRecords& records) {
        return records.set(caller.tenant, wanted);
    });
    if (!updated) co_return failure_of(updated.error());
    co_return UpdateEncryptionConfigurationResponse();
}

async::Task<wire::Outcome<GetPackageConfigurationResponse>> GetPackageConfiguration::handle(
    const Caller& caller, GetPackageConfigurationRequest) const {
    const auto settings = co_await packages.run(
        [&](registry::PackageSettingsRecords& records) { return records.get(caller.tenant); });
    if (!settings) co_return package_failure_of(settings.error());
    co_return GetPackageConfigurationResponse{
        .version_update_by_jobs_config = VersionUpdateByJobsConfig{
            .enabled = settings->jobs_update_versions, .role_arn = present(settings->role_arn)}};
}

async::Task<wire::Outcome<UpdatePackageConfigurationResponse>> UpdatePackageConfiguration::handle(
    const Caller& caller, UpdatePackageConfigurationRequest request) const {
    registry::PackageSettingsChange change;
    if (auto& wanted = request.version_update_by_jobs_config) {
        change = {.jobs_update_versions = wanted->enabled, .role_arn = std::move(wanted->role_arn)};
    }
    const auto updated = co_await packages.run([&](registry::PackageSettingsRecords& records) {
        return records.update(caller.tenant, change);
    });
    if (!updated) co_return package_failure_of(updated.error());
    co_return UpdatePackageConfigurationResponse();
}

}  // namespace gatehouse::api::iot
