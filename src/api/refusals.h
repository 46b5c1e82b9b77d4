// The errors of the door itself, before or beside any service: every AWS API shares them.
// Source: "Common errors" of the AWS API references.
#pragma once

#include "api/wire/service_model.h"
#include "signature/refusal.h"

namespace gatehouse::api {

namespace refusals {

inline constexpr wire::ErrorShape access_denied{"AccessDeniedException", 403};
inline constexpr wire::ErrorShape expired_token{"ExpiredTokenException", 403};
inline constexpr wire::ErrorShape incomplete_signature{"IncompleteSignatureException", 403};
inline constexpr wire::ErrorShape invalid_signature{"InvalidSignatureException", 403};
inline constexpr wire::ErrorShape missing_token{"MissingAuthenticationTokenException", 403};
inline constexpr wire::ErrorShape unrecognized_client{"UnrecognizedClientException", 403};
inline constexpr wire::ErrorShape limit_exceeded{"LimitExceededException", 429};
inline constexpr wire::ErrorShape bad_request{"BadRequestException", 400};
inline constexpr wire::ErrorShape timed_out{"RequestTimeoutException", 408};
inline constexpr wire::ErrorShape too_many{"TooManyRequestsException", 429};
inline constexpr wire::ErrorShape too_large{"RequestEntityTooLargeException", 413};
inline constexpr wire::ErrorShape unknown_operation{"UnknownOperationException", 404};
inline constexpr wire::ErrorShape internal_failure{"InternalFailure", 500};
inline constexpr wire::ErrorShape busy{"ServiceUnavailableException", 503};
inline constexpr wire::ErrorShape not_implemented{"NotImplementedException", 501};

}  // namespace refusals

const wire::ErrorShape& shape_of(signature::Problem problem);

// What is not even a request of some service: by its status.
const wire::ErrorShape& shape_of_status(unsigned status);

// The refusal in the protocol's form. JSON 1.1 services answer 400 where REST ones answer 403 or
// 404.
wire::ResponseParts encode_refusal(wire::Protocol protocol, const wire::ErrorShape& shape,
                                   std::string_view message);

}  // namespace gatehouse::api
