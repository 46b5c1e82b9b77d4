#include "api/refusals.h"

namespace gatehouse::api {

const wire::ErrorShape& shape_of(signature::Problem problem) {
    using signature::Problem;
    switch (problem) {
        case Problem::MissingAuthenticationToken: return refusals::missing_token;
        case Problem::IncompleteSignature: return refusals::incomplete_signature;
        case Problem::UnknownKey:
        case Problem::TokenMismatch: return refusals::unrecognized_client;
        case Problem::ExpiredToken: return refusals::expired_token;
        case Problem::ExpiredSignature:
        case Problem::NotYetCurrent:
        case Problem::PayloadHashMismatch:
        case Problem::UnsupportedPayload:
        case Problem::SignatureMismatch: return refusals::invalid_signature;
    }
    return refusals::invalid_signature;
}

const wire::ErrorShape& shape_of_status(unsigned status) {
    switch (status) {
        case 408: return refusals::timed_out;
        case 413: return refusals::too_large;
        case 429: return refusals::too_many;
        default: return refusals::bad_request;
    }
}

wire::ResponseParts encode_refusal(wire::Protocol protocol, const wire::ErrorShape& shape,
                                   std::string_view message) {
    wire::ErrorShape as_sent = shape;
    // This protocol tells all that is wrong with a request by its name alone.
    if (protocol == wire::Protocol::Json11 && (shape.status == 403 || shape.status == 404)) {
        as_sent.status = 400;
    }
    return wire::encode_error(protocol, as_sent, message);
}

}  // namespace gatehouse::api
