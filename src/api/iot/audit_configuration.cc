#include "api/iot/audit_configuration.h"

#include "api/iot/errors.h"
#include "api/iot/present.h"

namespace gatehouse::api::iot {
namespace {

std::map<std::string, AuditCheckConfiguration> shapes_of_checks(
    const audit::AuditConfiguration& configuration) {
    std::map<std::string, AuditCheckConfiguration> shapes;
    // All that there are, those included that are disabled.
    for (const std::string_view name : all_choices<audit::Check>()) {
        AuditCheckConfiguration& shape = shapes[std::string(name)];
        const auto found = configuration.checks.find(*parse_choice<audit::Check>(name));
        shape.enabled = found != configuration.checks.end() && found->second.enabled;
        if (found != configuration.checks.end() && !found->second.options.empty()) {
            shape.configuration = found->second.options;
        }
    }
    return shapes;
}

std::map<std::string, AuditNotificationTarget> shapes_of_targets(
    const audit::AuditConfiguration& configuration) {
    std::map<std::string, AuditNotificationTarget> shapes;
    for (const auto& [name, target] : configuration.targets) {
        shapes[name] = {.target_arn = present(target.target_arn),
                        .role_arn = present(target.role_arn),
                        .enabled = target.enabled};
    }
    return shapes;
}

}  // namespace

async::Task<wire::Outcome<DeleteAccountAuditConfigurationResponse>>
DeleteAccountAuditConfiguration::handle(const Caller& caller,
                                        DeleteAccountAuditConfigurationRequest request) const {
    using Schedules = audit::AuditConfigurationRecords::Schedules;
    const auto schedules =
        request.delete_scheduled_audits.value_or(false) ? Schedules::Remove : Schedules::Keep;
    const auto deleted =
        co_await configurations.run([&](audit::AuditConfigurationRecords& records) {
            return records.remove(caller.tenant, schedules);
        });
    if (!deleted) co_return failure_of(deleted.error());
    co_return DeleteAccountAuditConfigurationResponse();
}

async::Task<wire::Outcome<DescribeAccountAuditConfigurationResponse>>
DescribeAccountAuditConfiguration::handle(const Caller& caller,
                                          DescribeAccountAuditConfigurationRequest) const {
    const auto configuration = co_await configurations.run(
        [&](audit::AuditConfigurationRecords& records) { return records.get(caller.tenant); });
    if (!configuration) co_return failure_of(configuration.error());
    co_return DescribeAccountAuditConfigurationResponse{
        .role_arn = present(configuration->role_arn),
        .audit_notification_target_configurations = shapes_of_targets(*configuration),
        .audit_check_configurations = shapes_of_checks(*configuration)};
}

async::Task<wire::Outcome<UpdateAccountAuditConfigurationResponse>>
UpdateAccountAuditConfiguration::handle(const Caller& caller,
                                        UpdateAccountAuditConfigurationRequest request) const {
    audit::AuditConfigurationChange change{.role_arn = std::move(request.role_arn)};
    if (const auto& targets = request.audit_notification_target_configurations) {
        for (const auto& [name, target] : *targets) {
            change.targets[name] = {.target_arn = target.target_arn.value_or(""),
                                    .role_arn = target.role_arn.value_or(""),
                                    .enabled = target.enabled.value_or(false)};
        }
    }
    if (const auto& checks = request.audit_check_configurations) {
        for (const auto& [name, setting] : *checks) {
            change.checks[name] = {.enabled = setting.enabled.value_or(false),
                                   .options = setting.configuration.value_or(registry::Texts())};
        }
    }
    const auto updated =
        co_await configurations.run([&](audit::AuditConfigurationRecords& records) {
            return records.update(caller.tenant, change);
        });
    if (!updated) co_return failure_of(updated.error());
    co_return UpdateAccountAuditConfigurationResponse();
}

}  // namespace gatehouse::api::iot
