#include "api/iot/registration_tasks.h"

#include <charconv>

#include "api/iot/errors.h"
#include "api/iot/listing_shapes.h"
#include "api/iot/present.h"
#include "api/shapes/iot/errors.h"

namespace gatehouse::api::iot {
namespace {

constexpr std::size_t report_links_usual = 25;

Status shape_of(registry::RegistrationStatus status) {
    switch (status) {
        case registry::RegistrationStatus::InProgress: return Status::InProgress;
        case registry::RegistrationStatus::Completed: return Status::Completed;
        case registry::RegistrationStatus::Failed: return Status::Failed;
        case registry::RegistrationStatus::Cancelled: return Status::Cancelled;
    }
    return Status::Failed;
}

// Nothing is ever only about to be cancelled.
std::optional<registry::RegistrationStatus> registration_status_of(Status status) {
    return parse_choice<registry::RegistrationStatus>(to_text(status));
}

// A token is the number of the next page of a report, which is a link.
wire::Outcome<std::uint64_t> first_page_of(const std::optional<std::string>& token) {
    std::uint64_t page = 0;
    if (!token) return page;
    const char* const end = token->data() + token->size();
    const auto read = std::from_chars(token->data(), end, page);
    if (read.ec == std::errc() && read.ptr == end) return page;
    return wire::fail_as(errors::invalid_request_exception,
                         "nextToken: the token is none that this listing gave");
}

}  // namespace

async::Task<wire::Outcome<DescribeThingRegistrationTaskResponse>>
DescribeThingRegistrationTask::handle(const Caller& caller,
                                      DescribeThingRegistrationTaskRequest request) const {
    const registry::RegistrationTaskId id(std::move(request.task_id));
    const auto found = co_await tasks.run([&](registry::RegistrationTaskRecords& records) {
        return records.describe(caller.tenant, id);
    });
    if (!found) co_return failure_of(found.error());
    const registry::RegistrationProgress& progress = found->progress;
    co_return DescribeThingRegistrationTaskResponse{
        .task_id = found->id.value(),
        .creation_date = found->created,
        .last_modified_date = found->modified,
        .template_body = found->wanted.template_body,
        .input_file_bucket = found->wanted.bucket,
        .input_file_key = found->wanted.key,
        .role_arn = found->wanted.role_arn,
        .status = shape_of(progress.status),
        .message = present(progress.message),
        .success_count = static_cast<std::int32_t>(progress.results.lines),
        .failure_count = static_cast<std::int32_t>(progress.errors.lines),
        .percentage_progress = static_cast<std::int32_t>(progress.percent())};
}

async::Task<wire::Outcome<ListThingRegistrationTaskReportsResponse>>
ListThingRegistrationTaskReports::handle(const Caller& caller,
                                         ListThingRegistrationTaskReportsRequest request) const {
    const auto first = first_page_of(request.next_token);
    if (!first) co_return std::unexpected(first.error());
    const registry::RegistrationTaskId id(std::move(request.task_id));
    const auto found = co_await tasks.run([&](registry::RegistrationTaskRecords& records) {
        return records.describe(caller.tenant, id);
    });
    // Its exceptions, as documented, do not include ResourceNotFound.
    if (!found && found.error().refusal == registry::Refusal::ResourceNotFound) {
        co_return wire::fail_as(errors::invalid_request_exception,
                                "taskId: " + found.error().message);
    }
    if (!found) co_return failure_of(found.error());
    const auto which = request.report_type == ReportType::Errors
                           ? registry::RegistrationReport::Errors
                           : registry::RegistrationReport::Results;
    const std::uint64_t pages = found->progress.report(which).pages;
    const std::size_t count =
        request.max_results ? static_cast<std::size_t>(*request.max_results) : report_links_usual;
    ListThingRegistrationTaskReportsResponse response{.resource_links = std::vector<std::string>(),
                                                      .report_type = request.report_type};
    for (std::uint64_t page = *first; page < pages; ++page) {
        if (response.resource_links->size() == count) {
            response.next_token = std::to_string(page);
            break;
        }
        response.resource_links->push_back(
            reports.link_to(caller.origin, caller.tenant, id, which, page));
    }
    co_return response;
}

async::Task<wire::Outcome<ListThingRegistrationTasksResponse>> ListThingRegistrationTasks::handle(
    const Caller& caller, ListThingRegistrationTasksRequest request) const {
    std::optional<registry::RegistrationStatus> status;
    if (request.status) {
        status = registration_status_of(*request.status);
        if (!status) {
            co_return ListThingRegistrationTasksResponse{.task_ids = std::vector<std::string>()};
        }
    }
    const auto listing = listing_of(request.max_results, request.next_token);
    auto page = co_await tasks.run([&](registry::RegistrationTaskRecords& records) {
        return records.list(caller.tenant, status, listing);
    });
    if (!page) co_return failure_of(page.error());
    ListThingRegistrationTasksResponse response{.task_ids = std::vector<std::string>()};
    for (const registry::RegistrationTaskId& id : page->items) {
        response.task_ids->push_back(id.value());
    }
    set_marker(response.next_token, page->next_marker);
    co_return response;
}

async::Task<wire::Outcome<StartThingRegistrationTaskResponse>> StartThingRegistrationTask::handle(
    const Caller& caller, StartThingRegistrationTaskRequest request) const {
    if (!has_buckets) {
        co_return wire::fail_as(errors::invalid_request_exception,
                                "inputFileBucket: this server has no buckets; whoever runs it may "
                                "name a folder that stands for them (buckets-folder)");
    }
    const registry::NewRegistrationTask wanted{.template_body = std::move(request.template_body),
                                               .bucket = std::move(request.input_file_bucket),
                                               .key = std::move(request.input_file_key),
                                               .role_arn = std::move(request.role_arn)};
    const auto started = co_await tasks.run([&](registry::RegistrationTaskRecords& records) {
        return records.start(caller.tenant, wanted);
    });
    if (!started) co_return failure_of(started.error());
    wake();
    co_return StartThingRegistrationTaskResponse{.task_id = started->id.value()};
}

async::Task<wire::Outcome<StopThingRegistrationTaskResponse>> StopThingRegistrationTask::handle(
    const Caller& caller, StopThingRegistrationTaskRequest request) const {
    const registry::RegistrationTaskId id(std::move(request.task_id));
    const auto stopped = co_await tasks.run([&](registry::RegistrationTaskRecords& records) {
        return records.stop(caller.tenant, id);
    });
    if (!stopped) co_return failure_of(stopped.error());
    co_return StopThingRegistrationTaskResponse();
}

}  // namespace gatehouse::api::iot
