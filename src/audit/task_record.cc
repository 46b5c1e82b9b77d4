#include "audit/task_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "base/json.h"
#include "registry/record_reader.h"

namespace gatehouse::audit {
namespace {

json::object encode(Check check, const CheckProgress& progress) {
    return {{"name", name_of_choice(check)},     {"status", name_of_choice(progress.status)},
            {"lookedAt", progress.looked_at},    {"nonCompliant", progress.non_compliant},
            {"suppressed", progress.suppressed}, {"message", progress.message}};
}

void decode_progress(const json::value& value, AuditTask& task, registry::RecordReader& reader) {
    if (!value.is_object()) return reader.note(false);
    registry::RecordReader own(value.get_object());
    const auto check = parse_choice<Check>(own.text("name"));
    const auto status = parse_choice<CheckStatus>(own.text("status"));
    if (check && status) {
        task.checks[*check] = {.status = *status,
                               .looked_at = own.number("lookedAt"),
                               .non_compliant = own.number("nonCompliant"),
                               .suppressed = own.number("suppressed"),
                               .message = own.text("message")};
    }
    reader.note(check && status && own.is_whole());
}

}  // namespace

std::string id_prefix_of(WallTime time) {
    const auto milliseconds = std::max<std::int64_t>(0, registry::milliseconds_of(time));
    return fmt::format("{:012x}", milliseconds);
}

AuditTaskId make_task_id(WallTime started, Random& random) {
    std::array<std::uint8_t, 10> bytes{};
    random.fill(bytes);
    return AuditTaskId(id_prefix_of(started) + to_hex(bytes));
}

AuditFindingId make_finding_id(const AuditTaskId& task, Check check, std::uint64_t number) {
    return AuditFindingId(
        fmt::format("{}-{:02x}{:06x}", task.view(), static_cast<unsigned>(check), number));
}

storage::RecordKey key_of(const Tenant& tenant, const AuditTaskId& id) {
    return {tenant, audit_task_kind, id.value()};
}

storage::RecordKey running_key_of(const Tenant& tenant, const AuditTaskId& id) {
    return {tenant, running_audit_kind, id.value()};
}

storage::RecordKey key_of(const Tenant& tenant, const AuditFindingId& id) {
    return {tenant, audit_finding_kind, id.value()};
}

std::string encode(const AuditTask& task) {
    json::array checks;
    for (const auto& [check, progress] : task.checks) checks.push_back(encode(check, progress));
    return to_text(json::object{{"status", name_of_choice(task.status)},
                                {"type", name_of_choice(task.type)},
                                {"started", registry::milliseconds_of(task.started)},
                                {"schedule", task.schedule},
                                {"checks", std::move(checks)}});
}

Result<AuditTask> decode_audit_task(const storage::Record& record) {
    const auto body = registry::body_of(record, audit_task_words.what);
    if (!body) return fail(body.error());
    registry::RecordReader reader(*body);
    const auto status = parse_choice<TaskStatus>(reader.text("status"));
    const auto type = parse_choice<TaskType>(reader.text("type"));
    reader.note(status && type);
    AuditTask task{.tenant = record.key.tenant,
                   .id = AuditTaskId(record.key.name),
                   .status = status.value_or(TaskStatus::Failed),
                   .type = type.value_or(TaskType::OnDemand),
                   .started = reader.time("started"),
                   .schedule = reader.text("schedule"),
                   .checks = {}};
    for (const json::value& each : reader.array("checks")) decode_progress(each, task, reader);
    if (!reader.is_whole()) return registry::unreadable(record, audit_task_words.what);
    return task;
}

std::string encode(const Finding& finding) {
    json::array related;
    for (const AuditedResource& each : finding.related) related.push_back(encode(each));
    return to_text(json::object{{"task", finding.task.view()},
                                {"check", name_of_choice(finding.check)},
                                {"taskStarted", registry::milliseconds_of(finding.task_started)},
                                {"found", registry::milliseconds_of(finding.found)},
                                {"resource", encode(finding.resource)},
                                {"related", std::move(related)},
                                {"reason", finding.reason},
                                {"reasonCode", finding.reason_code},
                                {"suppressed", finding.suppressed}});
}

Result<Finding> decode_audit_finding(const storage::Record& record) {
    const auto body = registry::body_of(record, audit_finding_words.what);
    if (!body) return fail(body.error());
    registry::RecordReader reader(*body);
    const auto check = parse_choice<Check>(reader.text("check"));
    const auto* resource = body->if_contains("resource");
    reader.note(check && resource != nullptr);
    Finding finding{.id = AuditFindingId(record.key.name),
                    .task = AuditTaskId(reader.text("task")),
                    .check = check.value_or(Check::LoggingDisabled),
                    .task_started = reader.time("taskStarted"),
                    .found = reader.time("found"),
                    .resource = {},
                    .related = {},
                    .reason = reader.text("reason"),
                    .reason_code = reader.text("reasonCode"),
                    .suppressed = reader.truth("suppressed")};
    if (resource != nullptr) finding.resource = decode_resource(*resource, reader);
    for (const json::value& each : reader.array("related")) {
        finding.related.push_back(decode_resource(each, reader));
    }
    if (!reader.is_whole()) return registry::unreadable(record, audit_finding_words.what);
    return finding;
}

}  // namespace gatehouse::audit
