// For tests of the service "iot": the service over a store in memory.
#pragma once

#include <gtest/gtest.h>

#include "api/api_fixture.h"
#include "api/iot/iot_service.h"
#include "audit/auditor.h"
#include "audit/scheduled_audit_record.h"
#include "base/encoding.h"
#include "base/json.h"
#include "iam/identity_records.h"
#include "iam/role_sessions.h"
#include "registry/domain_samples.h"
#include "storage/memory_resource_store.h"
#include "storage/observed_resource_store.h"
#include "storage/scratch_dir.h"

namespace gatehouse::api {

// The functions of certificate providers: each answers what the test says.
class SigningFunctions final : public ::gatehouse::functions::FunctionInvoker,
                               public authentication::InvokePermissions {
public:
    async::Task<Result<::gatehouse::functions::InvocationResult>> invoke(
        ::gatehouse::functions::FunctionRef function, ::gatehouse::functions::Payload event,
        ::gatehouse::functions::InvokeOptions) override {
        asked = function.name.value();
        last_event = std::move(event);
        ::gatehouse::functions::InvocationResult result;
        result.payload = answer;
        co_return result;
    }
    std::optional<std::string> problem(const ::gatehouse::functions::FunctionRef&, const Tenant&,
                                       std::string_view) const override {
        return std::nullopt;
    }

    std::string answer;
    std::string asked;
    std::string last_event;
};

struct IotFixture : ApiFixture {
    void TearDown() override {
        tasks.start(auditor.stop());
        while (tasks.running() > 0) loop.run_once(std::chrono::milliseconds(20));
    }
    void SetUp() override {
        std::vector<Service> services;
        services.push_back(service());
        serve(std::move(services));
    }
    Service service() {
        return make_iot_service({.authorizers = *authorizers,
                                 .logging = *logging,
                                 .policies = policies,
                                 .certificates = certificates,
                                 .ca_certificates = ca_certificates,
                                 .transfers = transfers,
                                 .things = things,
                                 .thing_types = thing_types,
                                 .thing_groups = thing_groups,
                                 .memberships = memberships,
                                 .billing_groups = billing_groups,
                                 .provisionings = provisionings,
                                 .tags = tags,
                                 .role_aliases = role_aliases,
                                 .rules = topic_rules,
                                 .destinations = *destinations,
                                 .challenge = challenge,
                                 .events = events,
                                 .encryption = encryption,
                                 .packages = packages,
                                 .certificate_providers = certificate_providers,
                                 .signing = signing,
                                 .audits = {.configurations = audit_configurations,
                                            .schedules = scheduled_audits,
                                            .tasks = audit_tasks,
                                            .suppressions = suppressions,
                                            .wake = [this] { auditor.wake(); }},
                                 .registrations = {.tasks = registrations,
                                                   .reports = registration_reports,
                                                   .has_buckets = true,
                                                   .wake = [this] { ++registrations_woken; }},
                                 .domains = domains,
                                 .indexing = indexing,
                                 .index = index,
                                 .authority = *authority,
                                 .workers = workers,
                                 .endpoint_names = endpoint_names});
    }
    static std::string text(const json::value& value) { return std::string(value.as_string()); }
    static void expect_refused(const net::HttpResponse& response, unsigned status,
                               std::string_view exception) {
        EXPECT_EQ(response.status, status) << response.body;
        EXPECT_EQ(error_type(response), exception) << response.body;
    }
    // CreateKeysAndCertificate, ACTIVE; answers the ARN.
    std::string make_certificate() {
        return text(parsed(call("iot", "POST", "/keys-and-certificate?setAsActive=true"))
                        .at("certificateArn"));
    }
    json::value parsed(const net::HttpResponse& response) {
        EXPECT_EQ(response.status, 200u) << response.body;
        return parse_json(response.body, "the response").value_or(nullptr);
    }
    storage::MemoryResourceStore memory{clock};
    storage::ObservedResourceStore observed{
        memory, [this](const storage::Batch& batch) { index.note(batch); }};
    storage::AsyncResourceStore store{observed, workers};
    std::unique_ptr<registry::Authorizers> authorizers =
        std::move(registry::Authorizers::load(store, {}).value());
    ::gatehouse::logs::ConfiguredLevels levels{::gatehouse::logs::Level::Info};
    std::unique_ptr<registry::LoggingOptions> logging =
        std::move(registry::LoggingOptions::load(store, levels).value());
    registry::Policies policies{store, {clock, random, {}}};
    registry::Certificates certificates{store, {clock, random}};
    registry::CaCertificates ca_certificates{store, {clock, random}};
    registry::CertificateTransfers transfers{store, {clock}};
    registry::EventOutbox outbox{clock, random};
    registry::Things things{store, {random, outbox}};
    registry::ThingTypes thing_types{store, {clock, random, {}, outbox}};
    registry::ThingGroups thing_groups{store, {random, outbox}};
    registry::Memberships memberships{store, {outbox}};
    registry::BillingGroups billing_groups{store, {random}};
    registry::Tags tags{store, {.others = {audit::tagged_audits()}}};
    registry::RoleAliases role_aliases{store, {}};
    ::gatehouse::iam::KeyUses key_uses;
    ::gatehouse::iam::AccessJudge role_judge{store, clock, key_uses};
    ::gatehouse::iam::TemporaryKeys role_keys{clock, random};
    ::gatehouse::iam::RoleSessions roles{store, role_judge, role_keys, clock};
    rules::TopicRules topic_rules{store, {}, roles};
    std::unique_ptr<registry::TopicRuleDestinations> destinations =
        registry::TopicRuleDestinations::load(store, {clock, random}).value();
    std::vector<registry::DestinationChallenge> challenged;
    std::string challenged_from;  // the last one's origin
    ChallengeDestination challenge = [this](registry::DestinationChallenge sent,
                                            const std::string& origin) {
        challenged.push_back(std::move(sent));
        challenged_from = origin;
    };
    registry::EventConfigurations events{store, {}};
    registry::EncryptionConfigurations encryption{store, {}};
    registry::PackageConfigurations packages{store, {}};
    registry::CertificateProviders certificate_providers{store, {}};
    audit::AuditConfigurations audit_configurations{store, {}};
    audit::ScheduledAudits scheduled_audits{store, {}};
    audit::AuditTasks audit_tasks{store, {clock, random}};
    audit::Suppressions suppressions{store, {clock}};
    registry::RegistrationTasks registrations{store, {random}};
    iot::RegistrationReports registration_reports{registrations, clock, random};
    int registrations_woken = 0;
    // Does what it is woken for; it is not started, so that nothing is due.
    audit::Auditor auditor{
        {.loop = loop,
         .store = store,
         .clock = clock,
         .random = random,
         .report = [](const std::string& problem) { ADD_FAILURE() << problem; }}};
    registry::SampleNaming naming;
    registry::DomainConfigurations domains{store, {clock, random, naming}};
    indexing::IndexingConfigurations indexing{store, {}};
    indexing::IndexWorker index{observed, outbox};
    storage::ScratchDir folder;
    std::unique_ptr<certificates::LocalAuthority> authority =
        certificates::LocalAuthority::open_or_create(folder.path(), {}, clock, random).value();
    SigningFunctions signing_functions;
    authentication::CertificateSigning signing{profile_named(ProfileName::Aws),
                                               {.clock = clock,
                                                .functions = signing_functions,
                                                .permissions = signing_functions,
                                                .providers = certificate_providers,
                                                .authority = *authority,
                                                .workers = workers}};
    registry::Provisionings provisionings{store,
                                          {.things = {random, outbox},
                                           .memberships = {outbox},
                                           .certificates = {clock, random},
                                           .policies = {clock, random, {}},
                                           .authority = *authority}};
    Result<std::string> endpoint_name{"gate.example.test"};
    std::vector<std::pair<Tenant, registry::EndpointType>> endpoints_asked_for;
    async::Task<Result<std::string>> name_for(Tenant tenant, registry::EndpointType type) {
        endpoints_asked_for.emplace_back(std::move(tenant), type);
        co_return endpoint_name;
    }
    EndpointNames endpoint_names = [this](Tenant tenant, registry::EndpointType type) {
        return name_for(std::move(tenant), type);
    };
};

}  // namespace gatehouse::api
