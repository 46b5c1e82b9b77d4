// What a request says about who signed it, before anything is proved.
//
// Two forms: the Authorization header, and the query of a presigned address. The query form is
// taken when X-Amz-Algorithm is in the query.
// Source: IAM User Guide, "Create a signed AWS API request"; AWS IoT developer guide, "Protocols"
// (MQTT over WebSocket).
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "signature/refusal.h"
#include "signature/request_view.h"
#include "signature/scope.h"

namespace gatehouse::signature {

struct Claim {
    enum class Form : std::uint8_t { Header, Query };

    Form form = Form::Header;
    Credential credential;
    std::string amz_date;  // "20150830T123600Z"; made from Date when that is all there is
    WallTime signed_at{};
    std::vector<std::string> signed_headers;  // lower case, in the order given
    std::string signature;                    // 64 lower-case hexadecimal digits
    std::string session_token;                // empty when absent
    std::chrono::seconds expires{0};          // query form only

    bool operator==(const Claim&) const = default;
};

// A presigned address lives at most a week.
inline constexpr std::chrono::seconds presigned_lifetime_max = std::chrono::days(7);
// The most that a WebSocket address may name, and what one that names no lifetime gets: AWS does
// not document it, and users report five to ten minutes.
inline constexpr std::chrono::seconds websocket_lifetime = std::chrono::days(1);
inline constexpr std::chrono::seconds websocket_lifetime_usual = std::chrono::minutes(10);
// The signing name of MQTT over WebSocket.
inline constexpr std::string_view websocket_service = "iotdevicegateway";

// Refuses with MissingAuthenticationToken or IncompleteSignature; all that is missing is named at
// once.
std::expected<Claim, Refusal> read_claim(const RequestView& request);

}  // namespace gatehouse::signature
