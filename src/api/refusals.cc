#include "api/refusals.h"

#include <algorithm>
#include <array>
#include <utility>

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

namespace {

// As Query spells the names of the errors that all services have in common.
// Source: IAM API Reference, "Common Error Types".
std::string_view query_name(std::string_view name) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 8> names{{
        {"AccessDeniedException", "AccessDenied"},
        {"ExpiredTokenException", "ExpiredToken"},
        {"IncompleteSignatureException", "IncompleteSignature"},
        {"InvalidSignatureException", "SignatureDoesNotMatch"},
        {"MissingAuthenticationTokenException", "MissingAuthenticationToken"},
        {"UnrecognizedClientException", "InvalidClientTokenId"},
        {"UnknownOperationException", "InvalidAction"},
        {"ServiceUnavailableException", "ServiceUnavailable"},
    }};
    const auto found = std::ranges::find(names, name, [](const auto& each) { return each.first; });
    return found == names.end() ? name : found->second;
}

}  // namespace

wire::ResponseParts encode_refusal(wire::Protocol protocol, const wire::ErrorShape& shape,
                                   std::string_view message) {
    wire::ErrorShape as_sent = shape;
    // This protocol tells all that is wrong with a request by its name alone.
    if (protocol == wire::Protocol::Json11 && (shape.status == 403 || shape.status == 404)) {
        as_sent.status = 400;
    }
    if (protocol == wire::Protocol::Query) {
        as_sent.name = query_name(shape.name);
        if (shape.status == 404) as_sent.status = 400;
    }
    return wire::encode_error(protocol, as_sent, message);
}

}  // namespace gatehouse::api
