#include "signature/refusal.h"

namespace gatehouse::signature {

std::string_view name_of(Problem problem) {
    switch (problem) {
        case Problem::MissingAuthenticationToken: return "missing-authentication-token";
        case Problem::IncompleteSignature: return "incomplete-signature";
        case Problem::UnknownKey: return "unknown-key";
        case Problem::TokenMismatch: return "token-mismatch";
        case Problem::ExpiredToken: return "expired-token";
        case Problem::ExpiredSignature: return "expired-signature";
        case Problem::NotYetCurrent: return "not-yet-current";
        case Problem::PayloadHashMismatch: return "payload-hash-mismatch";
        case Problem::UnsupportedPayload: return "unsupported-payload";
        case Problem::SignatureMismatch: return "signature-mismatch";
    }
    return "signature-mismatch";
}

}  // namespace gatehouse::signature
