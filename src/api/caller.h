// Who calls an operation, and on whose resources.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/wire/failure.h"
#include "async/task.h"
#include "base/deadline.h"
#include "base/tenant.h"
#include "signature/scope.h"

namespace gatehouse::api {

// Why a caller may not do something to all of these resources; nothing: it may.
using RefusalOf = std::function<async::Task<std::optional<wire::Failure>>(
    std::string action, std::vector<std::string> resources)>;

struct Caller {
    Tenant tenant;          // the account follows the credentials, the region the signature's scope
    std::string principal;  // ARN of the user, role session or root
    signature::AccessKeyId access_key_id;
    // The region that was signed; with single tenancy it may differ from the tenant's.
    Region signed_region;
    std::string origin;      // of this server as the caller reached it: "http://localhost:4566"
    std::string request_id;  // also sent back as x-amzn-RequestId
    // Whether the request came from this machine itself.
    bool from_this_machine = false;
    Deadline deadline = Deadline::never();
    // Root may do everything; others what their policies allow. Who is believed, not proved, counts
    // as root.
    bool is_root = false;
    std::string address;  // the request came from
    bool is_encrypted = false;
    // What the request says of itself in these headers; nothing: it has none.
    std::optional<std::string> user_agent;
    std::optional<std::string> referer;
    std::string identity_id;  // of its key, as signature::AccessKey has both
    std::vector<std::pair<std::string, std::string>> session_facts;
    // For what an operation finds to be needed only once it has read something; of root empty.
    RefusalOf refusal_of;
};

}  // namespace gatehouse::api
