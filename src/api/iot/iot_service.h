// AWS IoT's control plane, signed as "iot" (or "execute-api", as botocore before 1.30 does).
#pragma once

#include <functional>
#include <string>

#include "api/iot/audit_parts.h"
#include "api/iot/registration_parts.h"
#include "api/service.h"
#include "async/task.h"
#include "async/worker_pool.h"
#include "authentication/certificate_signing.h"
#include "authentication/custom_authorizer.h"
#include "base/result.h"
#include "base/tenant.h"
#include "certificates/local_authority.h"
#include "indexing/index_worker.h"
#include "indexing/indexing_configurations.h"
#include "net/security_policy.h"
#include "registry/authorizers.h"
#include "registry/billing_groups.h"
#include "registry/ca_certificates.h"
#include "registry/certificate_provider_records.h"
#include "registry/certificate_transfers.h"
#include "registry/certificates.h"
#include "registry/domain_configurations.h"
#include "registry/encryption_settings.h"
#include "registry/endpoint_name.h"
#include "registry/event_settings.h"
#include "registry/logging_options.h"
#include "registry/memberships.h"
#include "registry/package_settings.h"
#include "registry/policies.h"
#include "registry/provisioning_records.h"
#include "registry/role_aliases.h"
#include "registry/tags.h"
#include "registry/thing_groups.h"
#include "registry/thing_types.h"
#include "registry/things.h"
#include "registry/topic_rule_destinations.h"
#include "rules/topic_rules.h"

namespace gatehouse::api {

// What DescribeEndpoint answers: the host name under which a tenant's devices reach this server.
// InvalidInput and LimitExceeded: it cannot have one, and why.
using EndpointNames =
    std::function<async::Task<Result<std::string>>(Tenant, registry::EndpointType)>;

// Has the endpoint of a destination asked to confirm it, without waiting; `origin` is that of this
// server as the caller reached it.
using ChallengeDestination =
    std::function<void(registry::DestinationChallenge, const std::string& origin)>;

// Everything this service works with; it must outlive the service.
struct IotParts {
    registry::Authorizers& authorizers;
    registry::LoggingOptions& logging;
    registry::Policies& policies;
    registry::Certificates& certificates;
    registry::CaCertificates& ca_certificates;
    registry::CertificateTransfers& transfers;
    registry::Things& things;
    registry::ThingTypes& thing_types;
    registry::ThingGroups& thing_groups;
    registry::Memberships& memberships;
    registry::BillingGroups& billing_groups;
    registry::Provisionings& provisionings;
    registry::Tags& tags;
    registry::RoleAliases& role_aliases;
    rules::TopicRules& rules;
    registry::TopicRuleDestinations& destinations;
    ChallengeDestination challenge;
    registry::EventConfigurations& events;
    registry::EncryptionConfigurations& encryption;
    registry::PackageConfigurations& packages;
    registry::CertificateProviders& certificate_providers;
    authentication::CertificateSigning& signing;
    AuditParts audits;
    RegistrationParts registrations;
    registry::DomainConfigurations& domains;
    indexing::IndexingConfigurations& indexing;
    indexing::IndexWorker& index;
    certificates::LocalAuthority& authority;
    async::WorkerPool& workers;
    EndpointNames endpoint_names;
    // Of the endpoints that every account has.
    net::SecurityPolicy endpoint_policy = net::SecurityPolicy::Tls13_1_2_2022_10;
    // Null: TestInvokeAuthorizer answers that it is unavailable.
    authentication::CustomAuthorizer* custom_authorizer = nullptr;
};

Service make_iot_service(const IotParts& parts);

}  // namespace gatehouse::api
