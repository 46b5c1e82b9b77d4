#include "registry/role_arn.h"

#include <fmt/format.h>

#include "base/arn.h"

namespace gatehouse::registry {

Outcome<void> check_role_arn(std::string_view role_arn, std::string_view field) {
    const auto arn = parse_arn(role_arn);
    if (arn && arn->service == "iam" && arn->resource.starts_with("role/") &&
        !arn->resource.ends_with('/') && !arn->resource.contains(':') &&
        is_account_id(arn->account)) {
        return {};
    }
    return refuse_field(field, fmt::format("'{}' is not the ARN of a role "
                                           "(arn:aws:iam::ACCOUNT:role/NAME)",
                                           role_arn));
}

}  // namespace gatehouse::registry
