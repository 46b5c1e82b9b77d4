#include "api/logs/log_access.h"

#include "api/shapes/logs/errors.h"
#include "base/arn.h"
#include "base/choice.h"

namespace gatehouse::api::logs {
namespace {

constexpr std::string_view resource_prefix = "log-group:";

}  // namespace

std::string group_arn(const Tenant& tenant, const std::string& group) {
    return make_arn(tenant, "logs", std::string(resource_prefix) + group);
}

std::optional<store::GroupClass> class_of(const std::optional<LogGroupClass>& wanted) {
    if (!wanted) return std::nullopt;
    return parse_choice<store::GroupClass>(to_text(*wanted));
}

LogGroupClass shape_of(store::GroupClass group_class) {
    LogGroupClass shape = LogGroupClass::Standard;
    from_text(name_of_choice(group_class), shape);
    return shape;
}

wire::Outcome<std::string> group_of(const Tenant& tenant, const std::optional<std::string>& name,
                                    const std::optional<std::string>& identifier) {
    if (name && identifier) {
        return wire::fail_as(errors::validation_exception,
                             "LogGroup name and LogGroup ARN are mutually exclusive parameters.");
    }
    if (name) return *name;
    if (!identifier) {
        return wire::fail_as(errors::invalid_parameter_exception,
                             "logGroupName or logGroupIdentifier must be given");
    }
    const auto arn = parse_arn(*identifier);
    if (!arn) return *identifier;
    std::string_view group = arn->resource;
    if (!group.starts_with(resource_prefix)) {
        return wire::fail_as(errors::invalid_parameter_exception,
                             "logGroupIdentifier is not the ARN of a log group");
    }
    group.remove_prefix(resource_prefix.size());
    if (arn->service != "logs" || !is_of_own_partition(*arn, tenant.region) ||
        arn->account != tenant.account.view() || arn->region != tenant.region.view()) {
        return wire::fail_as(errors::resource_not_found_exception,
                             "The specified log group does not exist.");
    }
    return std::string(group);
}

}  // namespace gatehouse::api::logs
