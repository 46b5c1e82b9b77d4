#include "registry/own_arn.h"

#include <fmt/format.h>

#include "base/arn.h"
#include "registry/elsewhere.h"

namespace gatehouse::registry {
Outcome<std::string> own_resource(const Tenant& tenant, std::string_view arn_text,
                                  std::string_view field, std::string_view wanted) {
    auto arn = parse_arn(arn_text);
    if (!arn || arn->service != "iot" || !is_of_own_partition(*arn, tenant.region)) {
        return refuse_field(field, fmt::format("it must be {}", wanted));
    }
    if (arn->account != tenant.account.view() || arn->region != tenant.region.view()) {
        return refuse_field(
            field, fmt::format("it belongs to account {}, region {}; the credentials are of {}",
                               arn->account, arn->region, describe(tenant)));
    }
    return std::move(arn->resource);
}

Outcome<std::string> own_name(const Tenant& tenant, std::string_view arn_text,
                              std::string_view prefix, std::string_view field,
                              std::string_view wanted) {
    auto resource = own_resource(tenant, arn_text, field, wanted);
    if (!resource) return resource;
    if (!resource->starts_with(prefix) || resource->size() == prefix.size()) {
        return refuse_field(field, fmt::format("it must be {}", wanted));
    }
    return resource->substr(prefix.size());
}

}  // namespace gatehouse::registry
