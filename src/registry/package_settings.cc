#include "registry/package_settings.h"

#include "registry/account_record.h"
#include "registry/role_arn.h"

namespace gatehouse::registry {
namespace {

const storage::Kind package_settings_kind{"package-configuration"};
constexpr RecordWords package_settings_words{"package configuration", "versionUpdateByJobsConfig"};

PackageSettings decode_package_settings(RecordReader& reader) {
    return {.jobs_update_versions = reader.truth("jobsUpdateVersions"),
            .role_arn = reader.text("roleArn")};
}

Outcome<AccountRecord<PackageSettings>> read_package_settings(storage::ResourceStore& store,
                                                              const Tenant& tenant) {
    return read_account_record<PackageSettings>(store, account_key(tenant, package_settings_kind),
                                                package_settings_words, decode_package_settings);
}

}  // namespace

Outcome<PackageSettings> PackageSettingsRecords::get(const Tenant& tenant) {
    auto read = read_package_settings(store_, tenant);
    if (!read) return refuse(std::move(read.error()));
    return std::move(read->value);
}

Outcome<void> PackageSettingsRecords::update(const Tenant& tenant,
                                             const PackageSettingsChange& change) {
    if (change.role_arn) {
        if (auto checked = check_role_arn(*change.role_arn); !checked) return checked;
    }
    return persistently([&] { return try_update(tenant, change); });
}

Outcome<void> PackageSettingsRecords::try_update(const Tenant& tenant,
                                                 const PackageSettingsChange& change) {
    auto read = read_package_settings(store_, tenant);
    if (!read) return refuse(std::move(read.error()));
    PackageSettings& settings = read->value;
    settings.jobs_update_versions =
        change.jobs_update_versions.value_or(settings.jobs_update_versions);
    settings.role_arn = change.role_arn.value_or(settings.role_arn);
    if (settings.jobs_update_versions && settings.role_arn.empty()) {
        return refuse_field("roleArn", "it is required where enabled is true");
    }
    return write_account_record(
        store_, account_key(tenant, package_settings_kind), package_settings_words, read->revision,
        {{"jobsUpdateVersions", settings.jobs_update_versions}, {"roleArn", settings.role_arn}});
}

}  // namespace gatehouse::registry
