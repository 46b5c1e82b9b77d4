#include "api/logs/describe_log_groups.h"

#include "api/logs/errors.h"

namespace gatehouse::api::logs {
namespace {

wire::Outcome<std::optional<std::vector<std::string>>> names_in(
    const Tenant& tenant, const DescribeLogGroupsRequest& request) {
    if (!request.log_group_identifiers) return std::nullopt;
    std::vector<std::string> names;
    for (const std::string& identifier : *request.log_group_identifiers) {
        auto name = group_of(tenant, {}, identifier);
        if (!name) return std::unexpected(std::move(name.error()));
        names.push_back(std::move(*name));
    }
    return names;
}

}  // namespace

async::Task<wire::Outcome<DescribeLogGroupsResponse>> DescribeLogGroups::handle(
    const Caller& caller, DescribeLogGroupsRequest request) const {
    auto names = names_in(caller.tenant, request);
    if (!names) co_return std::unexpected(std::move(names.error()));
    auto page = co_await access.run([&] {
        return store::describe_log_groups(access.logs, caller.tenant,
                                          {.prefix = request.log_group_name_prefix.value_or(""),
                                           .pattern = request.log_group_name_pattern.value_or(""),
                                           .names = std::move(*names),
                                           .next_token = request.next_token.value_or(""),
                                           .limit = request.limit,
                                           .group_class = class_of(request.log_group_class)});
    });
    if (!page) co_return failure_of(page.error());
    DescribeLogGroupsResponse response{.log_groups = std::vector<LogGroup>()};
    for (const auto& group : page->groups) {
        const std::string arn = group_arn(caller.tenant, group.name);
        LogGroup& shown = response.log_groups->emplace_back();
        shown.log_group_name = group.name;
        shown.creation_time = group.created;
        shown.metric_filter_count = 0;
        shown.arn = arn + ":*";
        shown.log_group_arn = arn;
        shown.log_group_class = shape_of(group.group_class);
        if (request.log_group_name_pattern) continue;
        shown.stored_bytes = static_cast<std::int64_t>(group.stored_bytes);
        shown.retention_in_days = group.retention_days;
    }
    if (!page->next_token.empty()) response.next_token = std::move(page->next_token);
    co_return response;
}

}  // namespace gatehouse::api::logs
