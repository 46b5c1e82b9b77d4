#include "registry/role_arn.h"

#include <fmt/format.h>

#include "base/arn.h"

namespace gatehouse::registry {

Outcome<void> check_role_arn(std::string_view role_arn) {
    const auto arn = parse_arn(role_arn);
    if (arn && arn->service == "iam" && arn->resource.starts_with("role/") &&
        !arn->resource.ends_with('/') && !arn->resource.contains(':') &&
        is_account_id(arn->account)) {
        return {};
    }
    return refuse(Refusal::InvalidRequest,
                  fmt::format("roleArn: '{}' is not the ARN of a role "
                              "(arn:aws:iam::ACCOUNT:role/NAME)",
                              role_arn),
                  "roleArn");
}

}  // namespace gatehouse::registry
