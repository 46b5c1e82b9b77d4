#include "server/serve/just_in_time.h"

#include <fmt/format.h>

#include <array>
#include <utility>
#include <vector>

#include "registry/provisioning_needs.h"

namespace gatehouse::server {
namespace {

constexpr std::size_t provisioned_at_once_max = 256;

}  // namespace

void JustInTime::begin(const Tenant& tenant, const registry::CertificateId& certificate) {
    Waiting waiting(tenant, certificate);
    {
        const auto all = waiting_.lock();
        if (all->size() >= provisioned_at_once_max || !all->insert(waiting).second) return;
    }
    parts_.loop.post([this, waiting = std::move(waiting)]() mutable {
        if (!is_stopping_) tasks_.start(provision(std::move(waiting)));
    });
}

async::Task<void> JustInTime::provision(Waiting waiting) {
    const Outcome made = co_await make(waiting);
    waiting_.lock()->erase(waiting);
    report(waiting, made);
}

async::Task<JustInTime::Outcome> JustInTime::make(const Waiting& waiting) {
    const auto plan =
        co_await parts_.provisionings.run([&](registry::ProvisioningRecords& records) {
            return records.plan_just_in_time(waiting.first, waiting.second);
        });
    if (!plan) co_return registry::refuse(plan.error());
    if (!*plan) co_return std::optional<registry::Provisioned>();
    if (auto allowed = co_await ask_role(waiting, **plan); !allowed) {
        co_return registry::refuse(std::move(allowed.error()));
    }
    co_return co_await parts_.provisionings.run([&](registry::ProvisioningRecords& records) {
        return records.provision_just_in_time(waiting.first, waiting.second, **plan);
    });
}

async::Task<registry::Outcome<void>> JustInTime::ask_role(const Waiting& waiting,
                                                          const registry::JustInTimePlan& plan) {
    const auto& [tenant, certificate] = waiting;
    std::vector<iam::RoleAction> actions;
    for (registry::ProvisioningNeed& need : registry::needs_of(tenant, plan.plan)) {
        actions.push_back(
            {.action = std::move(need.action), .resources = std::move(need.resources)});
    }
    const auto allowed = co_await parts_.roles.check_for_service(
        {.service = "iot.amazonaws.com",
         .tenant = tenant,
         .role_arn = plan.role_arn,
         .session = certificate.value(),
         .context = {{"aws:SourceAccount", {tenant.account.value()}, ""}}},
        std::move(actions));
    if (allowed) co_return registry::Outcome<void>();
    if (allowed.error().kind != ErrorKind::NotAllowed) {
        co_return registry::refuse(registry::refused_by(allowed.error()));
    }
    co_return registry::refuse(registry::Refusal::ResourceRegistrationFailure,
                               allowed.error().message, "roleArn");
}

void JustInTime::report(const Waiting& waiting, const Outcome& made) const {
    if (made && !*made) return;  // somebody else was faster
    const auto& [tenant, certificate] = waiting;
    const auto status = made ? logs::Status::Success : logs::Status::Failure;
    const logs::Level level =
        parts_.levels.level_for({.tenant = tenant, .principal_id = certificate.view()});
    if (!parts_.events.keeps(level, logs::EventType::ProvisionDevice, status)) return;
    const std::string details =
        made ? fmt::format("made by the template of its CA certificate{}",
                           (*made)->thing.empty()
                               ? std::string()
                               : fmt::format("; its thing is '{}'", (*made)->thing.view()))
             : made.error().message;
    const std::array<logs::Member, 1> more{{{"deviceCertificateId", certificate.view()}}};
    parts_.events.record(
        {.tenant = tenant,
         .type = logs::EventType::ProvisionDevice,
         .status = status,
         .origin = {.principal_id = certificate.view()},
         .reason = made ? std::string_view() : registry::exception_name(made.error().refusal),
         .details = details,
         .more = more});
}

async::Task<void> JustInTime::stop() {
    is_stopping_ = true;
    co_await tasks_.join(Deadline::never());
}

}  // namespace gatehouse::server
