#include "api/iot/audit_tasks.h"

#include <algorithm>
#include <charconv>

#include "api/iot/audit_shapes.h"
#include "api/iot/errors.h"
#include "api/iot/listing_shapes.h"
#include "api/iot/present.h"
#include "api/shapes/iot/errors.h"

namespace gatehouse::api::iot {
namespace {

// More of them are listed by ListRelatedResourcesForAuditFinding.
constexpr std::size_t related_shown_max = 10;
constexpr std::size_t related_page_usual = 25;

TaskStatistics statistics_of(const audit::AuditTask& task) {
    const auto count = [&](audit::CheckStatus status) {
        return static_cast<std::int32_t>(std::ranges::count_if(
            task.checks, [&](const auto& each) { return each.second.status == status; }));
    };
    using enum audit::CheckStatus;
    return {.total_checks = static_cast<std::int32_t>(task.checks.size()),
            .in_progress_checks = count(InProgress),
            .waiting_for_data_collection_checks = count(WaitingForDataCollection),
            .compliant_checks = count(Compliant),
            .non_compliant_checks = count(NonCompliant),
            .failed_checks = count(Failed),
            .canceled_checks = count(Canceled)};
}

AuditCheckDetails details_of(const audit::CheckProgress& progress) {
    using enum audit::CheckStatus;
    AuditCheckDetails details{
        .check_run_status = shape_named_as<AuditCheckRunStatus>(progress.status),
        .total_resources_count = static_cast<std::int64_t>(progress.looked_at),
        .non_compliant_resources_count = static_cast<std::int64_t>(progress.non_compliant),
        .suppressed_non_compliant_resources_count = static_cast<std::int64_t>(progress.suppressed),
        .message = present(progress.message)};
    if (progress.status == Compliant) details.check_compliant = true;
    if (progress.status == NonCompliant) details.check_compliant = false;
    if (progress.status == Failed) details.error_code = "INTERNAL_FAILURE";
    return details;
}

AuditFinding shortened(AuditFinding finding) {
    auto& related = *finding.related_resources;
    if (related.size() > related_shown_max) related.resize(related_shown_max);
    return finding;
}

wire::Outcome<audit::FindingFilter> filter_of(const ListAuditFindingsRequest& request) {
    audit::FindingFilter filter{.from = request.start_time,
                                .to = request.end_time,
                                .suppressed = request.list_suppressed_findings};
    if (request.task_id) filter.task = audit::AuditTaskId(*request.task_id);
    if (request.check_name) {
        const auto check = check_named(*request.check_name);
        if (!check) return std::unexpected(check.error());
        filter.check = *check;
    }
    if (request.resource_identifier) {
        auto resource = identifier_of(*request.resource_identifier);
        if (!resource) return std::unexpected(std::move(resource.error()));
        filter.resource = std::move(*resource);
    }
    return filter;
}

}  // namespace

async::Task<wire::Outcome<CancelAuditTaskResponse>> CancelAuditTask::handle(
    const Caller& caller, CancelAuditTaskRequest request) const {
    const audit::AuditTaskId id(std::move(request.task_id));
    const auto canceled = co_await tasks.run(
        [&](audit::AuditTaskRecords& records) { return records.cancel(caller.tenant, id); });
    if (!canceled) co_return failure_of(canceled.error());
    co_return CancelAuditTaskResponse();
}

async::Task<wire::Outcome<DescribeAuditFindingResponse>> DescribeAuditFinding::handle(
    const Caller& caller, DescribeAuditFindingRequest request) const {
    const audit::AuditFindingId id(std::move(request.finding_id));
    const auto found = co_await tasks.run(
        [&](audit::AuditTaskRecords& records) { return records.finding(caller.tenant, id); });
    if (!found) co_return failure_of(found.error());
    co_return DescribeAuditFindingResponse{.finding = shortened(shape_of(*found))};
}

async::Task<wire::Outcome<DescribeAuditTaskResponse>> DescribeAuditTask::handle(
    const Caller& caller, DescribeAuditTaskRequest request) const {
    const audit::AuditTaskId id(std::move(request.task_id));
    const auto found = co_await tasks.run(
        [&](audit::AuditTaskRecords& records) { return records.describe(caller.tenant, id); });
    if (!found) co_return failure_of(found.error());
    DescribeAuditTaskResponse response{
        .task_status = shape_named_as<AuditTaskStatus>(found->status),
        .task_type = shape_named_as<AuditTaskType>(found->type),
        .task_start_time = found->started,
        .task_statistics = statistics_of(*found),
        .scheduled_audit_name = present(found->schedule),
        .audit_details = std::map<std::string, AuditCheckDetails>()};
    for (const auto& [check, progress] : found->checks) {
        response.audit_details->emplace(name_of_choice(check), details_of(progress));
    }
    co_return response;
}

async::Task<wire::Outcome<ListAuditFindingsResponse>> ListAuditFindings::handle(
    const Caller& caller, ListAuditFindingsRequest request) const {
    const auto filter = filter_of(request);
    if (!filter) co_return std::unexpected(filter.error());
    const auto listing = listing_of(request.max_results, request.next_token);
    auto page = co_await tasks.run([&](audit::AuditTaskRecords& records) {
        return records.findings(caller.tenant, *filter, listing);
    });
    if (!page) co_return failure_of(page.error());
    ListAuditFindingsResponse response{.findings = std::vector<AuditFinding>()};
    for (const audit::Finding& finding : page->items) {
        response.findings->push_back(shortened(shape_of(finding)));
    }
    set_marker(response.next_token, page->next_marker);
    co_return response;
}

async::Task<wire::Outcome<ListAuditTasksResponse>> ListAuditTasks::handle(
    const Caller& caller, ListAuditTasksRequest request) const {
    audit::TaskFilter filter{.from = request.start_time, .to = request.end_time};
    if (request.task_type) filter.type = value_named_as<audit::TaskType>(*request.task_type);
    if (request.task_status) {
        filter.status = value_named_as<audit::TaskStatus>(*request.task_status);
    }
    const auto listing = listing_of(request.max_results, request.next_token);
    auto page = co_await tasks.run([&](audit::AuditTaskRecords& records) {
        return records.list(caller.tenant, filter, listing);
    });
    if (!page) co_return failure_of(page.error());
    ListAuditTasksResponse response{.tasks = std::vector<AuditTaskMetadata>()};
    for (const audit::AuditTask& task : page->items) {
        response.tasks->push_back({.task_id = task.id.value(),
                                   .task_status = shape_named_as<AuditTaskStatus>(task.status),
                                   .task_type = shape_named_as<AuditTaskType>(task.type)});
    }
    set_marker(response.next_token, page->next_marker);
    co_return response;
}

// What is related to a finding does not change, so that a token is the number of the next one.
async::Task<wire::Outcome<ListRelatedResourcesForAuditFindingResponse>>
ListRelatedResourcesForAuditFinding::handle(
    const Caller& caller, ListRelatedResourcesForAuditFindingRequest request) const {
    std::size_t first = 0;
    if (request.next_token) {
        const std::string& token = *request.next_token;
        const auto read = std::from_chars(token.data(), token.data() + token.size(), first);
        if (read.ec != std::errc() || read.ptr != token.data() + token.size()) {
            co_return wire::fail_as(errors::invalid_request_exception,
                                    "nextToken: the token is none that this listing gave");
        }
    }
    const audit::AuditFindingId id(std::move(request.finding_id));
    const auto found = co_await tasks.run(
        [&](audit::AuditTaskRecords& records) { return records.finding(caller.tenant, id); });
    if (!found) co_return failure_of(found.error());
    const std::size_t count =
        request.max_results ? static_cast<std::size_t>(*request.max_results) : related_page_usual;
    ListRelatedResourcesForAuditFindingResponse response{.related_resources =
                                                             std::vector<RelatedResource>()};
    for (std::size_t i = first; i < found->related.size(); ++i) {
        if (response.related_resources->size() == count) {
            response.next_token = std::to_string(i);
            break;
        }
        response.related_resources->push_back(related_of(found->related[i]));
    }
    co_return response;
}

async::Task<wire::Outcome<StartOnDemandAuditTaskResponse>> StartOnDemandAuditTask::handle(
    const Caller& caller, StartOnDemandAuditTaskRequest request) const {
    const auto started = co_await tasks.run([&](audit::AuditTaskRecords& records) {
        return records.start(caller.tenant, request.target_check_names);
    });
    if (!started) co_return failure_of(started.error());
    wake();
    co_return StartOnDemandAuditTaskResponse{.task_id = started->id.value()};
}

}  // namespace gatehouse::api::iot
