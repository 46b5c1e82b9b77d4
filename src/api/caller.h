// Who calls an operation, and on whose resources.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/deadline.h"
#include "base/tenant.h"
#include "signature/scope.h"

namespace gatehouse::api {

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
    std::string identity_id;  // of its key, as signature::AccessKey has both
    std::vector<std::pair<std::string, std::string>> session_facts;
};

}  // namespace gatehouse::api
