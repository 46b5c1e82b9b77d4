#include "api/logs/permissions.h"

#include "api/logs/log_access.h"
#include "api/logs/record_pointer.h"
#include "base/arn.h"

namespace gatehouse::api::logs {

namespace {

// Of a query, which may name several.
std::vector<std::string> queried_groups(const Tenant& tenant, const RequestNames& names) {
    std::vector<std::string> groups = names.list_in_body("logGroupNames");
    if (auto name = names.in_body("logGroupName")) groups.push_back(std::move(*name));
    for (const std::string& identifier : names.list_in_body("logGroupIdentifiers")) {
        if (auto group = group_of(tenant, {}, identifier)) groups.push_back(std::move(*group));
    }
    if (groups.empty()) groups.emplace_back();
    return groups;
}

std::string group_named(const Tenant& tenant, std::string_view operation,
                        const RequestNames& names) {
    if (operation == "DescribeLogGroups") return {};
    // Its pointer can be made by whoever knows the group's name.
    if (operation == "GetLogRecord") {
        return group_of_pointer(names.in_body("logRecordPointer").value_or(""));
    }
    const auto found =
        group_of(tenant, names.in_body("logGroupName"), names.in_body("logGroupIdentifier"));
    return found ? *found : std::string();
}

}  // namespace

// Groups and streams are judged as "log-group:GROUP:log-stream:STREAM", which is how the service
// names them when it refuses; where there is no stream, or no group, nothing stands in its place.
Permission permission_of(const Caller& caller, std::string_view operation,
                         const RequestNames& names) {
    Permission permission{.action = "logs:" + std::string(operation), .resources = {}};
    const auto add = [&](const std::string& group, const std::string& stream) {
        permission.resources.push_back(
            make_arn(caller.tenant, "logs", "log-group:" + group + ":log-stream:" + stream));
    };
    // Of these the group is the resource, without anything behind its name.
    // Source: CloudWatch Logs API Reference, TagResource.
    if (const auto arn = names.in_body("resourceArn")) {
        const auto group = group_of(caller.tenant, {}, *arn);
        permission.resources = {
            make_arn(caller.tenant, "logs", "log-group:" + (group ? *group : std::string()))};
    } else if (operation == "StartQuery") {
        for (const std::string& group : queried_groups(caller.tenant, names)) add(group, "");
    } else {
        add(group_named(caller.tenant, operation, names),
            names.in_body("logStreamName").value_or(""));
    }
    return permission;
}

}  // namespace gatehouse::api::logs
