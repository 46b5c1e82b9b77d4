// Access keys for devices, as the door asks for them: who shows a certificate whose policies allow
// it gets keys of the role that a role alias names.
//
// Source: AWS IoT Developer Guide, "Authorizing direct calls to AWS services using AWS IoT Core
// credential provider".
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "async/task.h"
#include "authentication/credentials.h"
#include "authentication/identity.h"
#include "base/clock.h"
#include "logs/trace.h"
#include "registry/role_alias.h"

namespace gatehouse::authentication {

struct DeviceKey {
    std::string access_key_id;
    std::string secret;
    std::string session_token;
    WallTime expires{};
    std::string principal;  // ARN of the role session
};

struct DeviceKeyRefusal {
    unsigned status = 403;
    std::string_view error_type;  // "AccessDeniedException"
    std::string message;          // AWS's
    std::string reason;           // of the log: "AUTHORIZATION_FAILURE"
    std::string sentence;         // for people
    std::string explanation;      // JSON, where policies decided
};

struct DeviceKeyAnswer {
    IdentityPtr identity;  // null unless the certificate counts
    std::expected<DeviceKey, DeviceKeyRefusal> key;
};

// Threads: called on any loop; the task runs and ends on that loop.
class DeviceKeys {
public:
    virtual ~DeviceKeys() = default;
    // `credentials` may name the thing; their certificate may be missing.
    virtual async::Task<DeviceKeyAnswer> provide(std::shared_ptr<const Credentials> credentials,
                                                 registry::RoleAliasName alias,
                                                 logs::TraceStore::Recorder trace) = 0;
};

}  // namespace gatehouse::authentication
