#include "api/logs/permissions.h"

#include "api/logs/log_access.h"
#include "base/arn.h"

namespace gatehouse::api::logs {

// Groups and streams are judged as "log-group:GROUP:log-stream:STREAM", which is how the service
// names them when it refuses; where there is no stream, or no group, nothing stands in its place.
Permission permission_of(const Caller& caller, std::string_view operation,
                         const RequestNames& names) {
    std::string group;
    std::string stream;
    if (operation != "DescribeLogGroups") {
        if (const auto found =
                group_of(names.in_body("logGroupName"), names.in_body("logGroupIdentifier"))) {
            group = *found;
        }
        stream = names.in_body("logStreamName").value_or("");
    }
    return {.action = "logs:" + std::string(operation),
            .resources = {
                make_arn(caller.tenant, "logs", "log-group:" + group + ":log-stream:" + stream)}};
}

}  // namespace gatehouse::api::logs
