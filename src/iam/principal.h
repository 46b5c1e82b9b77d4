// Who an ARN of a caller means.
// Source: IAM User Guide, "AWS JSON policy elements: Principal"; STS API Reference,
// AssumedRoleUser.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "iam/identity.h"

namespace gatehouse::iam {

struct CallerName {
    // The user, or the role of a session; root has none.
    std::optional<IdentityName> identity;
    std::string session;  // of a role session, else empty

    bool is_root() const { return !identity; }
};

// arn:aws:iam::ACCOUNT:root, …:user/PATH/NAME, arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION.
// Nothing for other texts.
std::optional<CallerName> parse_caller(std::string_view arn);

}  // namespace gatehouse::iam
