// The control side of the program: accounts, authorizers, functions, and the API over them.
//
// Lifetimes: built before the loops run, destroyed after they ended.
#pragma once

#include <memory>

#include "api/api.h"
#include "api/gatehouse/gatehouse_service.h"
#include "api/iot/iot_service.h"
#include "api/iot/registration_reports.h"
#include "api/lambda/code_links.h"
#include "api/logs/query_board.h"
#include "audit/auditor.h"
#include "audit/configuration.h"
#include "audit/scheduled_audit_records.h"
#include "audit/suppression.h"
#include "authentication/certificate_signing.h"
#include "authentication/custom_authorizer.h"
#include "base/result.h"
#include "iam/access_judge.h"
#include "iam/accounts.h"
#include "iam/function_keys.h"
#include "iam/role_sessions.h"
#include "indexing/indexing_configurations.h"
#include "registry/authorizers.h"
#include "registry/billing_groups.h"
#include "registry/ca_certificates.h"
#include "registry/certificate_provider_records.h"
#include "registry/certificate_transfers.h"
#include "registry/certificates.h"
#include "registry/device_setup_records.h"
#include "registry/domain_configurations.h"
#include "registry/encryption_settings.h"
#include "registry/event_settings.h"
#include "registry/imported_certificates.h"
#include "registry/logging_options.h"
#include "registry/memberships.h"
#include "registry/package_settings.h"
#include "registry/policies.h"
#include "registry/provisioning_records.h"
#include "registry/registration_task_records.h"
#include "registry/role_aliases.h"
#include "registry/tags.h"
#include "registry/thing_groups.h"
#include "registry/thing_types.h"
#include "registry/things.h"
#include "rules/topic_rules.h"
#include "server/serve/bucket_folder.h"
#include "server/serve/bulk_registration.h"
#include "server/serve/data_plane.h"
#include "server/serve/device_endpoints.h"
#include "server/serve/foundation.h"
#include "server/serve/function_runtime.h"
#include "server/serve/loops.h"
#include "server/serve/metrics_page.h"
#include "server/serve/rule_targets.h"
#include "server/settings.h"

namespace gatehouse::server {

// What users manage. First of the two halves: the devices' side needs it.
class Resources : Pinned {
public:
    static Result<std::unique_ptr<Resources>> load(const Settings& settings, Foundation& foundation,
                                                   Loops& loops);

    std::unique_ptr<iam::Accounts> accounts;
    std::unique_ptr<iam::FunctionKeys> function_keys;
    iam::KeyUses key_uses;
    std::unique_ptr<iam::AccessJudge> judge;
    std::unique_ptr<iam::RoleSessions> role_sessions;
    std::unique_ptr<registry::Authorizers> authorizers;
    std::unique_ptr<registry::LoggingOptions> logging;
    std::unique_ptr<registry::Policies> policies;
    std::unique_ptr<registry::Certificates> certificates;
    std::unique_ptr<registry::CaCertificates> ca_certificates;
    std::unique_ptr<registry::CertificateTransfers> transfers;
    std::unique_ptr<registry::DeviceSetups> device_setups;
    std::unique_ptr<registry::Things> things;
    std::unique_ptr<registry::ThingTypes> thing_types;
    std::unique_ptr<registry::ThingGroups> thing_groups;
    std::unique_ptr<registry::Memberships> memberships;
    std::unique_ptr<registry::BillingGroups> billing_groups;
    std::unique_ptr<registry::Provisionings> provisionings;
    std::unique_ptr<registry::Tags> tags;
    std::unique_ptr<registry::RoleAliases> role_aliases;
    std::unique_ptr<registry::EventConfigurations> events;
    std::unique_ptr<registry::EncryptionConfigurations> encryption;
    std::unique_ptr<registry::PackageConfigurations> packages;
    std::unique_ptr<registry::CertificateProviders> certificate_providers;
    std::unique_ptr<registry::DomainConfigurations> domains;
    std::unique_ptr<registry::ImportedCertificates> imported_certificates;
    std::unique_ptr<indexing::IndexingConfigurations> indexing;
    std::unique_ptr<FunctionRuntime> functions;
    std::unique_ptr<authentication::CertificateSigning> signing;
    std::unique_ptr<audit::AuditConfigurations> audit_configurations;
    std::unique_ptr<audit::ScheduledAudits> scheduled_audits;
    std::unique_ptr<audit::AuditTasks> audit_tasks;
    std::unique_ptr<audit::Suppressions> suppressions;
    std::unique_ptr<audit::Auditor> auditor;
    std::unique_ptr<BucketFolder> buckets;
    std::unique_ptr<registry::RegistrationTasks> registrations;
    std::unique_ptr<BulkRegistration> bulk_registration;

private:
    Resources() = default;
    void make_registry(const Settings& settings, Foundation& foundation);
    void make_registrations(const Settings& settings, Foundation& foundation, Loops& loops);
    void make_audits(const Settings& settings, Foundation& foundation, Loops& loops);
};

// The API over the resources; built last, because it can test authorizers.
class ControlApi : Pinned {
public:
    struct Parts {
        const Settings& settings;
        Foundation& foundation;
        Loops& loops;
        Resources& resources;
        authentication::CustomAuthorizer& custom_authorizer;
        gateway::Gateway& gateway;
        // What /ready answers with: true once every door is open.
        std::function<bool()> is_ready;
        DeviceEndpoints& endpoints;
        rules::TopicRules& rules;
        RuleTargets& targets;
        // Of the door that is open by now.
        std::function<std::optional<std::uint16_t>()> mqtts_port;
    };
    explicit ControlApi(const Parts& parts);

    net::Routes& routes() { return *api_; }
    // As the devices' doors serve it, to who signs for the data plane.
    net::Routes& routes_at_doors() { return api_->at_doors(); }
    const ApiCallCounts& calls() const { return calls_; }

private:
    SystemClock signing_clock_;
    api::ServerFacts facts_;
    api::lambda::CodeLinks code_links_;
    api::iot::RegistrationReports registration_reports_;
    api::logs::QueryBoard queries_;
    ApiCallCounts calls_;
    DataPlane data_plane_;
    RetainedPlane retained_;
    ConnectionPlane connections_;
    std::unique_ptr<api::Api> api_;
};

}  // namespace gatehouse::server
