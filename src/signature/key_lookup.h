// Where a signature's secret comes from. Implemented by whoever keeps the keys.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/tenant.h"
#include "signature/scope.h"

namespace gatehouse::signature {

// What is known of one access key.
struct AccessKey {
    std::string secret;
    AccountId account;
    std::string principal;  // ARN of the user, role session or root that the key belongs to
    // Temporary keys: the token every request must carry, and the end of its life. Both absent
    // for keys that last.
    std::string session_token;
    std::optional<WallTime> expires;
    // "AIDA…", "AROA…": of the user or the role that the key was made for, since another may get
    // its name. Empty: whoever has the name.
    std::string identity_id = {};
    // What policies may ask of a session beyond who it is: "credentials-iot:ThingName" and its
    // value.
    std::vector<std::pair<std::string, std::string>> session_facts = {};
};

// Threads: any; never blocks (keys are read from a snapshot in memory).
class KeyLookup {
public:
    virtual ~KeyLookup() = default;
    // Empty when there is no such key or it is inactive: callers are told the same for both.
    virtual std::optional<AccessKey> find(const AccessKeyId& id) const = 0;
};

}  // namespace gatehouse::signature
