#include "registry/registration_task_records.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/uuid.h"
#include "registry/persistently.h"
#include "registry/provisioning_template.h"
#include "registry/record_reader.h"
#include "registry/role_arn.h"

namespace gatehouse::registry {
namespace {

// A task is what was asked for, how far it is, and while it runs a mark: three records.
const storage::Kind registration_task_kind{"registration-task"};
const storage::Kind registration_progress_kind{"registration-progress"};
const storage::Kind registration_running_kind{"registration-running"};
const storage::Kind registration_report_kind{"registration-report"};

// Lines of reports; some take many KiB.
constexpr std::size_t forgotten_at_once = 100;

constexpr RecordWords registration_task_words{"thing registration task", "taskId"};

storage::RecordKey registration_key(const Tenant& tenant, const storage::Kind& kind,
                                    const RegistrationTaskId& id) {
    return {tenant, kind, id.value()};
}

// A page is found by its number, its lines are in the order in which they came.
std::string page_prefix(const RegistrationTaskId& id, RegistrationReport which,
                        std::uint64_t page) {
    return fmt::format("{}/{}/{:010}/", id.view(), name_of_choice(which), page);
}

json::object encode_extent(const ReportExtent& extent) {
    return {{"lines", extent.lines},
            {"pages", extent.pages},
            {"lastLines", extent.last_lines},
            {"lastBytes", extent.last_bytes}};
}

ReportExtent extent_in(const json::object& progress, const char* name, RecordReader& reader) {
    const json::value* const found = progress.if_contains(name);
    reader.note(found && found->is_object());
    if (!reader.is_whole()) return {};
    RecordReader own(found->get_object());
    const ReportExtent extent{.lines = own.number("lines"),
                              .pages = own.number("pages"),
                              .last_lines = own.number("lastLines"),
                              .last_bytes = own.number("lastBytes")};
    reader.note(own.is_whole());
    return extent;
}

std::string encode_wanted(const NewRegistrationTask& wanted) {
    return to_text(json::object{{"template", wanted.template_body},
                                {"bucket", wanted.bucket},
                                {"key", wanted.key},
                                {"roleArn", wanted.role_arn}});
}

std::string encode_progress(const RegistrationProgress& progress) {
    return to_text(json::object{{"status", name_of_choice(progress.status)},
                                {"message", progress.message},
                                {"results", encode_extent(progress.results)},
                                {"errors", encode_extent(progress.errors)},
                                {"skipped", progress.skipped},
                                {"fileBytes", progress.file_bytes},
                                {"fileVersion", progress.file_version},
                                {"doneBytes", progress.done_bytes}});
}

Result<RegistrationProgress> decode_progress(const storage::Record& record) {
    const auto body = body_of(record, registration_task_words.what);
    if (!body) return fail(body.error());
    RecordReader reader(*body);
    const auto status = parse_choice<RegistrationStatus>(reader.text("status"));
    reader.note(status.has_value());
    RegistrationProgress progress{.status = status.value_or(RegistrationStatus::Failed),
                                  .message = reader.text("message"),
                                  .results = extent_in(*body, "results", reader),
                                  .errors = extent_in(*body, "errors", reader),
                                  .skipped = reader.number("skipped"),
                                  .file_bytes = reader.number("fileBytes"),
                                  .file_version = reader.text("fileVersion"),
                                  .done_bytes = reader.number("doneBytes")};
    if (!reader.is_whole()) return unreadable(record, registration_task_words.what);
    return progress;
}

Result<NewRegistrationTask> decode_wanted(const storage::Record& record) {
    const auto body = body_of(record, registration_task_words.what);
    if (!body) return fail(body.error());
    RecordReader reader(*body);
    NewRegistrationTask wanted{.template_body = reader.text("template"),
                               .bucket = reader.text("bucket"),
                               .key = reader.text("key"),
                               .role_arn = reader.text("roleArn")};
    if (!reader.is_whole()) return unreadable(record, registration_task_words.what);
    return wanted;
}

// Puts progress, unless somebody else did since.
void put_progress(storage::Batch& batch, const Stored<RegistrationTask>& task,
                  const RegistrationProgress& progress) {
    const RegistrationTask& value = task.value;
    const auto key = registration_key(value.tenant, registration_progress_kind, value.id);
    batch.require(storage::HasRevision{key, task.revision},
                  changed_meanwhile(registration_task_words, value.id.view()));
    batch.put(key, encode_progress(progress));
    if (progress.status != RegistrationStatus::InProgress) {
        batch.change(
            storage::Remove{registration_key(value.tenant, registration_running_kind, value.id)});
    }
}

}  // namespace

Outcome<RegistrationTask> RegistrationTaskRecords::start(const Tenant& tenant,
                                                         const NewRegistrationTask& wanted) {
    if (auto checked = check_role_arn(wanted.role_arn); !checked) {
        return refuse(std::move(checked.error()));
    }
    if (const auto read = ProvisioningTemplate::parse(wanted.template_body); !read) {
        return refuse(Refusal::InvalidRequest, read.error().describe(), "templateBody");
    }
    const RegistrationTaskId id(make_uuid(parts_.random));
    storage::Batch batch;
    batch.require(storage::FewerThan{tenant, registration_running_kind, 1},
                  Error{ErrorKind::InvalidInput,
                        "a thing registration task is in progress already; an account runs one at "
                        "a time",
                        {}});
    batch.require(
        storage::FewerThan{tenant, registration_task_kind, registration_tasks_max},
        Error{ErrorKind::InvalidInput,
              fmt::format("the account has {} thing registration tasks, the most that are kept; "
                          "each goes {} days after its end",
                          registration_tasks_max, registration_tasks_kept.count()),
              {}});
    batch.put(registration_key(tenant, registration_task_kind, id), encode_wanted(wanted));
    batch.put(registration_key(tenant, registration_progress_kind, id), encode_progress({}));
    batch.put(registration_key(tenant, registration_running_kind, id), "{}");
    if (const auto started = store_.apply(batch); !started) {
        return refuse(refused_by(started.error()));
    }
    return describe(tenant, id);
}

Outcome<Stored<RegistrationTask>> RegistrationTaskRecords::read(const Tenant& tenant,
                                                                const RegistrationTaskId& id) {
    auto wanted = read_stored(store_, registration_key(tenant, registration_task_kind, id),
                              registration_task_words, decode_wanted);
    if (!wanted) return refuse(std::move(wanted.error()));
    const auto record = store_.get(registration_key(tenant, registration_progress_kind, id));
    if (!record) return refuse(refused_by(record.error()));
    auto progress = decode_progress(*record);
    if (!progress) return refuse(refused_by(progress.error()));
    return Stored<RegistrationTask>{{.tenant = tenant,
                                     .id = id,
                                     .wanted = std::move(wanted->value),
                                     .progress = std::move(*progress),
                                     .created = record->created,
                                     .modified = record->modified},
                                    record->revision};
}

Outcome<RegistrationTask> RegistrationTaskRecords::describe(const Tenant& tenant,
                                                            const RegistrationTaskId& id) {
    auto stored = read(tenant, id);
    if (!stored) return refuse(std::move(stored.error()));
    return std::move(stored->value);
}

Outcome<Page<RegistrationTaskId>> RegistrationTaskRecords::list(
    const Tenant& tenant, std::optional<RegistrationStatus> status, const Listing& listing) {
    using Named = std::pair<RegistrationTaskId, RegistrationStatus>;
    auto page = list_records<Named>(
        store_, {.tenant = tenant, .kind = registration_progress_kind}, listing,
        [](const storage::Record& record) -> Result<Named> {
            const auto progress = decode_progress(record);
            if (!progress) return fail(progress.error());
            return Named(RegistrationTaskId(record.key.name), progress->status);
        },
        [&](const Named& each) { return !status || each.second == *status; });
    if (!page) return refuse(std::move(page.error()));
    Page<RegistrationTaskId> ids{.items = {}, .next_marker = std::move(page->next_marker)};
    for (Named& each : page->items) ids.items.push_back(std::move(each.first));
    return ids;
}

Outcome<void> RegistrationTaskRecords::stop(const Tenant& tenant, const RegistrationTaskId& id) {
    return persistently([&]() -> Outcome<void> {
        auto task = read(tenant, id);
        if (!task) return refuse(std::move(task.error()));
        RegistrationProgress progress = task->value.progress;
        if (progress.status != RegistrationStatus::InProgress) {
            return refuse_field("taskId",
                                fmt::format("the task is not in progress any more, it is {}",
                                            name_of_choice(progress.status)));
        }
        progress.status = RegistrationStatus::Cancelled;
        return note(*task, progress);
    });
}

void RegistrationTaskRecords::add_line(storage::Batch& batch, const Stored<RegistrationTask>& task,
                                       const RegisteredLine& line) {
    const RegistrationTask& value = task.value;
    RegistrationProgress progress = value.progress;
    ReportExtent& report = progress.report(line.report);
    report.add(line.text.size() + 1);  // with its end
    progress.done_bytes += line.bytes;
    put_progress(batch, task, progress);
    batch.put({value.tenant, registration_report_kind,
               fmt::format("{}{:04}", page_prefix(value.id, line.report, report.pages - 1),
                           report.last_lines)},
              line.text);
}

Outcome<void> RegistrationTaskRecords::note_line(const Stored<RegistrationTask>& task,
                                                 const RegisteredLine& line) {
    storage::Batch batch;
    add_line(batch, task, line);
    if (const auto written = store_.apply(batch); !written) {
        return refuse(refused_by(written.error()));
    }
    return {};
}

Outcome<void> RegistrationTaskRecords::note(const Stored<RegistrationTask>& task,
                                            const RegistrationProgress& progress) {
    storage::Batch batch;
    put_progress(batch, task, progress);
    if (const auto written = store_.apply(batch); !written) {
        return refuse(refused_by(written.error()));
    }
    return {};
}

Outcome<std::string> RegistrationTaskRecords::report(const Tenant& tenant,
                                                     const RegistrationTaskId& id,
                                                     RegistrationReport which, std::uint64_t page) {
    if (auto there = describe(tenant, id); !there) return refuse(std::move(there.error()));
    const auto records = store_.list({.tenant = tenant,
                                      .kind = registration_report_kind,
                                      .prefix = page_prefix(id, which, page),
                                      .limit = report_lines_max});
    if (!records) return refuse(refused_by(records.error()));
    std::string lines;
    for (const storage::Record& record : records->records) lines.append(record.body).append("\n");
    return lines;
}

Outcome<std::vector<std::pair<Tenant, RegistrationTaskId>>> RegistrationTaskRecords::running() {
    std::vector<std::pair<Tenant, RegistrationTaskId>> all;
    const auto scanned = store_.scan(registration_running_kind, [&](const storage::Record& record) {
        all.emplace_back(record.key.tenant, RegistrationTaskId(record.key.name));
    });
    if (!scanned) return refuse(refused_by(scanned.error()));
    return all;
}

Outcome<std::vector<std::pair<Tenant, RegistrationTaskId>>> RegistrationTaskRecords::ended_before(
    WallTime time) {
    std::vector<std::pair<Tenant, RegistrationTaskId>> all;
    Result<void> read;
    const auto scanned =
        store_.scan(registration_progress_kind, [&](const storage::Record& record) {
            // Progress is written the last time when a task ends.
            if (record.modified >= time) return;
            const auto progress = decode_progress(record);
            if (!progress) {
                read = fail(progress.error());
            } else if (progress->status != RegistrationStatus::InProgress) {
                all.emplace_back(record.key.tenant, RegistrationTaskId(record.key.name));
            }
        });
    if (!scanned) return refuse(refused_by(scanned.error()));
    if (!read) return refuse(refused_by(read.error()));
    return all;
}

Outcome<bool> RegistrationTaskRecords::forget(const Tenant& tenant, const RegistrationTaskId& id) {
    const auto lines = store_.list({.tenant = tenant,
                                    .kind = registration_report_kind,
                                    .prefix = id.value() + "/",
                                    .limit = forgotten_at_once});
    if (!lines) return refuse(refused_by(lines.error()));
    storage::Batch batch;
    for (const storage::Record& record : lines->records) batch.change(storage::Remove{record.key});
    const bool is_all = lines->next_page.empty();
    if (is_all) {
        batch.change(storage::Remove{registration_key(tenant, registration_task_kind, id)});
        batch.change(storage::Remove{registration_key(tenant, registration_progress_kind, id)});
    }
    if (const auto removed = store_.apply(batch); !removed) {
        return refuse(refused_by(removed.error()));
    }
    return is_all;
}

}  // namespace gatehouse::registry
