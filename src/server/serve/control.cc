#include "server/serve/control.h"
#include "registry/domain_configuration_record.h"
#include "server/serve/device_endpoints.h"

#include <fmt/format.h>

#include "api/acm/acm_service.h"
#include "api/data/data_service.h"
#include "api/iam/iam_service.h"
#include "api/iot/destination_link.h"
#include "api/lambda/lambda_service.h"
#include "api/logs/logs_service.h"
#include "api/sts/sts_service.h"
#include "audit/scheduled_audit_record.h"
#include "authentication/password_authenticator.h"
#include "base/durable_file.h"
#include "gateway/http_door.h"
#include "server/serve/resource_tags.h"
#include "server/version.h"

namespace gatehouse::server {
namespace {

net::HttpResponse plain(unsigned status, std::string content_type, std::string body) {
    net::HttpResponse response{.status = status};
    response.headers.set("Content-Type", std::move(content_type));
    response.body = std::move(body);
    return response;
}

async::Task<net::HttpResponse> page(net::HttpResponse response) {
    co_return response;
}

net::HttpResponse readiness(bool is_ready) {
    return is_ready ? plain(200, "application/json", R"({"status":"ready"})")
                    : plain(503, "application/json", R"({"status":"not ready"})");
}

std::vector<api::OpenEndpoint> open_endpoints(const ControlApi::Parts& parts,
                                              const api::lambda::CodeLinks& code_links,
                                              const api::iot::RegistrationReports& reports) {
    return {
        {"/health",
         [](const net::HttpRequest&) {
             return page(plain(200, "application/json", R"({"status":"ok"})"));
         }},
        {"/ready", [is_ready = parts.is_ready](
                       const net::HttpRequest&) { return page(readiness(is_ready())); }},
        {"/ca.pem",
         [authority = parts.foundation.authority.get()](const net::HttpRequest&) {
             return page(plain(200, "application/x-pem-file", authority->root_certificate_pem()));
         }},
        {std::string(gateway::mqtt_websocket_path),
         [&domains = parts.foundation.domains->domains()](const net::HttpRequest& request) {
             const auto domain = domains.get()->find(gateway::host_of(request));
             const auto problem =
                 domain ? gateway::protocol_problem(*domain->configuration, gateway::DoorKind::Api)
                        : std::optional<std::string>();
             return page(problem ? plain(403, "text/plain", *problem)
                                 : gateway::answer_mqtt_websocket(request));
         }},
        {std::string(api::lambda::CodeLinks::path_prefix),
         [&code_links](net::HttpRequest request) { return code_links.answer(std::move(request)); }},
        api::iot::destination_link(parts.targets.destinations()),
        {std::string(api::iot::RegistrationReports::path_prefix),
         [&reports](net::HttpRequest request) { return reports.answer(std::move(request)); }},
    };
}

api::AccessSettings access_settings(const Settings& settings) {
    return {
        .mode =
            settings.api_auth == ApiAuthentication::Any ? api::AuthMode::Any : api::AuthMode::SigV4,
        .tenancy = settings.tenancy == Tenancy::Multi ? api::Tenancy::Multi : api::Tenancy::Single,
        .default_tenant = default_tenant(settings)};
}

registry::AuthorizerSettings authorizer_settings(const Settings& settings) {
    registry::AuthorizerSettings authorizers{.authorizers_max =
                                                 settings.profile.limits.authorizers_max};
    if (!settings.passwords.users_file.empty()) {
        authorizers.built_in = {
            .tenant = default_tenant(settings),
            .name = std::string(authentication::password_authorizer_name),
            .origin = fmt::format("password-file.users ({})", settings.passwords.users_file)};
    }
    return authorizers;
}

api::gatehouse::DeviceParts device_parts(const ControlApi::Parts& parts) {
    return {
        .setups = *parts.resources.device_setups,
        .authority = *parts.foundation.authority,
        .endpoint_name =
            [&endpoints = parts.endpoints](Tenant tenant) {
                return endpoints.name_for(std::move(tenant), registry::EndpointType::DataAts);
            },
        .mqtts_port = parts.mqtts_port,
        .root_ca_pem = [certificate = parts.foundation.certificate.get()]() -> Result<std::string> {
            const std::string file = certificate->authority_file();
            return file.empty() ? Result<std::string>() : read_file(file);
        }};
}

// Tells the log what goes wrong in the background.
std::function<void(const std::string&)> notice_of(const Settings& settings, Foundation& foundation,
                                                  std::string_view reason) {
    return [&log = *foundation.log, tenant = default_tenant(settings),
            reason](const std::string& problem) {
        log.record({.tenant = tenant,
                    .type = logs::EventType::ServerNotice,
                    .status = logs::Status::Failure,
                    .reason = reason,
                    .details = problem});
    };
}

api::Service make_iot(const ControlApi::Parts& parts,
                      const api::iot::RegistrationReports& registration_reports) {
    return api::make_iot_service(
        {.authorizers = *parts.resources.authorizers,
         .logging = *parts.resources.logging,
         .policies = *parts.resources.policies,
         .certificates = *parts.resources.certificates,
         .ca_certificates = *parts.resources.ca_certificates,
         .transfers = *parts.resources.transfers,
         .things = *parts.resources.things,
         .thing_types = *parts.resources.thing_types,
         .thing_groups = *parts.resources.thing_groups,
         .memberships = *parts.resources.memberships,
         .billing_groups = *parts.resources.billing_groups,
         .provisionings = *parts.resources.provisionings,
         .tags = *parts.resources.tags,
         .role_aliases = *parts.resources.role_aliases,
         .rules = parts.rules,
         .destinations = parts.targets.destinations(),
         .challenge =
             [&challenges = parts.targets.challenges()](registry::DestinationChallenge challenge,
                                                        const std::string& origin) {
                 challenges.send(std::move(challenge), origin);
             },
         .events = *parts.resources.events,
         .encryption = *parts.resources.encryption,
         .packages = *parts.resources.packages,
         .certificate_providers = *parts.resources.certificate_providers,
         .signing = *parts.resources.signing,
         .audits = {.configurations = *parts.resources.audit_configurations,
                    .schedules = *parts.resources.scheduled_audits,
                    .tasks = *parts.resources.audit_tasks,
                    .suppressions = *parts.resources.suppressions,
                    .wake = [auditor = parts.resources.auditor.get()] { auditor->wake(); }},
         .registrations = {.tasks = *parts.resources.registrations,
                           .reports = registration_reports,
                           .has_buckets = parts.resources.buckets->has_buckets(),
                           .wake = [bulk =
                                        parts.resources.bulk_registration.get()] { bulk->wake(); }},
         .domains = *parts.resources.domains,
         .indexing = *parts.resources.indexing,
         .index = *parts.foundation.index,
         .authority = *parts.foundation.authority,
         .workers = parts.foundation.workers,
         .endpoint_names =
             [&endpoints = parts.endpoints](Tenant tenant, registry::EndpointType type) {
                 return endpoints.name_for(std::move(tenant), type);
             },
         .endpoint_policy = parts.settings.tls.policy,
         .custom_authorizer = &parts.custom_authorizer});
}

}  // namespace

Result<std::unique_ptr<Resources>> Resources::load(const Settings& settings, Foundation& foundation,
                                                   Loops& loops) {
    std::unique_ptr<Resources> made(new Resources());
    iam::AccountSettings accounts{.default_tenant = default_tenant(settings),
                                  .preset = std::nullopt,
                                  .accounts_max = settings.accounts_max,
                                  .credentials_file = foundation.data_dir->file("credentials")};
    if (!settings.root_access_key_id.empty()) {
        accounts.preset = iam::RootKey{iam::AccessKeyId(settings.root_access_key_id),
                                       settings.root_secret_access_key};
    }
    auto loaded = iam::Accounts::load({.store = *foundation.async_store,
                                       .box = *foundation.secrets,
                                       .clock = *foundation.clock,
                                       .random = foundation.random},
                                      std::move(accounts));
    if (!loaded) return fail(std::move(loaded.error()));
    made->accounts = std::move(*loaded);
    made->function_keys = std::make_unique<iam::FunctionKeys>(
        *foundation.clock, made->accounts->temporary_keys(), foundation.async_store->blocking());
    made->judge = std::make_unique<iam::AccessJudge>(*foundation.async_store, *foundation.clock,
                                                     made->key_uses);
    made->role_sessions = std::make_unique<iam::RoleSessions>(
        *foundation.async_store, *made->judge, made->accounts->session_keys(), *foundation.clock);
    auto authorizers =
        registry::Authorizers::load(*foundation.async_store, authorizer_settings(settings));
    if (!authorizers) return fail(std::move(authorizers.error()));
    made->authorizers = std::move(*authorizers);
    auto logging = registry::LoggingOptions::load(*foundation.async_store, *foundation.levels);
    if (!logging) return fail(std::move(logging.error()));
    made->logging = std::move(*logging);
    made->make_registry(settings, foundation);
    made->make_audits(settings, foundation, loops);
    made->make_registrations(settings, foundation, loops);
    auto functions = FunctionRuntime::make(settings, foundation, loops, *made->function_keys);
    if (!functions) return fail(std::move(functions.error()));
    made->functions = std::move(*functions);
    made->signing = std::make_unique<authentication::CertificateSigning>(
        settings.profile,
        authentication::CertificateSigning::Parts{.clock = *foundation.clock,
                                                  .functions = made->functions->invoker(),
                                                  .permissions = made->functions->permissions(),
                                                  .providers = *made->certificate_providers,
                                                  .authority = *foundation.authority,
                                                  .workers = foundation.workers});
    made->judge->read_tags_with(
        [runtime = made->functions.get()](storage::ResourceStore& store, const std::string& arn) {
            return tags_of_resource(store, runtime->directory(), arn);
        });
    made->judge->complete_with(&registry::complete_domain_arn);
    return made;
}

void Resources::make_registry(const Settings& settings, Foundation& foundation) {
    storage::AsyncResourceStore& store = *foundation.async_store;
    const Clock& clock = *foundation.clock;
    Random& random = foundation.random;
    registry::EventOutbox& outbox = *foundation.event_outbox;
    const Limits& limits = settings.profile.limits;
    const registry::PolicyRecords::Parts of_policies{
        clock,
        random,
        {.characters_max = limits.policy_characters_max,
         .versions_max = limits.policy_versions_max}};
    const registry::CertificateRecords::Parts of_certificates{clock, random};
    policies = std::make_unique<registry::Policies>(store, of_policies);
    certificates = std::make_unique<registry::Certificates>(store, of_certificates);
    device_setups = std::make_unique<registry::DeviceSetups>(
        store,
        registry::DeviceSetupRecords::Parts{
            .things = {random, outbox}, .certificates = of_certificates, .policies = of_policies});
    provisionings = std::make_unique<registry::Provisionings>(
        store, registry::ProvisioningParts{.things = {random, outbox},
                                           .memberships = {outbox},
                                           .certificates = of_certificates,
                                           .policies = of_policies,
                                           .authority = *foundation.authority});
    ca_certificates = std::make_unique<registry::CaCertificates>(
        store, registry::CaCertificateRecords::Parts{clock, random});
    transfers = std::make_unique<registry::CertificateTransfers>(
        store, registry::CertificateTransferRecords::Parts{clock});
    things =
        std::make_unique<registry::Things>(store, registry::ThingRecords::Parts{random, outbox});
    thing_types = std::make_unique<registry::ThingTypes>(
        store, registry::ThingTypeRecords::Parts{
                   clock,
                   random,
                   {.deprecated_min = std::chrono::seconds(settings.thing_type_wait_seconds)},
                   outbox});
    thing_groups = std::make_unique<registry::ThingGroups>(
        store, registry::ThingGroupRecords::Parts{random, outbox});
    memberships =
        std::make_unique<registry::Memberships>(store, registry::MembershipRecords::Parts{outbox});
    billing_groups = std::make_unique<registry::BillingGroups>(
        store, registry::BillingGroupRecords::Parts{random});
    tags = std::make_unique<registry::Tags>(
        store, registry::TagRecords::Parts{.others = {audit::tagged_audits()}});
    role_aliases =
        std::make_unique<registry::RoleAliases>(store, registry::RoleAliasRecords::Parts{});
    events = std::make_unique<registry::EventConfigurations>(
        store, registry::EventSettingsRecords::Parts{});
    encryption = std::make_unique<registry::EncryptionConfigurations>(
        store, registry::EncryptionSettingsRecords::Parts{});
    packages = std::make_unique<registry::PackageConfigurations>(
        store, registry::PackageSettingsRecords::Parts{});
    certificate_providers = std::make_unique<registry::CertificateProviders>(
        store, registry::CertificateProviderRecords::Parts{});
    domains = std::make_unique<registry::DomainConfigurations>(
        store, registry::DomainConfigurationRecords::Parts{clock, random, *foundation.domains});
    imported_certificates = std::make_unique<registry::ImportedCertificates>(
        store, registry::ImportedCertificateRecords::Parts{*foundation.secrets, clock, random});
    indexing = std::make_unique<indexing::IndexingConfigurations>(
        store, indexing::IndexingConfigurationRecords::Parts{});
}

void Resources::make_registrations(const Settings& settings, Foundation& foundation, Loops& loops) {
    buckets = std::make_unique<BucketFolder>(settings.buckets_folder);
    registrations = std::make_unique<registry::RegistrationTasks>(
        *foundation.async_store, registry::RegistrationTaskRecords::Parts{foundation.random});
    bulk_registration = std::make_unique<BulkRegistration>(
        BulkRegistration::Parts{.loop = loops.main(),
                                .workers = foundation.workers,
                                .tasks = *registrations,
                                .provisionings = *provisionings,
                                .roles = *role_sessions,
                                .buckets = *buckets,
                                .clock = *foundation.clock,
                                .report = notice_of(settings, foundation, "BULK_REGISTRATION")});
}

void Resources::make_audits(const Settings& settings, Foundation& foundation, Loops& loops) {
    storage::AsyncResourceStore& store = *foundation.async_store;
    const audit::AuditTaskRecords::Parts of_tasks{*foundation.clock, foundation.random};
    audit_configurations = std::make_unique<audit::AuditConfigurations>(
        store, audit::AuditConfigurationRecords::Parts{});
    scheduled_audits =
        std::make_unique<audit::ScheduledAudits>(store, audit::ScheduledAuditRecords::Parts{});
    audit_tasks = std::make_unique<audit::AuditTasks>(store, of_tasks);
    suppressions = std::make_unique<audit::Suppressions>(
        store, audit::SuppressionRecords::Parts{*foundation.clock});
    auditor = std::make_unique<audit::Auditor>(
        audit::Auditor::Parts{.loop = loops.main(),
                              .store = store,
                              .clock = *foundation.clock,
                              .random = foundation.random,
                              .report = notice_of(settings, foundation, "AUDIT")});
}

ControlApi::ControlApi(const Parts& parts)
    : facts_{.version = std::string(program_version()),
             .profile = std::string(name_of_choice(parts.settings.profile.name)),
             .tenancy = std::string(name_of_choice(parts.settings.tenancy)),
             .endpoint = parts.endpoints.usual()},
      code_links_(parts.resources.functions->directory(), parts.resources.functions->layers(),
                  signing_clock_, parts.foundation.random),
      registration_reports_(*parts.resources.registrations, signing_clock_,
                            parts.foundation.random),
      queries_({*parts.foundation.log, parts.foundation.query_workers}),
      data_plane_(parts.gateway),
      retained_(parts.gateway),
      connections_(parts.gateway) {
    Foundation& foundation = parts.foundation;
    std::vector<api::Service> services;
    services.push_back(
        api::make_gatehouse_service({.facts = facts_,
                                     .clock = *foundation.clock,
                                     .traces = *foundation.traces,
                                     .log = *foundation.log,
                                     .workers = foundation.workers,
                                     .rule_test_workers = foundation.rule_test_workers,
                                     .devices = device_parts(parts),
                                     .manual_clock = foundation.manual_clock,
                                     .wake_loops = [loops = &parts.loops] { loops->notify(); }}));
    services.push_back(make_iot(parts, registration_reports_));
    services.push_back(api::make_data_service(
        {.publisher = data_plane_, .retained = retained_, .connections = connections_}));
    services.push_back(api::make_lambda_service(
        {.directory = parts.resources.functions->directory(),
         .layers = parts.resources.functions->layers(),
         .invoker = parts.resources.functions->invoker(),
         .async_invocations = parts.resources.functions->async_invocations(),
         .code_links = code_links_}));
    services.push_back(api::make_logs_service(
        {.logs = *foundation.log, .workers = foundation.workers, .queries = queries_}));
    services.push_back(api::make_iam_service({.records = *foundation.async_store,
                                              .box = *foundation.secrets,
                                              .clock = *foundation.clock,
                                              .random = foundation.random,
                                              .accounts = *parts.resources.accounts,
                                              .judge = *parts.resources.judge,
                                              .key_uses = parts.resources.key_uses}));
    services.push_back(api::make_sts_service({.records = *foundation.async_store,
                                              .sessions = *parts.resources.role_sessions,
                                              .accounts = *parts.resources.accounts}));
    services.push_back(
        api::make_acm_service({*parts.resources.imported_certificates, *foundation.clock}));
    api_ = std::make_unique<api::Api>(
        api::ApiSettings{.access = access_settings(parts.settings),
                         .host_names = names_asked_by(parts.settings)},
        api::ApiParts{
            .keys = *parts.resources.accounts,
            // Callers sign by their own clocks, which `--clock manual` does not move.
            .clock = signing_clock_,
            .random = foundation.random,
            .workers = foundation.workers,
            .admit_account = [accounts = parts.resources.accounts.get()](
                                 AccountId account) { return accounts->admit(std::move(account)); },
            .judge =
                [judge = parts.resources.judge.get()](iam::AccessQuestion question) {
                    return judge->judge(std::move(question));
                },
            .on_call = [this](const api::CallRecord& call) { calls_.note(call); }},
        std::move(services), open_endpoints(parts, code_links_, registration_reports_));
}

}  // namespace gatehouse::server
