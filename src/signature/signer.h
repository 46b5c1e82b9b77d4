// Signing requests, for our own commands and for tests.
//
// Threads: pure functions.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "signature/canonical_request.h"
#include "signature/request_view.h"
#include "signature/scope.h"

namespace gatehouse::signature {

// What to sign with. For temporary keys `session_token` is not empty.
struct SigningKey {
    AccessKeyId access_key_id;
    std::string secret;
    std::string session_token;
};

using HeaderFields = std::vector<std::pair<std::string, std::string>>;

// The header fields to add to a request: X-Amz-Date, X-Amz-Security-Token when there is a token,
// and Authorization. Every header the request has already is signed, save those that travel
// changes (Connection, User-Agent, Transfer-Encoding, ...). Requires: a Host header. Of S3, the
// path counts as sent.
HeaderFields sign_headers(const RequestView& request, const SigningKey& key, const Region& region,
                          std::string_view service, WallTime now,
                          PathRule path_rule = PathRule::EncodedAgain);

// The query of a presigned address: the request's own fields, then the signature's. Only Host is
// signed. Requires: a Host header; 1 s <= lifetime <= 7 days.
// For MQTT over WebSocket (service "iotdevicegateway") the session token follows the signature
// without being signed, as AWS IoT wants it.
std::string presign_query(const RequestView& request, const SigningKey& key, const Region& region,
                          std::string_view service, WallTime now, std::chrono::seconds lifetime);

}  // namespace gatehouse::signature
