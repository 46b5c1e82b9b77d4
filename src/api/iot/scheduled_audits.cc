#include "api/iot/scheduled_audits.h"

#include "api/iot/audit_shapes.h"
#include "api/iot/authorizer_shapes.h"
#include "api/iot/errors.h"
#include "api/iot/listing_shapes.h"
#include "api/iot/present.h"

namespace gatehouse::api::iot {
namespace {

std::optional<audit::Weekday> weekday_of(std::optional<DayOfWeek> day) {
    if (!day) return std::nullopt;
    return value_named_as<audit::Weekday>(*day);
}

std::optional<DayOfWeek> shape_of_weekday(std::optional<audit::Weekday> day) {
    if (!day) return std::nullopt;
    return shape_named_as<DayOfWeek>(*day);
}

std::vector<std::string> names_of_checks(const std::vector<audit::Check>& checks) {
    std::vector<std::string> names;
    for (const audit::Check check : checks) names.emplace_back(name_of_choice(check));
    return names;
}

}  // namespace

async::Task<wire::Outcome<CreateScheduledAuditResponse>> CreateScheduledAudit::handle(
    const Caller& caller, CreateScheduledAuditRequest request) const {
    auto tags = texts_of(request.tags);
    if (!tags) co_return std::unexpected(std::move(tags.error()));
    const audit::NewScheduledAudit wanted{
        .name = audit::ScheduledAuditName(std::move(request.scheduled_audit_name)),
        .schedule = {.frequency = value_named_as<audit::Frequency>(request.frequency),
                     .day_of_month = request.day_of_month.value_or(""),
                     .day_of_week = weekday_of(request.day_of_week)},
        .checks = std::move(request.target_check_names),
        .tags = std::move(*tags)};
    const auto made = co_await schedules.run([&](audit::ScheduledAuditRecords& records) {
        return records.create(caller.tenant, wanted);
    });
    if (!made) co_return failure_of(made.error());
    co_return CreateScheduledAuditResponse{.scheduled_audit_arn = made->arn()};
}

async::Task<wire::Outcome<DeleteScheduledAuditResponse>> DeleteScheduledAudit::handle(
    const Caller& caller, DeleteScheduledAuditRequest request) const {
    const audit::ScheduledAuditName name(std::move(request.scheduled_audit_name));
    const auto deleted = co_await schedules.run(
        [&](audit::ScheduledAuditRecords& records) { return records.remove(caller.tenant, name); });
    if (!deleted) co_return failure_of(deleted.error());
    co_return DeleteScheduledAuditResponse();
}

async::Task<wire::Outcome<DescribeScheduledAuditResponse>> DescribeScheduledAudit::handle(
    const Caller& caller, DescribeScheduledAuditRequest request) const {
    const audit::ScheduledAuditName name(std::move(request.scheduled_audit_name));
    const auto found = co_await schedules.run([&](audit::ScheduledAuditRecords& records) {
        return records.describe(caller.tenant, name);
    });
    if (!found) co_return failure_of(found.error());
    co_return DescribeScheduledAuditResponse{
        .frequency = shape_named_as<AuditFrequency>(found->schedule.frequency),
        .day_of_month = present(found->schedule.day_of_month),
        .day_of_week = shape_of_weekday(found->schedule.day_of_week),
        .target_check_names = names_of_checks(found->checks),
        .scheduled_audit_name = found->name.value(),
        .scheduled_audit_arn = found->arn()};
}

async::Task<wire::Outcome<ListScheduledAuditsResponse>> ListScheduledAudits::handle(
    const Caller& caller, ListScheduledAuditsRequest request) const {
    const auto listing = listing_of(request.max_results, request.next_token);
    auto page = co_await schedules.run([&](audit::ScheduledAuditRecords& records) {
        return records.list(caller.tenant, listing);
    });
    if (!page) co_return failure_of(page.error());
    ListScheduledAuditsResponse response{.scheduled_audits = std::vector<ScheduledAuditMetadata>()};
    for (const audit::ScheduledAudit& each : page->items) {
        response.scheduled_audits->push_back(
            {.scheduled_audit_name = each.name.value(),
             .scheduled_audit_arn = each.arn(),
             .frequency = shape_named_as<AuditFrequency>(each.schedule.frequency),
             .day_of_month = present(each.schedule.day_of_month),
             .day_of_week = shape_of_weekday(each.schedule.day_of_week)});
    }
    set_marker(response.next_token, page->next_marker);
    co_return response;
}

async::Task<wire::Outcome<UpdateScheduledAuditResponse>> UpdateScheduledAudit::handle(
    const Caller& caller, UpdateScheduledAuditRequest request) const {
    const audit::ScheduledAuditName name(std::move(request.scheduled_audit_name));
    audit::ScheduledAuditChange change{.frequency = std::nullopt,
                                       .day_of_month = std::move(request.day_of_month),
                                       .day_of_week = weekday_of(request.day_of_week),
                                       .checks = std::move(request.target_check_names)};
    if (request.frequency) change.frequency = value_named_as<audit::Frequency>(*request.frequency);
    const auto changed = co_await schedules.run([&](audit::ScheduledAuditRecords& records) {
        return records.update(caller.tenant, name, change);
    });
    if (!changed) co_return failure_of(changed.error());
    co_return UpdateScheduledAuditResponse{.scheduled_audit_arn = changed->arn()};
}

}  // namespace gatehouse::api::iot
