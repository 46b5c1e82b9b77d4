#include "server/serve/bulk_registration.h"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <utility>

#include "base/json.h"
#include "registry/provisioning_needs.h"
#include "registry/record_reader.h"

namespace gatehouse::server {
namespace {

using registry::Outcome;
using registry::Refusal;
using registry::RegistrationReport;
using registry::RegistrationStatus;
using registry::RegistrationTask;

// Then it is another task's turn.
constexpr std::size_t slice_bytes = BulkRegistration::line_bytes_max + 1;
constexpr std::size_t lines_at_once = 50;
constexpr std::chrono::seconds retry_wait{10};

// Somebody stopped the task meanwhile, which shows when it is read again.
Outcome<void> unless_stopped(Outcome<void> noted) {
    if (!noted && noted.error().refusal == Refusal::VersionConflict) return {};
    return noted;
}

Outcome<registry::Texts> parameters_in(std::string_view line) {
    const auto value = parse_json(line, "the line");
    if (!value) return registry::refuse(Refusal::InvalidRequest, value.error().describe());
    registry::Texts parameters;
    if (!value->is_object()) {
        return registry::refuse(Refusal::InvalidRequest, "the line is no JSON object");
    }
    for (const auto& [name, each] : value->get_object()) {
        if (!each.is_string()) {
            return registry::refuse(Refusal::InvalidRequest,
                                    fmt::format("the parameter {} is {}, and has to be a string",
                                                std::string_view(name), kind_name(each)));
        }
        parameters.emplace(name, std::string_view(each.get_string()));
    }
    return parameters;
}

std::string report_line(std::uint64_t number, std::uint64_t offset, const char* member,
                        json::object what) {
    return to_text(
        json::object{{"lineNumber", number}, {"offset", offset}, {member, std::move(what)}});
}

json::object response_of(const registry::Provisioned& made) {
    json::object response{{"ResourceArns", registry::to_object(made.resource_arns)}};
    if (!made.certificate_pem.empty()) response["CertificatePem"] = made.certificate_pem;
    return response;
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

BulkRegistration::BulkRegistration(Parts parts)
    : parts_(std::move(parts)),
      tasks_(parts_.loop, "bulk registrations"),
      retry_([this] {
          standing_.clear();
          begin();
      }),
      look_([this] {
          is_due_ = true;
          begin();
          look_later();
      }) {}

void BulkRegistration::start() {
    is_due_ = true;
    look_later();
    wake();
}

// By the clock, not by the loop's turn: a manual clock may have gone on by days since.
void BulkRegistration::look_later() {
    parts_.loop.timers().set(look_, parts_.clock.steady_now() + looks_every);
}

void BulkRegistration::wake() {
    if (is_posted_.exchange(true)) return;
    parts_.loop.post([this] {
        is_posted_ = false;
        begin();
    });
}

void BulkRegistration::begin() {
    is_woken_ = true;
    if (!is_stopping_ && tasks_.running() == 0) tasks_.start(work());
}

async::Task<void> BulkRegistration::stop() {
    is_stopping_ = true;
    retry_.cancel();
    look_.cancel();
    co_await tasks_.join(Deadline::never());
}

async::Task<void> BulkRegistration::work() {
    while (!is_stopping_) {
        is_woken_ = false;
        if (std::exchange(is_due_, false)) co_await find_old();
        const bool has_advanced = co_await advance_all();
        const bool has_forgotten = co_await forget_some();
        if (!has_advanced && !has_forgotten && !is_woken_) co_return;
    }
}

async::Task<void> BulkRegistration::find_old() {
    const WallTime before = parts_.clock.wall_now() - registry::registration_tasks_kept;
    auto old = co_await parts_.tasks.run(
        [&](registry::RegistrationTaskRecords& records) { return records.ended_before(before); });
    if (old) {
        forgotten_ = std::move(*old);
    } else {
        parts_.report("old bulk registrations: " + old.error().message);
    }
}

async::Task<bool> BulkRegistration::forget_some() {
    if (is_stopping_ || forgotten_.empty()) co_return false;
    const TaskOfTenant old = forgotten_.back();
    const auto is_gone = co_await parts_.tasks.run([&](registry::RegistrationTaskRecords& records) {
        return records.forget(old.first, old.second);
    });
    if (!is_gone) {
        // They are found again at the next look.
        forgotten_.clear();
        parts_.report("old bulk registrations: " + is_gone.error().message);
        co_return false;
    }
    if (*is_gone) forgotten_.pop_back();
    co_return true;
}

async::Task<bool> BulkRegistration::advance_all() {
    const auto running = co_await parts_.tasks.run(
        [](registry::RegistrationTaskRecords& records) { return records.running(); });
    if (!running) {
        try_later("bulk registrations: " + running.error().message);
        co_return false;
    }
    bool has_advanced = false;
    for (const TaskOfTenant& each : *running) {
        if (is_stopping_) break;
        if (standing_.contains(each)) continue;
        const auto advanced = co_await advance(each.first, each.second);
        if (advanced) {
            has_advanced = true;
            continue;
        }
        standing_.insert(each);
        try_later(fmt::format("bulk registration {} stands still: {}", each.second.view(),
                              advanced.error().message));
    }
    co_return has_advanced;
}

void BulkRegistration::try_later(const std::string& why) {
    parts_.report(why);
    if (!is_stopping_) {
        parts_.loop.timers().set(retry_, parts_.clock.steady_now() + retry_wait);
    }
}

async::Task<Outcome<void>> BulkRegistration::advance(Tenant tenant,
                                                     registry::RegistrationTaskId id) {
    auto task = co_await parts_.tasks.run(
        [&](registry::RegistrationTaskRecords& records) { return records.read(tenant, id); });
    if (!task) co_return registry::refuse(std::move(task.error()));
    if (parts_.clock.wall_now() - task->value.created >= registry::registration_tasks_kept) {
        co_return co_await end(*task, RegistrationStatus::Failed,
                               fmt::format("the task was not done after {} days",
                                           registry::registration_tasks_kept.count()));
    }
    registry::RegistrationProgress& progress = task->value.progress;
    if (progress.has_read_all()) {
        co_return co_await end(*task, RegistrationStatus::Completed, "");
    }
    auto part = co_await read_on(task->value);
    if (!part && part.error().refusal == Refusal::ServiceUnavailable) {
        co_return registry::refuse(std::move(part.error()));
    }
    if (!part) co_return co_await end(*task, RegistrationStatus::Failed, part.error().message);
    if (!progress.file_version.empty() && progress.file_version != part->version) {
        co_return co_await end(*task, RegistrationStatus::Failed,
                               fmt::format("the input file was changed after the task had begun "
                                           "to read it; what comes after line {} was not read",
                                           progress.lines()));
    }
    progress.file_bytes = part->file_bytes;
    progress.file_version = part->version;
    co_return co_await advance_in(std::move(*task), std::move(part->bytes));
}

async::Task<Outcome<BucketFolder::Part>> BulkRegistration::read_on(const RegistrationTask& task) {
    const registry::NewRegistrationTask& wanted = task.wanted;
    if (auto may_read = co_await ask_role(
            task,
            {{"s3:GetObject", {fmt::format("arn:aws:s3:::{}/{}", wanted.bucket, wanted.key)}}});
        !may_read) {
        co_return registry::refuse(std::move(may_read.error()));
    }
    auto part = co_await parts_.workers.run(parts_.loop, [&] {
        return parts_.buckets.read({task.tenant.account, wanted.bucket, wanted.key},
                                   task.progress.done_bytes, slice_bytes);
    });
    if (!part) co_return registry::refuse(registry::refused_by(part.error()));
    co_return std::move(*part);
}

// Lines without anything are written down with what comes after them.
async::Task<Outcome<void>> BulkRegistration::advance_in(Stored task, std::string slice) {
    registry::RegistrationProgress& progress = task.value.progress;
    const bool is_last = progress.done_bytes + slice.size() >= progress.file_bytes;
    bool is_noted = true;
    std::size_t begin = 0;
    for (std::size_t made = 0; made < lines_at_once && begin < slice.size() && !is_stopping_;) {
        const auto end_of_line = slice.find('\n', begin);
        if (end_of_line == std::string::npos && !is_last) {
            if (begin > 0) break;  // the rest of the line comes with the next slice
            co_return co_await end(task, RegistrationStatus::Failed,
                                   fmt::format("line {} is longer than {} bytes",
                                               progress.lines() + 1, line_bytes_max));
        }
        const std::size_t next = end_of_line == std::string::npos ? slice.size() : end_of_line + 1;
        const Line line{.text = std::string_view(slice).substr(begin, next - begin),
                        .number = progress.lines() + 1,
                        .offset = progress.done_bytes,
                        .bytes = next - begin};
        begin = next;
        is_noted = !is_blank(line.text);
        if (!is_noted) {
            progress.done_bytes += line.bytes;
            ++progress.skipped;
            continue;
        }
        ++made;
        if (auto done = co_await make(task, line); !done) co_return done;
        auto now = co_await parts_.tasks.run([&](registry::RegistrationTaskRecords& records) {
            return records.read(task.value.tenant, task.value.id);
        });
        if (!now) co_return registry::refuse(std::move(now.error()));
        task = std::move(*now);
        if (progress.status != RegistrationStatus::InProgress) break;
    }
    if (progress.status == RegistrationStatus::InProgress && progress.has_read_all()) {
        co_return co_await end(task, RegistrationStatus::Completed, "");
    }
    if (is_noted) co_return Outcome<void>();
    co_return co_await note(task, progress);
}

async::Task<Outcome<void>> BulkRegistration::note(const Stored& task,
                                                  const registry::RegistrationProgress& progress) {
    co_return unless_stopped(co_await parts_.tasks.run(
        [&](registry::RegistrationTaskRecords& records) { return records.note(task, progress); }));
}

async::Task<Outcome<void>> BulkRegistration::end(const Stored& task, RegistrationStatus status,
                                                 std::string message) {
    registry::RegistrationProgress progress = task.value.progress;
    progress.status = status;
    progress.message = registry::as_task_message(std::move(message));
    co_return co_await note(task, progress);
}

async::Task<Outcome<void>> BulkRegistration::make(const Stored& task, const Line& line) {
    auto made = co_await make_device(task, line);
    if (made || made.error().refusal == Refusal::ServiceUnavailable) co_return made;
    const registry::RegisteredLine failed{
        .report = RegistrationReport::Errors,
        .bytes = line.bytes,
        .text =
            report_line(line.number, line.offset, "error",
                        {{"code", registry::exception_name(made.error().refusal)},
                         {"message", registry::as_task_message(std::move(made.error().message))}})};
    co_return unless_stopped(
        co_await parts_.tasks.run([&](registry::RegistrationTaskRecords& records) {
            return records.note_line(task, failed);
        }));
}

async::Task<Outcome<void>> BulkRegistration::make_device(const Stored& task, const Line& line) {
    const RegistrationTask& value = task.value;
    const auto parameters = parameters_in(line.text);
    if (!parameters) co_return registry::refuse(parameters.error());
    const auto plan =
        co_await parts_.provisionings.run([&](registry::ProvisioningRecords& records) {
            return records.plan_registration(value.tenant, value.wanted.template_body, *parameters);
        });
    if (!plan) co_return registry::refuse(plan.error());
    std::vector<iam::RoleAction> actions;
    for (registry::ProvisioningNeed& need : registry::needs_of(value.tenant, *plan)) {
        actions.push_back(
            {.action = std::move(need.action), .resources = std::move(need.resources)});
    }
    if (auto allowed = co_await ask_role(value, std::move(actions)); !allowed) {
        co_return registry::refuse(std::move(allowed.error()));
    }
    const auto made =
        co_await parts_.provisionings.run([&](registry::ProvisioningRecords& records) {
            return records.register_thing(
                value.tenant, *plan,
                [&](storage::Batch& batch, const registry::Provisioned& provisioned) {
                    registry::RegistrationTaskRecords::add_line(
                        batch, task,
                        {.report = RegistrationReport::Results,
                         .bytes = line.bytes,
                         .text = report_line(line.number, line.offset, "response",
                                             response_of(provisioned))});
                });
        });
    if (!made) co_return registry::refuse(made.error());
    co_return Outcome<void>();
}

async::Task<Outcome<void>> BulkRegistration::ask_role(const RegistrationTask& task,
                                                      std::vector<iam::RoleAction> actions) {
    const auto allowed = co_await parts_.roles.check_for_service(
        {.service = "iot.amazonaws.com",
         .tenant = task.tenant,
         .role_arn = task.wanted.role_arn,
         .session = task.id.value(),
         .context = {{"aws:SourceAccount", {task.tenant.account.value()}, ""}}},
        std::move(actions));
    if (allowed) co_return Outcome<void>();
    if (allowed.error().kind != ErrorKind::NotAllowed) {
        co_return registry::refuse(registry::refused_by(allowed.error()));
    }
    co_return registry::refuse(Refusal::ResourceRegistrationFailure, allowed.error().message,
                               "roleArn");
}

}  // namespace gatehouse::server
