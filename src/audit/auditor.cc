#include "audit/auditor.h"

#include <fmt/format.h>

#include <optional>

#include "audit/scheduled_audit_record.h"
#include "audit/task_record.h"

namespace gatehouse::audit {
namespace {

// What one look at some resources came to.
struct Looked {
    CheckStep step;
    std::string next;              // empty: the check is over
    std::uint64_t findings_count;  // of the check, kept ones
};

// How far a check was before.
struct Before {
    CheckProgress progress;
    std::string page_token;
    std::uint64_t findings_count = 0;
};

// On a worker.
Outcome<Looked> look(const Examination& examination, const AuditTask& task, Check check,
                     const Before& before) {
    auto page = examine(check, examination);
    if (!page) return registry::refuse(std::move(page.error()));
    Looked looked{.step = {.check = check, .progress = before.progress, .findings = {}},
                  .next = std::move(page->next),
                  .findings_count = before.findings_count};
    CheckProgress& progress = looked.step.progress;
    progress.looked_at += page->looked_at;
    SuppressionRecords suppressions(examination.store, {examination.clock});
    std::optional<ResourceIdentifier> last;
    for (NonCompliance& found : page->found) {
        const auto suppressed = suppressions.holds(task.tenant, {check, found.resource.identifier});
        if (!suppressed) return registry::refuse(suppressed.error());
        // It may be there for several reasons, side by side.
        if (last != found.resource.identifier) {
            ++progress.non_compliant;
            if (*suppressed) ++progress.suppressed;
        }
        last = found.resource.identifier;
        if (looked.findings_count == findings_of_check_max) continue;
        looked.step.findings.push_back(
            {.id = make_finding_id(task.id, check, looked.findings_count++),
             .task = task.id,
             .check = check,
             .task_started = task.started,
             .found = examination.clock.wall_now(),
             .resource = std::move(found.resource),
             .related = std::move(found.related),
             .reason = std::move(found.reason),
             .reason_code = std::move(found.reason_code),
             .suppressed = *suppressed});
    }
    if (looked.next.empty()) {
        const bool is_compliant = progress.non_compliant == progress.suppressed;
        progress.status = is_compliant ? CheckStatus::Compliant : CheckStatus::NonCompliant;
    }
    return looked;
}

// The same; a check that cannot be made has failed.
Looked look_or_fail(const Examination& examination, const AuditTask& task, Check check,
                    const Before& before) {
    auto looked = look(examination, task, check, before);
    if (looked) return std::move(*looked);
    Looked failed{.step = {.check = check, .progress = before.progress, .findings = {}},
                  .next = {},
                  .findings_count = before.findings_count};
    failed.step.progress.status = CheckStatus::Failed;
    failed.step.progress.message = looked.error().message;
    return failed;
}

bool is_to_be_made(const CheckProgress& progress) {
    return progress.status == CheckStatus::InProgress ||
           progress.status == CheckStatus::WaitingForDataCollection;
}

}  // namespace

Auditor::Auditor(Parts parts)
    : parts_(std::move(parts)), tasks_(parts_.loop, "audits"), timer_([this] {
          is_due_ = true;
          begin();
          look_later();
      }) {}

void Auditor::start() {
    is_due_ = true;
    look_later();
    wake();
}

// By the clock, not by the loop's turn: a manual clock may have gone on by days since.
void Auditor::look_later() {
    parts_.loop.timers().set(timer_, parts_.clock.steady_now() + looks_every);
}

void Auditor::wake() {
    if (is_posted_.exchange(true)) return;
    parts_.loop.post([this] {
        is_posted_ = false;
        begin();
    });
}

void Auditor::begin() {
    is_woken_ = true;
    if (!is_stopping_ && tasks_.running() == 0) tasks_.start(work());
}

async::Task<void> Auditor::stop() {
    is_stopping_ = true;
    timer_.cancel();
    co_await tasks_.join(Deadline::never());
}

async::Task<Result<std::vector<Auditor::NameInTenant>>> Auditor::all_of(storage::Kind kind) {
    return parts_.store.run(
        [kind =
             std::move(kind)](storage::ResourceStore& store) -> Result<std::vector<NameInTenant>> {
            std::vector<NameInTenant> names;
            const auto scanned = store.scan(kind, [&](const storage::Record& record) {
                names.emplace_back(record.key.tenant, record.key.name);
            });
            if (!scanned) return fail(scanned.error());
            return names;
        });
}

async::Task<void> Auditor::work() {
    while (std::exchange(is_woken_, false)) {
        if (std::exchange(is_due_, false)) co_await start_due();
        const auto running = co_await all_of(running_audit_kind);
        if (!running) co_return parts_.report("audits: " + running.error().message);
        for (const auto& [tenant, id] : *running) {
            if (is_stopping_) co_return;
            co_await make(tenant, AuditTaskId(id));
        }
    }
}

async::Task<void> Auditor::start_due() {
    auto audits = co_await all_of(scheduled_audit_kind);
    if (!audits) co_return parts_.report("scheduled audits: " + audits.error().message);
    for (const auto& [tenant, name] : *audits) {
        const auto started = co_await parts_.store.run(
            [tenant, name, parts = task_parts()](
                storage::ResourceStore& store) -> Result<std::optional<AuditTask>> {
                auto due =
                    AuditTaskRecords(store, parts).start_due(tenant, ScheduledAuditName(name));
                if (!due) return fail(due.error().as_error());
                return std::move(*due);
            });
        if (!started) {
            parts_.report(fmt::format("scheduled audit '{}' was not started: {}", name,
                                      started.error().message));
        }
    }
}

async::Task<void> Auditor::forget_old(Tenant tenant) {
    const WallTime before = parts_.clock.wall_now() - audits_kept;
    const auto forgotten = co_await parts_.store.run(
        [tenant, before, parts = task_parts()](storage::ResourceStore& store) -> Result<bool> {
            auto done = AuditTaskRecords(store, parts).forget(tenant, before);
            if (!done) return fail(done.error().as_error());
            return *done;
        });
    if (!forgotten) parts_.report("old audits: " + forgotten.error().message);
}

async::Task<void> Auditor::make(Tenant tenant, AuditTaskId id) {
    co_await make_checks(tenant, std::move(id));
    if (!is_stopping_) co_await forget_old(std::move(tenant));
}

async::Task<void> Auditor::make_checks(Tenant tenant, AuditTaskId id) {
    struct Read {
        AuditTask task;
        AuditConfiguration configuration;
    };
    const auto read = co_await parts_.store.run(
        [tenant, id, parts = task_parts()](storage::ResourceStore& store) -> Result<Read> {
            auto task = AuditTaskRecords(store, parts).describe(tenant, id);
            if (!task) return fail(task.error().as_error());
            auto configuration = AuditConfigurationRecords(store, {}).get(tenant);
            if (!configuration) return fail(configuration.error().as_error());
            return Read{std::move(*task), std::move(*configuration)};
        });
    if (!read)
        co_return parts_.report(fmt::format("audit {}: {}", id.view(), read.error().message));
    for (const auto& [check, progress] : read->task.checks) {
        if (!is_to_be_made(progress)) continue;
        if (!co_await make_check(read->task, read->configuration, check)) co_return;
    }
}

async::Task<bool> Auditor::make_check(const AuditTask& task,
                                      const AuditConfiguration& configuration, Check check) {
    Before before;
    do {
        if (is_stopping_) co_return false;
        auto noted = co_await parts_.store.run(
            [&, parts = task_parts()](storage::ResourceStore& store) -> Result<bool> {
                const Looked looked = look_or_fail({.store = store,
                                                    .tenant = task.tenant,
                                                    .clock = parts_.clock,
                                                    .configuration = configuration,
                                                    .page_token = before.page_token},
                                                   task, check, before);
                before.progress = looked.step.progress;
                before.page_token = looked.next;
                before.findings_count = looked.findings_count;
                auto kept = AuditTaskRecords(store, parts).note(task.tenant, task.id, looked.step);
                if (!kept) return fail(kept.error().as_error());
                return *kept;
            });
        if (!noted) {
            parts_.report(fmt::format("audit {}: {}", task.id.view(), noted.error().message));
            co_return false;
        }
        if (!*noted) co_return false;
    } while (is_to_be_made(before.progress));
    co_return true;
}

}  // namespace gatehouse::audit
